delete from payouts where status = 'none';
alter table payouts
  drop constraint payouts_status_check,
  add constraint payouts_status_check check (status in ('scheduled', 'paid', 'failed', 'reversed')),
  drop constraint payouts_amount_minor_check,
  add constraint payouts_amount_minor_check check (amount_minor > 0) not valid,
  drop column released_share_minor,
  drop column released_commission_minor,
  drop column released_surcharge_minor,
  drop column releases,
  drop column waits_for;
drop table payout_movements;
