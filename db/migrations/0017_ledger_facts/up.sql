-- What an amount was worked out from. Added to an append-only table: rows that are there keep the default, and stay as they were.
alter table ledger_transfers add column facts jsonb not null default '{}' check (jsonb_typeof(facts) = 'object');
