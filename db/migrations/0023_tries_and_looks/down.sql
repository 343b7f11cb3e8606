alter table stripe_operations drop column last_tried_at;
