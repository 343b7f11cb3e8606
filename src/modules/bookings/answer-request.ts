import type { BookingId } from '#src/kernel/ids.ts'
import { isBefore } from '#src/kernel/time.ts'
import { requestCapture, requestVoid } from '#src/modules/payments/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { lockBookingVisibleTo, moveBooking } from './move-booking.ts'
import type { Booking } from './tables.ts'

/** The provider takes the request: it is a booking, and the money the card holds is charged. */
export async function acceptBooking(ctx: Ctx, bookingId: BookingId): Promise<Booking> {
  return inTransaction(ctx, async (tx) => {
    const { booking, party } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (
      booking.state === 'awaiting_provider' &&
      booking.answerDueAt &&
      !isBefore(ctx.now, booking.answerDueAt)
    ) {
      throw refuse('booking.wrong_state', { state: 'declined' }) // its time is up, the worker has only not been there yet
    }
    const accepted = await moveBooking(tx, ctx, booking, { transition: 'accept', party })
    await requestCapture(tx, ctx, bookingId)
    await recordAudit(tx, ctx, { action: 'booking.accept', subjectKind: 'booking', subjectId: bookingId })
    await emit(tx, {
      type: 'booking.accepted',
      subjectId: bookingId,
      payload: { bookingId },
      occurredAt: ctx.now,
    })
    return accepted
  })
}

/** The provider does not take the request, or has not answered in time: the card is released. */
export async function declineBooking(
  ctx: Ctx,
  input: { bookingId: BookingId; reason: string },
): Promise<Booking> {
  return inTransaction(ctx, async (tx) => {
    const { booking, party } = await lockBookingVisibleTo(tx, ctx, input.bookingId)
    const declined = await moveBooking(tx, ctx, booking, {
      transition: 'decline',
      party,
      reason: input.reason,
      set: { endKind: party, endReason: input.reason },
    })
    await requestVoid(tx, ctx, input.bookingId)
    await recordAudit(tx, ctx, {
      action: 'booking.decline',
      subjectKind: 'booking',
      subjectId: input.bookingId,
      reason: input.reason,
    })
    const payload = { bookingId: input.bookingId, reason: input.reason, byDeadline: party === 'system' }
    await emit(tx, { type: 'booking.declined', subjectId: input.bookingId, payload, occurredAt: ctx.now })
    return declined
  })
}
