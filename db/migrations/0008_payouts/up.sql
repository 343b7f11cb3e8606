-- One payout per booking that earns the provider something: the transfer to the provider's account after escrow.
create table payouts (
  id uuid primary key,
  booking_id uuid not null unique references bookings,
  provider_id uuid not null references providers,
  status text not null check (status in ('scheduled', 'paid', 'failed', 'reversed')),
  amount_minor bigint not null check (amount_minor > 0),
  currency char(3) not null,
  due_at timestamptz not null, -- the end of escrow: the date promised to the provider
  attempt_due_at timestamptz, -- when it is next tried; null when paid or left to an operator
  attempts integer not null default 0,
  stripe_transfer_id text unique,
  failure_reason text,
  paid_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index payouts_attempt_due_at on payouts (attempt_due_at) where attempt_due_at is not null;
create index payouts_provider on payouts (provider_id, due_at desc);

grant select, insert, update on payouts to ecosystem_app;
