import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { isBefore } from '#src/kernel/time.ts'
import { closeCheckout } from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { lockBookingVisibleTo, moveBooking } from './move-booking.ts'

/**
 * Gives back a slot whose time to pay is over, and only once it can no longer be paid: the checkout is expired at the
 * gateway first. If it turns out to be paid, the booking is confirmed by that news instead.
 */
export async function releaseHold(ctx: Ctx, gateway: PaymentGateway, bookingId: BookingId): Promise<void> {
  if ((await closeCheckout(ctx, gateway, bookingId)) === 'paid') return
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, bookingId)
    if (booking.state !== 'held' || isBefore(ctx.now, booking.holdExpiresAt)) return
    await moveBooking(tx, ctx, booking, { transition: 'expire', party: 'system' })
    await emit(tx, {
      type: 'booking.expired',
      subjectId: bookingId,
      payload: { bookingId },
      occurredAt: ctx.now,
    })
  })
}
