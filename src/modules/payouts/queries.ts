import { eq, sql } from 'drizzle-orm'
import type { BookingId, PayoutId, ProviderId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { payouts, type Payout } from './tables.ts'

export async function findPayout(db: Queryable, payoutId: PayoutId): Promise<Payout | null> {
  const [payout] = await db.select().from(payouts).where(eq(payouts.id, payoutId))
  return payout ?? null
}

/** After the lock on the payment, never before: everybody takes the two in that order. */
export async function lockPayoutOfBooking(tx: Tx, bookingId: BookingId): Promise<Payout | null> {
  const [payout] = await tx.select().from(payouts).where(eq(payouts.bookingId, bookingId)).for('update')
  return payout ?? null
}

/** Where a provider's money goes. */
export interface Payee extends Record<string, unknown> {
  readonly slug: string
  readonly accountId: string | null
  readonly ready: boolean
  readonly country: string
  readonly currency: Currency
  readonly email: string | null
}

export async function findPayee(db: Queryable, providerId: ProviderId): Promise<Payee | null> {
  const { rows } = await db.execute<Payee>(sql`
    select slug, payout_account_id as "accountId", payout_account_ready as ready, country, currency, contact_email as email
    from providers where id = ${providerId}`)
  return rows[0] ?? null
}
