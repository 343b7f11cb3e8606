import { and, eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, RefundId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { RefundRequest } from '#src/integrations/payment-gateway/port.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { intendOperation } from './operations.ts'
import type { PriceFigures } from './domain/fees.ts'
import { lockPaymentOfBooking, readGivenBack } from './queries.ts'
import { intendVoid } from './request-void.ts'
import { payments, refunds, type Payment, type Refund } from './tables.ts'

export const SETTLE_REFUND = 'payments.settle-refund'

export interface RequestRefund {
  readonly bookingId: BookingId
  /** Minor units of the price. */
  readonly baseMinor: bigint
  /** Minor units of the guest surcharge. */
  readonly surchargeMinor: bigint
  /** Why it is given back: 'cancellation', 'late_payment', 'no_show', …. One refund per cause: asked again, it is the same one. */
  readonly cause: string
}

/**
 * Reserves a refund in the caller's transaction; the worker makes it, and `payment.refunded` or `payment.refund_failed`
 * follows. What is reserved, in flight included, never exceeds what was captured.
 * @returns null when there is nothing to give back: an amount of 0, or money that was only set aside and is voided whole.
 * @throws refusal `payment.refund_too_large`, `payment.nothing_captured`, or `payment.in_progress` when a part is asked of
 *   money that is just being captured.
 */
export async function requestRefund(tx: Tx, ctx: Ctx, input: RequestRefund): Promise<Refund | null> {
  const amountMinor = input.baseMinor + input.surchargeMinor
  assert(input.baseMinor >= 0n && input.surchargeMinor >= 0n, 'the parts of a refund are not negative')
  if (amountMinor === 0n) return null
  const payment = await lockTaken(tx, input.bookingId)
  if (payment.status === 'authorized') return giveBackAuthorization(tx, ctx, payment, amountMinor)

  const twin = await findTwin(tx, payment, input.cause)
  if (twin) {
    assert(twin.amountMinor === amountMinor, `a second refund for ${input.cause} asks for the same amount`)
    return twin
  }
  const back = await readGivenBack(tx, payment.id)
  const leftMinor = payment.capturedMinor - back.baseRefundedMinor - back.surchargeRefundedMinor
  if (amountMinor > leftMinor) throw refuse('payment.refund_too_large')
  return reserve(tx, ctx, payment, input)
}

export interface RequestFullRefund extends Pick<PriceFigures, 'baseMinor' | 'surchargeMinor'> {
  readonly bookingId: BookingId
  readonly cause: string
}

/**
 * {@link requestRefund} of all that was paid and has not come back before.
 * @returns null when everything is back, or the money was only set aside and is voided.
 */
export async function requestFullRefund(tx: Tx, ctx: Ctx, input: RequestFullRefund): Promise<Refund | null> {
  const payment = await lockTaken(tx, input.bookingId)
  if (payment.status === 'authorized') return giveBackAuthorization(tx, ctx, payment, payment.amountMinor)
  const twin = await findTwin(tx, payment, input.cause)
  if (twin) return twin
  const back = await readGivenBack(tx, payment.id)
  const rest = {
    ...input,
    baseMinor: input.baseMinor - back.baseRefundedMinor,
    surchargeMinor: input.surchargeMinor - back.surchargeRefundedMinor,
  }
  return rest.baseMinor + rest.surchargeMinor > 0n ? reserve(tx, ctx, payment, rest) : null
}

/** Locks a payment whose money was taken or set aside. */
async function lockTaken(tx: Tx, bookingId: BookingId): Promise<Payment> {
  const payment = await lockPaymentOfBooking(tx, bookingId)
  if (!payment || payment.status === 'unpaid' || payment.status === 'voided')
    throw refuse('payment.nothing_captured')
  return payment
}

async function findTwin(tx: Tx, payment: Payment, cause: string): Promise<Refund | null> {
  const [twin] = await tx
    .select()
    .from(refunds)
    .where(and(eq(refunds.paymentId, payment.id), eq(refunds.cause, cause)))
  return twin ?? null
}

async function reserve(tx: Tx, ctx: Ctx, payment: Payment, input: RequestRefund): Promise<Refund> {
  const amountMinor = input.baseMinor + input.surchargeMinor
  await tx
    .update(payments)
    .set({ refundRequestedMinor: payment.refundRequestedMinor + amountMinor, updatedAt: ctx.now })
    .where(eq(payments.id, payment.id))
  const [refund] = await tx
    .insert(refunds)
    .values({
      id: randomUUID() as RefundId,
      paymentId: payment.id,
      bookingId: payment.bookingId,
      status: 'requested',
      cause: input.cause,
      amountMinor,
      basePartMinor: input.baseMinor,
      surchargePartMinor: input.surchargeMinor,
      currency: payment.currency,
      requestedAt: ctx.now,
    })
    .returning()
  assert(refund && payment.paymentIntentId, 'a captured payment has an intent at the gateway')
  const request: RefundRequest = {
    refundId: refund.id,
    bookingId: payment.bookingId,
    intentId: payment.paymentIntentId,
    amountMinor: Number(amountMinor),
    currency: payment.currency,
  }
  await intendOperation(tx, ctx.now, {
    kind: 'refund',
    subjectId: refund.id,
    request: request as unknown as JsonObject,
  })
  await enqueue(
    tx,
    SETTLE_REFUND,
    { refundId: refund.id },
    { jobKey: `refund:${refund.id}`, priority: JOB_PRIORITY.money },
  )
  return refund
}

// Accepted a moment ago and not yet captured: the whole is given back by not taking it. A part cannot be refunded before
// it is there.
async function giveBackAuthorization(tx: Tx, ctx: Ctx, payment: Payment, amountMinor: bigint): Promise<null> {
  if (amountMinor < payment.amountMinor) throw refuse('payment.in_progress')
  await intendVoid(tx, ctx, payment)
  return null
}
