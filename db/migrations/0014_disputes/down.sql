alter table refunds drop column replaces_id, drop column settled_outside_at;
drop table disputes;
