-- A payout follows what the provider has earned with a booking, up and down. Each step at Stripe is a movement: a transfer to
-- the provider's account, or one taken back. What of a transfer is kept for what the provider owes is netted.
create table payout_movements (
  id uuid primary key,
  payout_id uuid not null references payouts,
  provider_id uuid not null references providers,
  kind text not null check (kind in ('transfer', 'reversal')),
  amount_minor bigint not null check (amount_minor >= 0), -- what moves at Stripe
  netted_minor bigint not null default 0 check (netted_minor >= 0),
  currency char(3) not null,
  status text not null check (status in ('intended', 'done', 'refused')),
  stripe_id text unique, -- tr_… or trr_…
  transfer_id text, -- the tr_… that a reversal takes back
  failure_reason text,
  created_at timestamptz not null,
  settled_at timestamptz,
  check (amount_minor + netted_minor > 0),
  check (kind = 'transfer' or (netted_minor = 0 and transfer_id is not null))
);
-- One at a time: what the next one is depends on what became of this one.
create unique index payout_movements_open on payout_movements (payout_id) where status = 'intended';
create index payout_movements_payout_id on payout_movements (payout_id, created_at);
create index payout_movements_provider_open on payout_movements (provider_id) where status = 'intended';
grant select, insert, update on payout_movements to ecosystem_app;

-- A transfer made before this table was there is named by its payout.
insert into payout_movements (id, payout_id, provider_id, kind, amount_minor, currency, status, stripe_id, created_at, settled_at)
select o.id, o.id, o.provider_id, 'transfer', o.amount_minor, o.currency, case when o.status = 'paid' then 'done' else 'intended' end,
  o.stripe_transfer_id, o.created_at, o.paid_at
from payouts o
where o.status = 'paid' or exists (
  select from stripe_operations s where s.kind = 'transfer' and s.subject_id = o.id and s.status = 'intended');

alter table payouts
  drop constraint payouts_status_check,
  add constraint payouts_status_check check (status in ('none', 'scheduled', 'paid', 'failed', 'reversed')),
  drop constraint payouts_amount_minor_check,
  add constraint payouts_amount_minor_check check (amount_minor >= 0),
  -- What has been released from escrow so far, and in how many steps; a later step may take some back.
  add column released_share_minor bigint not null default 0,
  add column released_commission_minor bigint not null default 0,
  add column released_surcharge_minor bigint not null default 0,
  add column releases integer not null default 0,
  -- Why it waits, as a word; failure_reason keeps what the gateway said.
  add column waits_for text check (waits_for in
    ('disputed', 'refund_failed', 'account_not_ready', 'platform_balance', 'refused', 'owed', 'reversed_by_hand'));

update payouts o set
  released_share_minor = coalesce((select sum(amount_minor) from ledger_transfers t where t.subject_id = o.booking_id and t.kind = 'provider_share'), 0),
  released_commission_minor = coalesce((select sum(amount_minor) from ledger_transfers t where t.subject_id = o.booking_id and t.kind = 'commission'), 0),
  released_surcharge_minor = coalesce((select sum(amount_minor) from ledger_transfers t where t.subject_id = o.booking_id and t.kind = 'surcharge'), 0),
  releases = case when o.status = 'paid' then 1 else 0 end,
  waits_for = case when failure_reason is null then null when failure_reason like 'The customer disputes%' then 'disputed'
    when failure_reason like 'A refund to the customer%' then 'refund_failed'
    when failure_reason like 'Your payout account cannot%' then 'account_not_ready' else 'refused' end;
