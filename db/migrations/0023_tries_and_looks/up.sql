-- When an operation was last tried: until a minute after that it may still be on its way to Stripe, however old it is.
-- One that is under way while this runs counts as tried now. Null for a try of the version before: it is as old as the row.
alter table stripe_operations add column last_tried_at timestamptz;
update stripe_operations set last_tried_at = now() where status = 'intended' and attempts > 0;

-- When a refund on its way to the bank is looked at again, so that the oldest do not keep the others from it. Null: never yet.
alter table refunds add column sync_due_at timestamptz;
create index refunds_sync_due_at on refunds (sync_due_at nulls first, requested_at) where status = 'pending';
