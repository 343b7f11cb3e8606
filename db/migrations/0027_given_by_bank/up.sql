-- The lost dispute by which a bank gave the customer what this refund had promised: it was dropped, and was never asked for.
alter table refunds add column given_by_dispute_id uuid references disputes;
alter table refunds add constraint refunds_given_by_dispute_check check (given_by_dispute_id is null or status = 'failed');
update refunds r set given_by_dispute_id = d.id from disputes d
  where d.payment_id = r.payment_id and r.status = 'failed' and r.failure_reason = 'The bank gave it back: ' || d.stripe_dispute_id;
