import { and, eq, sql } from 'drizzle-orm'
import type { BookingId, PayoutId, ProviderId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { balanceOf } from '#src/modules/ledger/index.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import type { Moved } from './domain/payout-plan.ts'
import { payoutMovements, payouts, type Payout, type PayoutMovement } from './tables.ts'

export async function findPayout(db: Queryable, payoutId: PayoutId): Promise<Payout | null> {
  const [payout] = await db.select().from(payouts).where(eq(payouts.id, payoutId))
  return payout ?? null
}

/** After the lock on the payment, never before: everybody takes the two in that order. */
export async function lockPayoutOfBooking(tx: Tx, bookingId: BookingId): Promise<Payout | null> {
  const [payout] = await tx
    .select()
    .from(payouts)
    .where(eq(payouts.bookingId, bookingId))
    .for('no key update')
  return payout ?? null
}

export async function findOpenMovement(db: Queryable, payoutId: PayoutId): Promise<PayoutMovement | null> {
  const [movement] = await db
    .select()
    .from(payoutMovements)
    .where(and(eq(payoutMovements.payoutId, payoutId), eq(payoutMovements.status, 'intended')))
  return movement ?? null
}

export async function findMovement(db: Queryable, id: string): Promise<PayoutMovement | null> {
  const [movement] = await db.select().from(payoutMovements).where(eq(payoutMovements.id, id))
  return movement ?? null
}

/** The transfers of a payout of which something is left to take back, newest first. */
export async function listReversibleTransfers(
  db: Queryable,
  payoutId: PayoutId,
): Promise<{ stripeId: string; leftMinor: bigint }[]> {
  const { rows } = await db.execute<{ stripe_id: string; left_minor: string }>(sql`
    select t.stripe_id, (t.amount_minor - coalesce(sum(r.amount_minor), 0))::text as left_minor
    from payout_movements t
    left join payout_movements r on r.transfer_id = t.stripe_id and r.status = 'done'
    where t.payout_id = ${payoutId} and t.kind = 'transfer' and t.status = 'done' and t.stripe_id is not null
    group by t.id having t.amount_minor > coalesce(sum(r.amount_minor), 0) order by t.created_at desc`)
  return rows.map((row) => ({ stripeId: row.stripe_id, leftMinor: BigInt(row.left_minor) }))
}

/** What was moved for a payout by now. */
export async function readMoved(db: Queryable, payoutId: PayoutId): Promise<Moved> {
  const { rows } = await db.execute<{ transferred: string; netted: string; recovered: string }>(sql`
    select coalesce(sum(case kind when 'transfer' then amount_minor when 'reversal' then -amount_minor end), 0)::text as transferred,
      coalesce(sum(netted_minor), 0)::text as netted,
      coalesce(sum(amount_minor) filter (where kind = 'recovery'), 0)::text as recovered
    from payout_movements where payout_id = ${payoutId} and status = 'done'`)
  return {
    transferredMinor: BigInt(rows[0]?.transferred ?? 0),
    nettedMinor: BigInt(rows[0]?.netted ?? 0),
    recoveredMinor: BigInt(rows[0]?.recovered ?? 0),
  }
}

/**
 * Whoever decides what is kept of a provider's payouts, or lessens what one of them has too much, holds this, so that one debt is
 * not taken twice. After the payout's lock, before the ledger's.
 */
export async function lockDebtOf(tx: Tx, providerId: ProviderId): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`debt:${providerId}`}, 0))`)
}

/**
 * What a provider owes us, minor units: what stands below zero on their account in the ledger, less what is being recovered at
 * this moment. `unsentMinor` is what stands there for a booking whose own transfer is being decided.
 */
export async function readDebt(
  db: Queryable,
  providerId: ProviderId,
  currency: Currency,
  unsentMinor = 0n,
): Promise<bigint> {
  const payableMinor = await balanceOf(db, { code: 'provider_payable', ownerId: providerId }, currency)
  const { rows } = await db.execute<{ recovering: string }>(sql`
    select coalesce(sum(netted_minor + case kind when 'reversal' then amount_minor else 0 end), 0)::text as recovering
    from payout_movements where provider_id = ${providerId} and status = 'intended' and currency = ${currency}`)
  const debtMinor = unsentMinor - payableMinor - BigInt(rows[0]?.recovering ?? 0)
  return debtMinor > 0n ? debtMinor : 0n
}

/**
 * The payouts of which a provider has more than was earned with the booking, oldest first: their debts, one by one. Without what
 * is being taken back at this moment.
 */
export async function listTooMuch(
  tx: Tx,
  providerId: ProviderId,
  currency: Currency,
): Promise<{ payoutId: PayoutId; bookingId: BookingId; tooMuchMinor: bigint }[]> {
  const { rows } = await tx.execute<{ id: PayoutId; booking_id: BookingId; too_much: string }>(sql`
    with standing as (
      select o.id, o.booking_id, o.due_at, sum(case
          when m.status = 'done' and m.kind = 'transfer' then m.amount_minor + m.netted_minor
          when m.status = 'done' or m.status = 'intended' and m.kind = 'reversal' then -m.amount_minor
          else 0 end) - o.released_share_minor as too_much
      from payouts o join payout_movements m on m.payout_id = o.id
      where o.provider_id = ${providerId} and o.currency = ${currency} and o.releases > 0
      group by o.id)
    select id, booking_id, too_much::text from standing where too_much > 0 order by due_at, id`)
  return rows.map((row) => ({
    payoutId: row.id,
    bookingId: row.booking_id,
    tooMuchMinor: BigInt(row.too_much),
  }))
}

/** Whether something is under way to or from the account that a provider has had until now. */
export async function hasPayoutInFlight(db: Queryable, providerId: ProviderId): Promise<boolean> {
  const [movement] = await db
    .select({ id: payoutMovements.id })
    .from(payoutMovements)
    .where(and(eq(payoutMovements.providerId, providerId), eq(payoutMovements.status, 'intended')))
    .limit(1)
  return movement !== undefined
}

/** Where a provider's money goes. */
export interface Payee extends Record<string, unknown> {
  readonly slug: string
  readonly accountId: string | null
  readonly ready: boolean
  /** The account has left us: nothing reaches it any more, and another may take its place. */
  readonly disconnected: boolean
  readonly country: string
  readonly currency: Currency
  readonly email: string | null
}

export async function findPayee(db: Queryable, providerId: ProviderId): Promise<Payee | null> {
  const { rows } = await db.execute<Payee>(sql`
    select slug, payout_account_id as "accountId", payout_account_ready as ready,
      'disconnected' = any(payout_account_requirements) as disconnected, country, currency, contact_email as email
    from providers where id = ${providerId}`)
  return rows[0] ?? null
}
