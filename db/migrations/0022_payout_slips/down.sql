alter table payouts drop column slipped_for;
