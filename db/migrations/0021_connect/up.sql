-- Somebody is on their way to the payment company, to connect the account they have there. What they come back with is
-- worth something once, for minutes, and only in the hands that left.
create table connect_states (
  token_hash text primary key, -- SHA-256; the token itself is in the address they come back to
  provider_id uuid not null references providers,
  user_id uuid not null references users,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  used_at timestamptz
);
create index connect_states_provider_id on connect_states (provider_id);

-- The provider's bank sent back what was paid out to it, and nothing has arrived since.
alter table providers
  add column bank_payout_failed_at timestamptz, -- when that was noticed
  add column bank_payout_failure text, -- Stripe's failure_code
  add check ((bank_payout_failed_at is null) = (bank_payout_failure is null));

grant select, insert, update, delete on connect_states to ecosystem_app;
