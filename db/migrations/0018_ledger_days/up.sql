-- Each finished day (UTC, by recorded_at) is sealed: its hash covers its transfers and the hash of the day before, so that no
-- later change of the past stays unseen. What is hashed, byte for byte, is in docs/guides/money.md; `ops ledger verify` works
-- it out again in code of its own.
create table ledger_days (
  on_date date primary key,
  last_sequence bigint, -- the highest of the day; null for a day on which nothing was recorded
  transfer_count integer not null check (transfer_count >= 0),
  previous_hash text not null check (previous_hash ~ '^[0-9a-f]{64}$'), -- zeros for the first day
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  -- 16 bytes for each transfer, in order: its sequence, and the first 8 of its own hash. To name the one that differs.
  marks bytea not null check (length(marks) = 16 * transfer_count),
  sealed_at timestamptz not null,
  check ((last_sequence is null) = (transfer_count = 0)),
  check (sealed_at >= (on_date + 1)::timestamp at time zone 'UTC')
);

-- For sealing, the journal and the reconciliation, which each look at a span of days, and at one object.
create index ledger_transfers_recorded_at on ledger_transfers (recorded_at);
create index ledger_transfers_external_id on ledger_transfers (external_id) where external_id is not null;

create function refuse_sealed_day() returns trigger language plpgsql as $$
begin
  if new.recorded_at < (select (max(on_date) + 1)::timestamp at time zone 'UTC' from ledger_days) then
    raise exception 'the day of % is sealed: record it today', new.recorded_at using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
create trigger ledger_transfers_sealed before insert on ledger_transfers for each row execute function refuse_sealed_day();
create trigger ledger_days_append_only before update or delete on ledger_days for each row execute function refuse_change();
create trigger ledger_days_no_truncate before truncate on ledger_days for each statement execute function refuse_change();

-- Seals the day after the last one; null when somebody else has. Runs as the owner, because the application may neither lock
-- the table against writers nor write a seal of its own making.
--
-- Sequences are not in the order of commits: a transfer with a lower one may still be uncommitted. The lock waits for every
-- transaction that has written a transfer, and whoever writes after it finds the day sealed. It is not waited for long,
-- since others wait behind it.
create function seal_ledger_day(day date, at timestamptz) returns ledger_days
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '3s' as $$
declare
  last ledger_days;
  sealed ledger_days;
begin
  lock table ledger_transfers in share row exclusive mode;
  select * into last from ledger_days order by on_date desc limit 1;
  if last.on_date >= day then
    return null;
  end if;
  if last.on_date + 1 <> day or (last is null and exists (
      select from ledger_transfers where recorded_at < day::timestamp at time zone 'UTC')) then
    raise exception 'days are sealed one after the other: % comes later', day using errcode = 'integrity_constraint_violation';
  end if;
  with hashed as (
    select sequence, sha256(convert_to(array_to_json(array[
        sequence::text, id::text, kind, debit_account_id::text, credit_account_id::text, amount_minor::text, currency::text,
        subject_id::text, effect_key, external_id, reverses_id::text, description, facts::text,
        trunc(extract(epoch from occurred_at) * 1000000)::text, trunc(extract(epoch from recorded_at) * 1000000)::text])::text, 'UTF8')) as hash
    from ledger_transfers
    where recorded_at >= day::timestamp at time zone 'UTC' and recorded_at < (day + 1)::timestamp at time zone 'UTC'),
  summed as (
    select max(sequence) as last_sequence, count(*)::integer as transfer_count,
      coalesce(string_agg(hash, '' order by sequence), '') as hashes,
      coalesce(string_agg(int8send(sequence) || substring(hash from 1 for 8), '' order by sequence), '') as marks
    from hashed),
  chained as (select coalesce(last.hash, repeat('0', 64)) as previous_hash)
  insert into ledger_days (on_date, last_sequence, transfer_count, previous_hash, hash, marks, sealed_at)
  select day, s.last_sequence, s.transfer_count, c.previous_hash,
    encode(sha256(decode(c.previous_hash, 'hex') || convert_to(to_char(day, 'YYYY-MM-DD'), 'UTF8') || s.hashes), 'hex'), s.marks, at
  from summed s, chained c
  returning * into sealed;
  return sealed;
end
$$;
revoke execute on function seal_ledger_day(date, timestamptz) from public;
grant execute on function seal_ledger_day(date, timestamptz) to ecosystem_app;
grant select on ledger_days to ecosystem_app;
