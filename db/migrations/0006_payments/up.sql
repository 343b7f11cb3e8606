-- One payment per booking: what was asked, and what Stripe last said of it.
create table payments (
  id uuid primary key,
  booking_id uuid not null unique references bookings,
  status text not null default 'unpaid' check (status in ('unpaid', 'authorized', 'captured', 'voided', 'partially_refunded', 'refunded', 'disputed', 'dispute_lost')),
  capture_method text not null check (capture_method in ('automatic', 'manual')),
  currency char(3) not null,
  amount_minor bigint not null check (amount_minor > 0),
  checkout_session_id text unique,
  checkout_url text,
  payment_intent_id text unique,
  charge_id text unique,
  captured_minor bigint not null default 0 check (captured_minor between 0 and amount_minor),
  -- Asked for and not failed, in flight included; and what Stripe has confirmed.
  refund_requested_minor bigint not null default 0 check (refund_requested_minor between 0 and captured_minor),
  refunded_minor bigint not null default 0 check (refunded_minor between 0 and refund_requested_minor),
  processing_fee_minor bigint check (processing_fee_minor >= 0),
  captured_at timestamptz,
  last_error text, -- the decline as the customer may read it
  sync_due_at timestamptz, -- when the sweeper next asks Stripe, if no webhook settles it before
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index payments_sync_due_at on payments (sync_due_at) where sync_due_at is not null;

create table refunds (
  id uuid primary key,
  payment_id uuid not null references payments,
  booking_id uuid not null references bookings,
  status text not null check (status in ('requested', 'pending', 'succeeded', 'failed')),
  cause text not null, -- why it exists; one refund per cause and payment: a second try of the same verb finds the first
  amount_minor bigint not null check (amount_minor > 0),
  base_part_minor bigint not null check (base_part_minor >= 0),
  surcharge_part_minor bigint not null check (surcharge_part_minor >= 0),
  currency char(3) not null,
  stripe_refund_id text unique,
  failure_reason text,
  requested_at timestamptz not null,
  settled_at timestamptz,
  check (amount_minor = base_part_minor + surcharge_part_minor),
  unique (payment_id, cause)
);
create index refunds_booking_id on refunds (booking_id);
create index refunds_unsettled on refunds (requested_at) where status in ('requested', 'pending');

-- Each POST to Stripe is written down before it is made, with the key that makes a second try harmless.
create table stripe_operations (
  id uuid primary key,
  kind text not null,
  subject_id uuid not null,
  generation integer not null default 1, -- rises only after a definitive rejection
  status text not null default 'intended' check (status in ('intended', 'succeeded', 'rejected')),
  request jsonb not null,
  result_id text,
  error text,
  attempts integer not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz,
  unique (kind, subject_id, generation)
);
create index stripe_operations_open on stripe_operations (created_at) where status = 'intended';

-- Received webhooks, stored before anything is done with them.
create table webhook_events (
  id text primary key, -- Stripe's evt_…
  endpoint text not null check (endpoint in ('platform', 'connect')),
  type text not null,
  account_id text,
  object_id text,
  livemode boolean not null,
  api_version text,
  body text not null, -- the bytes whose signature was verified
  status text not null default 'received' check (status in ('received', 'processed', 'ignored', 'dead')),
  attempts integer not null default 0,
  last_error text,
  created_at timestamptz not null, -- when Stripe made it
  received_at timestamptz not null,
  processed_at timestamptz
);
create index webhook_events_received on webhook_events (received_at) where status = 'received';
create index webhook_events_object_id on webhook_events (object_id);
create index webhook_events_received_at on webhook_events (received_at desc, id);

grant select, insert, update on payments, refunds, stripe_operations, webhook_events to ecosystem_app;
