import { eq } from 'drizzle-orm'
import type { GatewayPayment, GatewayRefund, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, PaymentId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import { applyDispute } from './apply-dispute.ts'
import { applyPayment } from './apply-payment.ts'
import { applyRefund } from './apply-refund.ts'
import { findOperation } from './operations.ts'
import { findPayment, lockPayment } from './queries.ts'
import { checkoutOf, SYNC_AFTER_SECONDS } from './start-checkout.ts'
import { payments, type Payment } from './tables.ts'

/** An authorization that nobody answers is looked at again, in case it was given back without our hearing of it. */
const AUTHORIZED_SYNC_HOURS = 12

/**
 * Reads a payment from the gateway and brings ours into line: the one way in for webhooks, the page people come back to,
 * and the sweeper. Any number of times, in any order. Not inside a transaction.
 * @throws {Trouble} when the gateway does not answer.
 */
export async function syncPayment(
  ctx: Ctx,
  gateway: PaymentGateway,
  id: PaymentId | BookingId,
): Promise<Payment> {
  const payment = await findPayment(ctx.db, id)
  assert(payment, `payment ${id} exists`)
  return syncKnown(ctx, gateway, payment)
}

/** {@link syncPayment} of a payment that was just read. @param disputed whether its disputes are read though the charge tells of none */
export async function syncKnown(
  ctx: Ctx,
  gateway: PaymentGateway,
  payment: Payment,
  disputed = false,
): Promise<Payment> {
  assertNoOpenTransaction('the payment gateway')
  const { payment: seen, checkoutOpen } = await look(gateway, payment)
  if (seen === null) return planNextLook(ctx, payment, checkoutOpen)
  const refunds = await lookAtRefunds(gateway, payment, seen)
  // The charge of an inquiry need not say that it is disputed: whoever has heard of one asks, until it is decided.
  const asks = disputed || payment.status === 'disputed' || seen.charge?.disputed
  const disputes = asks ? await gateway.listDisputes(seen.intentId) : []
  return inTransaction(ctx, async (tx) => {
    const locked = await lockPayment(tx, payment.id)
    // Opened again meanwhile, at another price perhaps: what we read is of the page that was closed.
    if (locked.checkoutSessionId !== payment.checkoutSessionId) return locked
    let current = await applyPayment(tx, ctx, locked, seen, nextLookAt(ctx, locked, seen, checkoutOpen))
    if (current.capturedMinor === 0n) return current
    for (const refund of refunds) current = await applyRefund(tx, ctx, current, refund)
    for (const dispute of disputes) current = await applyDispute(tx, ctx, current, dispute)
    return current
  })
}

interface Seen {
  readonly payment: GatewayPayment | null
  readonly checkoutOpen: boolean
}

/** One call: until money is there, the checkout tells everything; after that, the payment does. */
async function look(gateway: PaymentGateway, payment: Payment): Promise<Seen> {
  if (payment.status !== 'unpaid' && payment.paymentIntentId) {
    return { payment: await gateway.readPayment(payment.paymentIntentId), checkoutOpen: false }
  }
  if (!payment.checkoutSessionId) return { payment: null, checkoutOpen: true } // asked for and not answered yet
  const checkout = await gateway.readCheckout(payment.checkoutSessionId)
  return { payment: checkout.payment, checkoutOpen: checkout.status === 'open' }
}

/** Refunds are read only when the sum says that there is one we have not settled: a webhook ahead of us, or one made by hand. */
async function lookAtRefunds(
  gateway: PaymentGateway,
  payment: Payment,
  seen: GatewayPayment,
): Promise<GatewayRefund[]> {
  if (seen.status !== 'captured' || !seen.charge || seen.charge.refundedMinor === payment.refundedMinor)
    return []
  return gateway.listRefunds(seen.intentId)
}

function nextLookAt(
  ctx: Ctx,
  payment: Payment,
  seen: GatewayPayment,
  checkoutOpen: boolean,
): Temporal.Instant | null {
  const soon = ctx.now.add({ seconds: SYNC_AFTER_SECONDS })
  switch (seen.status) {
    case 'captured':
      return (payment.processingFeeMinor ?? seen.charge?.feeMinor ?? null) === null ? soon : null // the fee may come later
    case 'authorized':
      return ctx.now.add({ hours: AUTHORIZED_SYNC_HOURS })
    case 'processing':
      return soon
    case 'unpaid':
      return checkoutOpen ? soon : null
    case 'canceled':
      return null
  }
}

/** No payment was tried yet. An unpaid page is looked at until it closes; one of which we never heard, for as long as it could live. */
async function planNextLook(ctx: Ctx, payment: Payment, checkoutOpen: boolean): Promise<Payment> {
  const operation = payment.checkoutSessionId ? null : await findOperation(ctx.db, 'checkout', payment.id)
  const gone = operation !== null && checkoutOf(operation).expiresAt < ctx.now.toString()
  const syncDueAt = checkoutOpen && !gone ? ctx.now.add({ seconds: SYNC_AFTER_SECONDS }) : null
  await ctx.db.update(payments).set({ syncDueAt, updatedAt: ctx.now }).where(eq(payments.id, payment.id))
  return { ...payment, syncDueAt }
}
