import type { BookingId } from '#src/kernel/ids.ts'
import { isBefore } from '#src/kernel/time.ts'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { intendCheckout, startCheckout } from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse, Refusal } from '#src/platform/errors.ts'
import { eq } from 'drizzle-orm'
import { findGuestKey } from './guest-links.ts'
import { lockBookingVisibleTo } from './move-booking.ts'
import { bookings, type Booking } from './tables.ts'

export interface GuestDetails {
  readonly name: string
  readonly email: string
  readonly phone?: string | undefined
}

/**
 * Gives the address where the held booking is paid. Guests leave their particulars here at the latest.
 * @param customerEmail prefilled at the gateway; for a guest it is what they gave.
 * @throws refusals booking.not_found, booking.wrong_state, booking.hold_expired, booking.guest_details_missing,
 * payment.unavailable (the hold is untouched: `heldUntil`).
 */
export async function beginCheckout(
  ctx: Ctx,
  gateway: PaymentGateway,
  input: { bookingId: BookingId; guest?: GuestDetails | undefined; customerEmail: string | null },
): Promise<{ url: string }> {
  const { intended, heldUntil } = await inTransaction(ctx, async (tx) => {
    const { booking, party } = await lockBookingVisibleTo(tx, ctx, input.bookingId)
    if (party !== 'customer' && party !== 'guest') throw refuse('booking.not_found')
    refuseUnlessPayable(booking, ctx)
    const guest = booking.isGuest ? await keepGuestDetails(tx, ctx, booking, input.guest) : null
    const key = guest && (await findGuestKey(tx, ctx, booking.id))
    const page = (path: string) => `${ctx.config.NEXT_PUBLIC_APP_URL}${path}${key ? `?key=${key}` : ''}`
    const checkout = await intendCheckout(tx, ctx, {
      bookingId: booking.id,
      currency: booking.currency,
      description: booking.serviceName,
      baseMinor: booking.baseMinor,
      surchargeMinor: booking.surchargeMinor,
      captureMethod: booking.bookingMode === 'instant' ? 'automatic' : 'manual',
      customerEmail: guest ? guest.email : input.customerEmail,
      successUrl: page(`/bookings/${booking.id}/confirmation`),
      cancelUrl: page(`/checkout/${booking.id}`),
    })
    return { intended: checkout, heldUntil: booking.holdExpiresAt }
  })
  try {
    return await startCheckout(ctx, gateway, intended)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'payment.unavailable') throw error
    throw refuse('payment.unavailable', { heldUntil: heldUntil.round('second').toString() })
  }
}

async function keepGuestDetails(
  tx: Tx,
  ctx: Ctx,
  booking: Booking,
  given: GuestDetails | undefined,
): Promise<GuestDetails> {
  const details = given ?? givenBefore(booking)
  if (!details) throw refuse('booking.guest_details_missing')
  if (given) {
    const { name, email, phone } = given
    await tx
      .update(bookings)
      .set({ guestName: name, guestEmail: email, guestPhone: phone ?? null, updatedAt: ctx.now })
      .where(eq(bookings.id, booking.id))
  }
  return details
}

function refuseUnlessPayable(booking: Booking, ctx: Ctx): void {
  if (booking.state === 'expired') throw refuse('booking.hold_expired')
  if (booking.state !== 'held') throw refuse('booking.wrong_state', { state: booking.state })
  if (!isBefore(ctx.now, booking.holdExpiresAt)) throw refuse('booking.hold_expired')
}

function givenBefore({ guestName, guestEmail, guestPhone }: Booking): GuestDetails | null {
  return guestName && guestEmail
    ? { name: guestName, email: guestEmail, phone: guestPhone ?? undefined }
    : null
}
