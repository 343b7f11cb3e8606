-- Stripe's own lines of our balance, each stored once under its id; what they say never changes.
create table balance_transactions (
  id text primary key, -- Stripe's txn_…
  type text not null, -- Stripe's word: charge, refund, transfer, adjustment, payout, …
  source_id text, -- the object behind it: ch_…, re_…, tr_…
  amount_minor bigint not null,
  fee_minor bigint not null,
  net_minor bigint not null check (net_minor = amount_minor - fee_minor), -- what our balance grew by
  currency char(3) not null,
  created_at timestamptz not null, -- by Stripe's clock
  read_at timestamptz not null,
  matched_at timestamptz -- when all lines of its object and the ledger were found to agree; null: not yet, or no more
);
create index balance_transactions_object on balance_transactions ((coalesce(source_id, id)));
create index balance_transactions_created_at on balance_transactions (created_at);
create index balance_transactions_unmatched on balance_transactions ((coalesce(source_id, id))) where matched_at is null;

create table reconciliation_runs (
  id uuid primary key,
  cause text not null check (cause in ('daily', 'asked')),
  due_on date unique, -- of the daily ones: one a day, however many workers there are
  requested_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  read_since timestamptz, -- Stripe's lines from here on were read; the next run begins before this one did
  line_count integer, -- lines that were new
  open_count integer, -- differences that were open at its end
  check ((cause = 'daily') = (due_on is not null))
);
create index reconciliation_runs_requested_at on reconciliation_runs (requested_at desc);

-- What booking, ledger and Stripe do not agree on, from when it was first seen until it is gone.
create table reconciliation_differences (
  id uuid primary key,
  kind text not null check (kind in ('missing_in_ledger', 'missing_at_stripe', 'amount_differs', 'booking_differs', 'figures_differ')),
  object_id text not null, -- Stripe's object, or the booking
  booking_id uuid, -- where the ledger or a payment names one
  currency char(3) not null,
  expected_minor bigint not null, -- what Stripe says, or the booking
  actual_minor bigint not null, -- what the ledger says
  since timestamptz not null, -- when the money moved
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  repair_count integer not null default 0,
  last_repair text, -- what was done and is not known yet to have helped
  resolved_at timestamptz,
  resolution text,
  check ((resolved_at is null) = (resolution is null))
);
-- An object of Stripe's has one open difference, whatever it is called at the moment; a booking one of each kind.
create unique index reconciliation_differences_open on reconciliation_differences
  (object_id, currency, (case when kind in ('booking_differs', 'figures_differ') then kind else 'object' end)) where resolved_at is null;
create index reconciliation_differences_resolved_at on reconciliation_differences (resolved_at desc) where resolved_at is not null;

grant select, insert, update on balance_transactions, reconciliation_runs, reconciliation_differences to ecosystem_app;
