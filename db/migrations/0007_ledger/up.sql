-- Double entry by construction: a transfer is one positive amount from one account to another, so that no entry can be
-- unbalanced. Nothing here knows what a booking is; subject_id names whatever the money belongs to.
create table ledger_accounts (
  id uuid primary key,
  code text not null, -- from the chart of accounts in src/modules/ledger/domain/accounts.ts
  owner_id uuid, -- the provider, for accounts that each provider has
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null,
  unique nulls not distinct (code, owner_id, currency)
);

create table ledger_transfers (
  id uuid primary key,
  sequence bigint generated always as identity unique,
  kind text not null,
  debit_account_id uuid not null references ledger_accounts,
  credit_account_id uuid not null references ledger_accounts,
  amount_minor bigint not null check (amount_minor > 0),
  currency char(3) not null,
  subject_id uuid,
  effect_key text not null unique, -- 'stripe:ch_…:capture': one effect of each kind for each object, however often it is heard of
  external_id text, -- the Stripe object behind it
  reverses_id uuid references ledger_transfers,
  description text not null default '',
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  check (debit_account_id <> credit_account_id)
);
create index ledger_transfers_debit on ledger_transfers (debit_account_id, sequence);
create index ledger_transfers_credit on ledger_transfers (credit_account_id, sequence);
create index ledger_transfers_subject on ledger_transfers (subject_id);

create function check_ledger_currency() returns trigger language plpgsql as $$
begin
  if exists (select from ledger_accounts a where a.id in (new.debit_account_id, new.credit_account_id) and a.currency <> new.currency) then
    raise exception 'a transfer of % between accounts of another currency', new.currency using errcode = 'check_violation';
  end if;
  return new;
end
$$;
create trigger ledger_transfers_currency before insert on ledger_transfers for each row execute function check_ledger_currency();
create trigger ledger_transfers_append_only before update or delete on ledger_transfers for each row execute function refuse_change();
create trigger ledger_transfers_no_truncate before truncate on ledger_transfers for each statement execute function refuse_change();

grant select, insert on ledger_accounts, ledger_transfers to ecosystem_app;
