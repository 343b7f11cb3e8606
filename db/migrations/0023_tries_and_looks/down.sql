alter table refunds drop column sync_due_at;
alter table stripe_operations drop column last_tried_at;
