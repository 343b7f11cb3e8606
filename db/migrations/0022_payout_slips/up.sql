-- What a payout waited for when its date had come. It stays when the payout has been sent, so that whoever reads of a date
-- that was not kept also reads why.
alter table payouts
  add column slipped_for text check (slipped_for in
    ('disputed', 'refund_failed', 'account_not_ready', 'platform_balance', 'refused'));

update payouts set slipped_for = waits_for
where paid_at is null and due_at <= updated_at
  and waits_for in ('disputed', 'refund_failed', 'account_not_ready', 'platform_balance', 'refused');
