alter table refunds drop column given_by_dispute_id;
