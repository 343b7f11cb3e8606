import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Money } from '#src/kernel/money.ts'
import {
  closeCheckout,
  isCheckoutClosed,
  lockPaymentOfBooking,
  readGivenBack,
  requestRefund,
  requestVoid,
} from '#src/modules/payments/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { decideCancellation } from './domain/cancellation.ts'
import { roleIn } from './domain/party.ts'
import { findBooking, lockBookingVisibleTo, moveBooking } from './move-booking.ts'
import type { Booking } from './tables.ts'

export interface CancelBooking {
  readonly bookingId: BookingId
  readonly reason: string
  /** What the person saw would come back. Another amount is refused with the new one, so that nobody is surprised. */
  readonly expectedRefund?: Money | undefined
}

/**
 * Makes sure that nobody can pay for a held booking while it is given up. Before {@link cancelBooking}, and not inside a
 * transaction. Where that would say no, for whatever reason, it does nothing: the page stays payable.
 * @throws refusal request.in_progress when money has come or is on its way.
 */
export async function closeOpenCheckout(
  ctx: Ctx,
  gateway: PaymentGateway,
  input: CancelBooking,
): Promise<void> {
  const booking = await findBooking(ctx.db, input.bookingId)
  const role = booking && roleIn(booking, ctx.actor)
  if (booking?.state !== 'held' || !role) return
  const decision = decideCancellation({ ...booking, refunded: null }, role, ctx.now)
  if (decision.refused || !expected(input, decision)) return
  if ((await closeCheckout(ctx, gateway, booking.id)) === 'paid') throw refuse('request.in_progress')
}

/**
 * Ends a booking and gives back what the policy says. A held booking's payment page is closed first: {@link closeOpenCheckout}.
 * @throws refusals booking.not_found, booking.wrong_state, booking.too_late_to_cancel, booking.refund_changed,
 * request.in_progress while a charge that was asked for is still under way, or a payment page is open.
 */
export async function cancelBooking(ctx: Ctx, input: CancelBooking): Promise<Booking> {
  return inTransaction(ctx, async (tx) => {
    const { booking, role, party } = await lockBookingVisibleTo(tx, ctx, input.bookingId)
    const payment = await lockPaymentOfBooking(tx, booking.id)
    const captured = payment !== null && payment.capturedMinor > 0n
    const refunded = captured ? await readGivenBack(tx, payment.id) : null
    const decision = decideCancellation({ ...booking, refunded }, role, ctx.now)
    if (decision.refused) throw refuse(decision.refused, { state: booking.state })
    const charging = booking.state === 'confirmed' && !captured
    const payable = booking.state === 'held' && !(await isCheckoutClosed(tx, booking.id))
    if (charging || payable) throw refuse('request.in_progress')
    const refundMinor = decision.baseRefundMinor + decision.surchargeRefundMinor
    if (!expected(input, decision)) {
      throw refuse('booking.refund_changed', {
        refund: { amountMinor: Number(refundMinor), currency: booking.currency },
      })
    }

    // From here on there are only writes.
    const cancelled = await moveBooking(tx, ctx, booking, {
      transition: 'cancel',
      party,
      reason: input.reason,
      changesCalendar: true,
      set: { endKind: party, endReason: input.reason },
      facts: { refundPercent: decision.refundPercent },
    })
    if (payment?.status === 'authorized') await requestVoid(tx, ctx, booking.id)
    const refund =
      refundMinor > 0n
        ? await requestRefund(tx, ctx, {
            bookingId: booking.id,
            baseMinor: decision.baseRefundMinor,
            surchargeMinor: decision.surchargeRefundMinor,
            cause: 'cancellation',
          })
        : null
    await recordAudit(tx, ctx, {
      action: 'booking.cancel',
      subjectKind: 'booking',
      subjectId: booking.id,
      before: { state: booking.state },
      after: { state: cancelled.state, refundMinor: Number(refundMinor) },
      reason: input.reason,
    })
    const payload = {
      bookingId: booking.id,
      by: party,
      reason: input.reason,
      refundId: refund?.id ?? null,
      refundMinor: Number(refundMinor),
    }
    await emit(tx, { type: 'booking.cancelled', subjectId: booking.id, payload, occurredAt: ctx.now })
    return cancelled
  })
}

function expected(
  { expectedRefund }: CancelBooking,
  { baseRefundMinor, surchargeRefundMinor }: { baseRefundMinor: bigint; surchargeRefundMinor: bigint },
): boolean {
  return expectedRefund === undefined || expectedRefund.amountMinor === baseRefundMinor + surchargeRefundMinor
}
