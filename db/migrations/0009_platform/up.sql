-- First answers of writes, so that a repeated request gets the same one.
create table idempotency_keys (
  scope text not null, -- who asked
  key text not null check (length(key) between 1 and 255),
  fingerprint text not null, -- of operation and body: the same key with another body is refused
  status smallint not null,
  body text not null, -- the very bytes that were answered
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_keys_expires_at on idempotency_keys (expires_at);

-- What happened, written with the change that made it true; subscribers act on it later.
create table domain_events (
  id uuid primary key,
  sequence bigint generated always as identity unique,
  type text not null,
  subject_id uuid not null,
  payload jsonb not null,
  occurred_at timestamptz not null,
  dispatched_at timestamptz
);
create index domain_events_subject_id on domain_events (subject_id);
create index domain_events_undispatched on domain_events (sequence) where dispatched_at is null;

create table audit_log (
  id uuid primary key,
  actor_kind text not null,
  actor_id text,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  before jsonb,
  after jsonb,
  reason text,
  request_id text,
  at timestamptz not null
);
create index audit_log_subject on audit_log (subject_kind, subject_id, at desc);
create index audit_log_at on audit_log (at desc);
create trigger audit_log_append_only before update or delete on audit_log for each row execute function refuse_change();

-- Workers that are alive. A job locked by one that is not is taken over.
create table worker_heartbeats (
  worker_id text primary key,
  seen_at timestamptz not null
);

grant select, insert, update, delete on idempotency_keys, worker_heartbeats to ecosystem_app;
grant select, insert, update on domain_events to ecosystem_app;
grant select, insert on audit_log to ecosystem_app;
