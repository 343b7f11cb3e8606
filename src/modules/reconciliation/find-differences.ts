import { sql } from 'drizzle-orm'
import { assert } from '#src/kernel/assert.ts'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { compareSides, type DifferenceKind } from './domain/differences.ts'

/** What does not agree at the moment, however young. */
export interface FoundDifference {
  readonly kind: DifferenceKind
  readonly objectId: string
  readonly bookingId: string | null
  readonly currency: Currency
  readonly expectedMinor: bigint
  readonly actualMinor: bigint
  /** When the money moved. */
  readonly since: Temporal.Instant
  /** When something last happened to it, on either side. */
  readonly youngestAt: Temporal.Instant
}

/** A run names no more than these, the oldest first: with so many, something is wrong that no list will show better. */
export const DIFFERENCES_MAX = 10_000

type ObjectRow = {
  object_id: string
  currency: Currency
  booking_id: string | null
  stripe_minor: string | null
  ledger_minor: string | null
  since: string
  youngest_at: string
}

/**
 * Objects on which Stripe's lines and the ledger's on `stripe_balance` do not come to the same. A transfer of the ledger names
 * the object, or one of its lines. Looked at is what was touched since `since` on either side, what was never found to agree,
 * and what is open.
 */
export async function findObjectDifferences(
  db: Queryable,
  since: Temporal.Instant,
): Promise<FoundDifference[]> {
  const { rows } = await db.execute<ObjectRow>(sql`
    with moved as not materialized (
      select t.id, t.external_id, t.currency, t.subject_id, t.recorded_at,
        case when d.code = 'stripe_balance' then t.amount_minor else -t.amount_minor end as grown_by_minor
      from ledger_transfers t join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
      where (d.code = 'stripe_balance') <> (c.code = 'stripe_balance')),
    touched as (
      select coalesce(source_id, id) as object_id from balance_transactions where matched_at is null
      union select coalesce(source_id, id) from balance_transactions where created_at >= ${since.toString()}::timestamptz
      union select coalesce(b.source_id, m.external_id, m.id::text) from moved m left join balance_transactions b on b.id = m.external_id
        where m.recorded_at >= ${since.toString()}::timestamptz
      union select coalesce(b.source_id, o.object_id) from reconciliation_differences o left join balance_transactions b on b.id = o.object_id
        where o.resolved_at is null and o.kind not in ('booking_differs', 'figures_differ')),
    lines as (select b.*, coalesce(b.source_id, b.id) as object_id from touched t join balance_transactions b on coalesce(b.source_id, b.id) = t.object_id),
    stripe as (
      select object_id, currency, sum(net_minor) as minor, min(created_at) as oldest_at, max(created_at) as youngest_at
      from lines group by 1, 2),
    names as (select object_id, object_id as name from touched union select object_id, id from lines),
    own as (
      select n.object_id, m.* from names n join moved m on m.external_id = n.name
      union all
      select t.object_id, m.* from touched t join moved m on m.external_id is null and m.id = t.object_id::uuid
      where t.object_id ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$'),
    ledger as (
      select object_id, currency, sum(grown_by_minor) as minor, (array_agg(subject_id))[1] as subject_id,
        min(recorded_at) as oldest_at, max(recorded_at) as youngest_at
      from own group by 1, 2),
    both_sides as (
      select object_id, currency, s.minor as stripe_minor, l.minor as ledger_minor, l.subject_id,
        least(s.oldest_at, l.oldest_at) as since, greatest(s.youngest_at, l.youngest_at) as youngest_at
      from stripe s full join ledger l using (object_id, currency))
    select e.object_id, e.currency, b.id as booking_id, e.stripe_minor::text, e.ledger_minor::text, e.since, e.youngest_at
    from both_sides e left join payments p on p.charge_id = e.object_id
    left join bookings b on b.id = coalesce(p.booking_id, e.subject_id)
    where coalesce(e.stripe_minor, 0) <> coalesce(e.ledger_minor, 0)
    order by e.since, e.object_id limit ${DIFFERENCES_MAX}`)
  return rows.map((row) => {
    const sides = { stripeMinor: minorOf(row.stripe_minor), ledgerMinor: minorOf(row.ledger_minor) }
    const kind = compareSides(sides)
    assert(kind, 'the database and the rule agree on what differs')
    return {
      kind,
      objectId: row.object_id,
      bookingId: row.booking_id,
      currency: row.currency,
      expectedMinor: sides.stripeMinor ?? 0n,
      actualMinor: sides.ledgerMinor ?? 0n,
      since: Temporal.Instant.from(row.since),
      youngestAt: Temporal.Instant.from(row.youngest_at),
    }
  })
}

type BookingRow = {
  kind: 'booking_differs' | 'figures_differ'
  booking_id: string
  currency: Currency
  expected_minor: string
  actual_minor: string
  since: string
  youngest_at: string
}

/**
 * Bookings whose payment, ledger lines and frozen figures do not say the same. What was taken less what has left again is what
 * the ledger took in; what was taken is the booking's total; and what was shared out of an undisturbed booking are its figures.
 */
export async function findBookingDifferences(
  db: Queryable,
  since: Temporal.Instant,
): Promise<FoundDifference[]> {
  const at = sql`${since.toString()}::timestamptz`
  const { rows } = await db.execute<BookingRow>(sql`
    with touched as (
      select booking_id from payments where captured_minor > 0 and updated_at >= ${at}
      union select subject_id from ledger_transfers where recorded_at >= ${at}
      union select booking_id from reconciliation_differences where resolved_at is null and kind in ('booking_differs', 'figures_differ')),
    booked as (
      select t.subject_id as booking_id, max(t.recorded_at) as youngest_at,
        coalesce(sum(case t.kind when 'capture' then t.amount_minor when 'refund_failed' then t.amount_minor when 'refund' then -t.amount_minor end), 0) as taken_in,
        sum(case t.kind when 'provider_share' then t.amount_minor when 'provider_share_returned' then -t.amount_minor end) as provider,
        sum(case t.kind when 'commission' then t.amount_minor when 'commission_returned' then -t.amount_minor end) as commission,
        sum(case t.kind when 'surcharge' then t.amount_minor when 'surcharge_returned' then -t.amount_minor end) as surcharge
      from touched join ledger_transfers t on t.subject_id = touched.booking_id group by 1),
    refunded as (
      select r.booking_id, sum(r.amount_minor) filter (where r.status in ('pending', 'succeeded')) as left_minor,
        bool_or(r.status <> 'failed' or r.settled_outside_at is not null) as any_left
      from touched join refunds r on r.booking_id = touched.booking_id group by 1),
    seen as (
      select b.*, p.captured_minor, p.status as payment_status, p.captured_at, p.created_at as opened_at,
        greatest(p.updated_at, k.youngest_at) as youngest_at, coalesce(p.captured_minor, 0) - coalesce(r.left_minor, 0) as kept,
        coalesce(k.taken_in, 0) as taken_in, k.provider, k.commission, k.surcharge, coalesce(r.any_left, false) as any_left
      from touched join bookings b on b.id = touched.booking_id
      left join payments p on p.booking_id = b.id left join booked k on k.booking_id = b.id left join refunded r on r.booking_id = b.id),
    differing as (
      select 'booking_differs' as kind, s.*, kept as expected, taken_in as actual from seen s where kept <> taken_in
      union all
      select 'figures_differ', s.*, total_minor, captured_minor from seen s where captured_minor > 0 and captured_minor <> total_minor
      union all
      select 'figures_differ', s.*,
        case when provider <> provider_net_minor then provider_net_minor when commission <> commission_minor then commission_minor else surcharge_minor end,
        case when provider <> provider_net_minor then provider when commission <> commission_minor then commission else surcharge end
      from seen s
      where captured_minor = total_minor and payment_status = 'captured' and not any_left and provider is not null
        and (provider, coalesce(commission, 0), coalesce(surcharge, 0)) <> (provider_net_minor, commission_minor, surcharge_minor))
    select kind, id as booking_id, currency, expected::text as expected_minor, coalesce(actual, 0)::text as actual_minor,
      coalesce(captured_at, opened_at, youngest_at) as since, youngest_at
    from differing order by since, id limit ${DIFFERENCES_MAX}`)
  return rows.map((row) => ({
    kind: row.kind,
    objectId: row.booking_id,
    bookingId: row.booking_id,
    currency: row.currency,
    expectedMinor: BigInt(row.expected_minor),
    actualMinor: BigInt(row.actual_minor),
    since: Temporal.Instant.from(row.since),
    youngestAt: Temporal.Instant.from(row.youngest_at),
  }))
}

function minorOf(text: string | null): bigint | null {
  return text === null ? null : BigInt(text)
}
