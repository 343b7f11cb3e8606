-- What is kept of one payout for what a provider owes is written down on the payout whose debt it was, too: a recovery, without
-- Stripe. Otherwise that payout still has too much, and the same debt is pulled back from the account a second time.
alter table payout_movements
  drop constraint payout_movements_kind_check,
  add constraint payout_movements_kind_check check (kind in ('transfer', 'reversal', 'recovery')),
  drop constraint payout_movements_check1,
  add constraint payout_movements_check1 check (case kind
    when 'transfer' then true
    when 'reversal' then netted_minor = 0 and transfer_id is not null
    else netted_minor = 0 and transfer_id is null and stripe_id is null and status = 'done' end);

-- Of what was kept until now, oldest debt first: in every currency of a provider, as much as was kept, from the payouts that have
-- too much, in the order of their dates.
with moved as (
  select payout_id, sum(case kind when 'transfer' then amount_minor else -amount_minor end) + sum(netted_minor) as has_minor
  from payout_movements where status = 'done' group by payout_id),
kept as (
  select provider_id, currency, sum(netted_minor) as minor, max(settled_at) as settled_at
  from payout_movements where status = 'done' and netted_minor > 0 group by provider_id, currency),
too_much as (
  select o.id, o.provider_id, o.currency, m.has_minor - o.released_share_minor as minor,
    sum(m.has_minor - o.released_share_minor) over (partition by o.provider_id, o.currency order by o.due_at, o.id) as until_here_minor
  from payouts o join moved m on m.payout_id = o.id
  where o.releases > 0 and m.has_minor > o.released_share_minor)
insert into payout_movements (id, payout_id, provider_id, kind, amount_minor, currency, status, created_at, settled_at)
select gen_random_uuid(), t.id, t.provider_id, 'recovery', least(t.minor, k.minor - (t.until_here_minor - t.minor)), t.currency, 'done',
  k.settled_at, k.settled_at
from too_much t join kept k using (provider_id, currency)
where k.minor > t.until_here_minor - t.minor;

-- Whoever has no more than was earned owes nothing.
update payouts o set waits_for = null, failure_reason = null
where waits_for = 'owed' and released_share_minor >= (
  select coalesce(sum(case kind when 'transfer' then amount_minor else -amount_minor end) + sum(netted_minor), 0)
  from payout_movements m where m.payout_id = o.id and m.status = 'done');

-- A transfer that was taken back by hand waits for an operator, whatever else the payout waits for in between.
alter table payouts add column reversed_by_hand_at timestamptz;
update payouts set reversed_by_hand_at = updated_at where waits_for = 'reversed_by_hand';
