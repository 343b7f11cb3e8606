import type { BookingId } from '#src/kernel/ids.ts'
import { mayAs } from '#src/kernel/rights.ts'
import { isBefore } from '#src/kernel/time.ts'
import { findPaymentOfBooking, requestFullRefund } from '#src/modules/payments/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { isNoShowReportable } from './domain/lifecycle.ts'
import { lockBookingVisibleTo, moveBooking } from './move-booking.ts'
import type { Booking } from './tables.ts'

/**
 * The provider's yes is charged to the card a moment later, and the card may refuse: then the booking is cancelled, which
 * it can be for as long as it has not begun.
 * @throws refusal booking.not_paid.
 */
async function assertPaid(tx: Tx, bookingId: BookingId): Promise<void> {
  const payment = await findPaymentOfBooking(tx, bookingId)
  if (payment?.capturedMinor === 0n) throw refuse('booking.not_paid')
}

/** The time has come: nothing but the state changes. @throws refusal booking.not_paid. */
export async function startBooking(ctx: Ctx, bookingId: BookingId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (booking.state !== 'confirmed' || isBefore(ctx.now, booking.startsAt)) return
    await assertPaid(tx, bookingId)
    await moveBooking(tx, ctx, booking, { transition: 'start', party: 'system' })
    await emit(tx, {
      type: 'booking.started',
      subjectId: bookingId,
      payload: { bookingId },
      occurredAt: ctx.now,
    })
  })
}

/**
 * The service has been given. By the provider from its start on, by itself at its end.
 * @throws refusals booking.not_found, booking.not_yet, booking.not_paid, booking.wrong_state.
 */
export async function completeBooking(ctx: Ctx, bookingId: BookingId): Promise<Booking> {
  return inTransaction(ctx, async (tx) => {
    const { booking, party } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (booking.state === 'confirmed' && isBefore(ctx.now, booking.startsAt)) throw refuse('booking.not_yet')
    if (booking.state === 'confirmed') await assertPaid(tx, bookingId)
    // Begun by the clock, and the worker has only not been there yet.
    const begun =
      booking.state === 'confirmed'
        ? await moveBooking(tx, ctx, booking, { transition: 'start', party: 'system' })
        : booking
    const completed = await moveBooking(tx, ctx, begun, { transition: 'complete', party })
    await emit(tx, {
      type: 'booking.completed',
      subjectId: bookingId,
      payload: { bookingId },
      occurredAt: ctx.now,
    })
    return completed
  })
}

export interface ReportNoShow {
  readonly bookingId: BookingId
  /** Who did not come. Customers report the provider and providers the customer; operators say which. */
  readonly absent?: 'customer' | 'provider' | undefined
  readonly reason: string
}

/**
 * Somebody did not come. An absent provider means everything is given back; an absent customer has paid for the time.
 * @throws refusals booking.not_found, auth.not_allowed, booking.not_yet, booking.not_paid, booking.wrong_state.
 */
export async function reportNoShow(ctx: Ctx, input: ReportNoShow): Promise<Booking> {
  return inTransaction(ctx, async (tx) => {
    const { booking, role, party } = await lockBookingVisibleTo(tx, ctx, input.bookingId)
    const absent =
      party === 'provider' ? 'customer' : party === 'operator' ? (input.absent ?? 'customer') : 'provider'
    if (absent === 'provider' && !mayAs(role, 'booking.report_absent_provider'))
      throw refuse('auth.not_allowed')
    if (isBefore(ctx.now, booking.startsAt)) throw refuse('booking.not_yet')
    if (!isNoShowReportable(booking, ctx.now)) throw refuse('booking.wrong_state', { state: booking.state })
    if (booking.state === 'confirmed') await assertPaid(tx, booking.id)

    const moved = await moveBooking(tx, ctx, booking, {
      transition: 'report_no_show',
      party,
      reason: input.reason,
      set: { noShowParty: absent, endKind: party, endReason: input.reason },
      facts: { absent },
    })
    const refund =
      absent === 'provider'
        ? await requestFullRefund(tx, ctx, {
            ...booking,
            bookingId: booking.id,
            cause: 'provider_no_show',
          })
        : null
    await recordAudit(tx, ctx, {
      action: 'booking.report_no_show',
      subjectKind: 'booking',
      subjectId: booking.id,
      before: { state: booking.state },
      after: { state: moved.state, absent },
      reason: input.reason,
    })
    const payload = {
      bookingId: booking.id,
      party: absent,
      refundId: refund?.id ?? null,
      refundMinor: Number(refund?.amountMinor ?? 0n),
    }
    await emit(tx, { type: 'booking.no_show', subjectId: booking.id, payload, occurredAt: ctx.now })
    return moved
  })
}
