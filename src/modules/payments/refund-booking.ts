import type { BookingId } from '#src/kernel/ids.ts'
import type { Money } from '#src/kernel/money.ts'
import { may } from '#src/kernel/rights.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { splitRefund } from './domain/fees.ts'
import { isOnStep } from './domain/refund-change.ts'
import { listDisputes, lockPaymentOfBooking, readGivenBack } from './queries.ts'
import { requestRefund } from './request-refund.ts'
import { figuresOfPayment } from './start-checkout.ts'
import type { Refund } from './tables.ts'

export interface RefundBooking {
  readonly bookingId: BookingId
  readonly amount: Money
  /** Kept in the audit log, and told to the customer and the provider. */
  readonly reason: string
}

/**
 * An operator gives money back, whatever the policy says: a part of what is left, as often as it takes. Price and guest
 * surcharge come back in proportion; what the provider has of it follows, before the payout and after it.
 * @throws refusals auth.not_allowed, payment.nothing_captured, payment.refund_too_large with what is left,
 *   payment.refund_not_possible for an amount that cannot be moved in its currency, payment.in_progress, payment.disputed.
 */
export async function refundBooking(ctx: Ctx, { bookingId, amount, reason }: RefundBooking): Promise<Refund> {
  if (!may(ctx.actor, 'payment.refund')) throw refuse('auth.not_allowed')
  return inTransaction(ctx, async (tx) => {
    const payment = await lockPaymentOfBooking(tx, bookingId)
    if (!payment || payment.capturedMinor === 0n) throw refuse('payment.nothing_captured')
    if (amount.currency !== payment.currency || !isOnStep(amount)) throw refuse('payment.refund_not_possible')
    // The bank has taken the money already; Stripe would refuse. Of an inquiry it has taken nothing, and a refund ends it.
    const disputes = await listDisputes(tx, payment.id)
    if (disputes.some(({ status }) => status === 'open')) throw refuse('payment.disputed')
    const back = await readGivenBack(tx, payment.id)
    const leftMinor = payment.capturedMinor - back.baseRefundedMinor - back.surchargeRefundedMinor
    if (amount.amountMinor > leftMinor)
      throw refuse('payment.refund_too_large', {
        left: { amountMinor: Number(leftMinor), currency: payment.currency },
      })
    const parts = splitRefund(await figuresOfPayment(tx, payment.id), back, amount.amountMinor)

    const refund = await requestRefund(tx, ctx, {
      bookingId,
      baseMinor: parts.basePartMinor,
      surchargeMinor: parts.surchargePartMinor,
      cause: `operator:${ctx.requestId}`,
    })
    if (!refund) throw refuse('payment.nothing_captured')
    const refundMinor = Number(amount.amountMinor)
    await recordAudit(tx, ctx, {
      action: 'booking.refund',
      subjectKind: 'booking',
      subjectId: bookingId,
      before: { refundRequestedMinor: Number(payment.refundRequestedMinor) },
      after: {
        refundRequestedMinor: Number(payment.refundRequestedMinor) + refundMinor,
        refundId: refund.id,
      },
      reason,
    })
    const payload = { bookingId, refundId: refund.id, refundMinor, reason }
    await emit(tx, { type: 'booking.refunded', subjectId: bookingId, payload, occurredAt: ctx.now })
    return refund
  })
}
