-- Rises with each reading of the account that is noted: one that began before another was noted does not overwrite it.
alter table providers add column payout_account_reads integer not null default 0;
