drop table webhook_events;
drop table stripe_operations;
drop table refunds;
drop table payments;
