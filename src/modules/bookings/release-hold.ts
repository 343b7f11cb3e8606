import { and, eq, lte } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { isBefore } from '#src/kernel/time.ts'
import { closeCheckout, isCheckoutClosed } from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { lockBookingVisibleTo, moveBooking } from './move-booking.ts'
import { bookings } from './tables.ts'

/** Money that came in the last second is on its way to confirm the booking; until then its hold is looked at so often. */
const SETTLING_SECONDS = 60

/**
 * Gives back a slot whose time to pay is over, and only once it can no longer be paid: the checkout is expired at the
 * gateway first. If it turns out to be paid, the hold goes on until that news confirms the booking.
 */
export async function releaseHold(ctx: Ctx, gateway: PaymentGateway, bookingId: BookingId): Promise<void> {
  if ((await closeCheckout(ctx, gateway, bookingId)) === 'paid') return holdOn(ctx, bookingId)
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (booking.state !== 'held' || isBefore(ctx.now, booking.holdExpiresAt)) return
    // A page opened in the last moment; the next round closes that one.
    if (!(await isCheckoutClosed(tx, bookingId))) return
    await moveBooking(tx, ctx, booking, { transition: 'expire', party: 'system' })
    await emit(tx, {
      type: 'booking.expired',
      subjectId: bookingId,
      payload: { bookingId },
      occurredAt: ctx.now,
    })
  })
}

async function holdOn(ctx: Ctx, bookingId: BookingId): Promise<void> {
  await ctx.db
    .update(bookings)
    .set({ holdExpiresAt: ctx.now.add({ seconds: SETTLING_SECONDS }) })
    .where(and(eq(bookings.id, bookingId), eq(bookings.state, 'held'), lte(bookings.holdExpiresAt, ctx.now)))
}
