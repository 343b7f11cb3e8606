import { and, eq, inArray } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import { earlierOf } from '#src/kernel/time.ts'
import { requestFullRefund, requestVoid } from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { lockBookingVisibleTo, moveBooking } from './move-booking.ts'
import { bookingEvents, type Booking } from './tables.ts'

/** Money has been taken for a booking: it stands, or, where its time is gone, the money goes back in full. */
export async function confirmPaidBooking(ctx: Ctx, bookingId: BookingId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, bookingId)
    switch (booking.state) {
      case 'held':
        await moveBooking(tx, ctx, booking, { transition: 'confirm', party: 'system' })
        await emit(tx, {
          type: 'booking.confirmed',
          subjectId: booking.id,
          payload: { bookingId },
          occurredAt: ctx.now,
        })
        return
      case 'expired':
      case 'cancelled':
      case 'declined': {
        if (await stoodBefore(tx, booking)) return
        const refund = await requestFullRefund(tx, ctx, { ...booking, bookingId, cause: 'late_payment' })
        if (!refund) return
        await emit(tx, {
          type: 'booking.late_payment_refunded',
          subjectId: booking.id,
          payload: { bookingId, refundId: refund.id },
          occurredAt: ctx.now,
        })
        return
      }
      case 'awaiting_provider':
      case 'confirmed':
      case 'in_progress':
      case 'completed':
      case 'no_show':
        return // heard before, or the capture that followed the provider's yes
    }
  })
}

/**
 * Whether the booking stood, and was then ended by somebody: what comes back was decided then, and this is old news. Where we
 * ended it ourselves because the card had refused, money that comes all the same has bought nothing.
 */
async function stoodBefore(tx: Tx, booking: Booking): Promise<boolean> {
  if (booking.endKind === 'system') return false
  const [stood] = await tx
    .select({ sequence: bookingEvents.sequence })
    .from(bookingEvents)
    .where(
      and(eq(bookingEvents.bookingId, booking.id), inArray(bookingEvents.transition, ['confirm', 'accept'])),
    )
    .limit(1)
  return stood !== undefined
}

/** The card holds the money for a request: the provider is asked, or, where the time is gone, the card is released. */
export async function submitAuthorizedRequest(ctx: Ctx, bookingId: BookingId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (booking.state === 'held') {
      // A request is answered before it begins, however short the notice.
      const answerDueAt = earlierOf(ctx.now.add({ hours: ctx.config.ANSWER_HOURS }), booking.startsAt)
      await moveBooking(tx, ctx, booking, { transition: 'request', party: 'system', set: { answerDueAt } })
      await emit(tx, {
        type: 'booking.requested',
        subjectId: booking.id,
        payload: { bookingId },
        occurredAt: ctx.now,
      })
    } else if (booking.state === 'expired' || booking.state === 'cancelled' || booking.state === 'declined') {
      await requestVoid(tx, ctx, bookingId)
    }
  })
}

/** The card that was to be charged on the provider's yes refused: there is no booking without the money. */
export async function cancelUnpaidBooking(ctx: Ctx, bookingId: BookingId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (booking.state !== 'confirmed') return
    const reason = 'The card could not be charged.'
    await moveBooking(tx, ctx, booking, {
      transition: 'cancel',
      party: 'system',
      reason,
      changesCalendar: true,
      set: { endKind: 'system', endReason: reason },
    })
    const payload = { bookingId, by: 'system', reason, refundId: null, refundMinor: 0 }
    await emit(tx, { type: 'booking.cancelled', subjectId: booking.id, payload, occurredAt: ctx.now })
  })
}
