import { and, eq, sql } from 'drizzle-orm'
import { GatewayRejected, type PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { QUARANTINED } from './apply-payment.ts'
import { expireCheckout } from './expire-checkout.ts'
import { findOperation, giveUpUnsent } from './operations.ts'
import { findPaymentOfBooking, lockPaymentOfBooking } from './queries.ts'
import { openCheckout } from './start-checkout.ts'
import { syncPayment } from './sync-payment.ts'
import { payments, type Payment } from './tables.ts'

/**
 * Makes sure that a booking can no longer be paid, before its slot is given back. Not inside a transaction.
 * @returns 'closed' when it cannot be paid any more and was not, or what came is none of what was asked and was set aside
 *   for a person; 'paid' when money is there or on its way, and the slot stays.
 * @throws {Trouble} when the gateway does not answer: the slot stays held until it does.
 */
export async function closeCheckout(
  ctx: Ctx,
  gateway: PaymentGateway,
  bookingId: BookingId,
): Promise<'closed' | 'paid'> {
  const payment = await findPaymentOfBooking(ctx.db, bookingId)
  if (!payment) return 'closed'
  if (payment.status === 'voided') return 'closed'
  if (payment.status !== 'unpaid') return 'paid'
  const checkoutId = payment.checkoutSessionId ?? (await findUnanswered(ctx, gateway, payment.id))
  if (checkoutId === null) return markClosed(ctx, payment, null)

  const checkout = await expireCheckout(gateway, checkoutId)
  if (checkout.status === 'expired') return markClosed(ctx, payment, checkoutId)
  const synced = await syncPayment(ctx, gateway, payment.id)
  return synced.lastError === QUARANTINED ? 'closed' : 'paid'
}

/**
 * Whether no page can be paid any more and none is being opened, in the transaction that has locked the booking: since
 * {@link closeCheckout}, somebody may have opened another.
 */
export async function isCheckoutClosed(tx: Tx, bookingId: BookingId): Promise<boolean> {
  const payment = await lockPaymentOfBooking(tx, bookingId)
  if (!payment || payment.status === 'voided') return true
  if (payment.status !== 'unpaid' || payment.checkoutUrl !== null) return false
  return (await findOperation(tx, 'checkout', payment.id))?.status !== 'intended'
}

/** A page that was asked for and never heard of may exist all the same: the same key tells which it is. */
async function findUnanswered(ctx: Ctx, gateway: PaymentGateway, paymentId: string): Promise<string | null> {
  const operation = await findOperation(ctx.db, 'checkout', paymentId)
  if (operation?.status !== 'intended') return null
  if (await giveUpUnsent(ctx.db, ctx.now, operation)) return null
  try {
    return (await openCheckout(ctx, gateway, operation)).id
  } catch (error) {
    if (error instanceof GatewayRejected) return null // certainly never made
    throw error
  }
}

/** That page and no other: somebody who closed it too may have let another be opened since. */
async function markClosed(ctx: Ctx, { id }: Payment, checkoutId: string | null): Promise<'closed'> {
  await ctx.db
    .update(payments)
    .set({ checkoutUrl: null, syncDueAt: null, updatedAt: ctx.now })
    .where(and(eq(payments.id, id), sql`${payments.checkoutSessionId} is not distinct from ${checkoutId}`))
  return 'closed'
}
