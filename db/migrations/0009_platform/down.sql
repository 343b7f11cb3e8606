drop table worker_heartbeats;
drop table audit_log;
drop table domain_events;
drop table idempotency_keys;
