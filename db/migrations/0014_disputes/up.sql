-- Disputes of a payment: what the bank says, what it took and gave back, and how a loss is shared between price and surcharge.
create table disputes (
  id uuid primary key,
  payment_id uuid not null references payments,
  booking_id uuid not null references bookings,
  stripe_dispute_id text not null unique,
  status text not null check (status in ('inquiry', 'inquiry_closed', 'open', 'won', 'lost')),
  reason text not null, -- the bank's word
  amount_minor bigint not null check (amount_minor > 0),
  currency char(3) not null,
  withdrawn_minor bigint not null default 0 check (withdrawn_minor >= 0), -- taken and not given back
  fee_minor bigint not null default 0,
  -- A lost dispute takes from the booking what a refund would have; what is beyond that is the platform's loss.
  base_part_minor bigint not null default 0 check (base_part_minor >= 0),
  surcharge_part_minor bigint not null default 0 check (surcharge_part_minor >= 0),
  evidence_due_at timestamptz,
  evidence_submitted_at timestamptz,
  opened_at timestamptz not null,
  closed_at timestamptz,
  updated_at timestamptz not null,
  check (status = 'lost' or base_part_minor + surcharge_part_minor = 0)
);
create index disputes_payment_id on disputes (payment_id);
create index disputes_booking_id on disputes (booking_id);
create index disputes_evidence_due_at on disputes (evidence_due_at) where status in ('inquiry', 'open') and evidence_submitted_at is null;

-- A refund that did not arrive is made again by another that names it, or given by hand in some other way.
alter table refunds
  add column replaces_id uuid unique references refunds,
  add column settled_outside_at timestamptz,
  add check (settled_outside_at is null or status = 'failed');

grant select, insert, update on disputes to ecosystem_app;
