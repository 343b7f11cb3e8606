import { and, eq } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import { closeCheckout, isCheckoutClosed, quotePrice } from '#src/modules/payments/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { linkOfGuestKey, revokeGuestLinks } from './guest-links.ts'
import { bookings, type Booking } from './tables.ts'

/**
 * A guest who has signed in takes their booking into the account. Whoever has the key made the booking or reads its mailbox.
 * A booking that is not paid yet loses the guest fee; a paid one keeps the figures it was made with. Its links end.
 * @throws refusals auth.required, auth.link_invalid, request.in_progress (it is being paid at this moment).
 */
export async function claimBooking(ctx: Ctx, gateway: PaymentGateway, key: string): Promise<Booking> {
  const { actor } = ctx
  if (actor.kind !== 'user') throw refuse('auth.required')
  const link = await linkOfGuestKey(ctx, key)
  if (!link) throw refuse('auth.link_invalid')
  const { bookingId } = link
  const [found] = await ctx.db
    .select({ state: bookings.state, customerId: bookings.customerId })
    .from(bookings)
    .where(eq(bookings.id, bookingId))
  // The page where it would be paid shows the old price: it is closed before the price changes.
  if (
    found?.state === 'held' &&
    !found.customerId &&
    (await closeCheckout(ctx, gateway, bookingId)) === 'paid'
  ) {
    throw refuse('request.in_progress')
  }
  return inTransaction(ctx, async (tx) => {
    const [booking] = await tx.select().from(bookings).where(eq(bookings.id, bookingId)).for('no key update')
    if (booking?.customerId === actor.userId) return booking // asked again
    if (!booking || booking.customerId || link.revoked) throw refuse('auth.link_invalid')
    if (booking.state === 'held' && !(await isCheckoutClosed(tx, bookingId)))
      throw refuse('request.in_progress')
    if (actor.providerIds.includes(booking.providerId)) throw refuse('provider.own_service')
    const [claimed] = await tx
      .update(bookings)
      .set({
        customerId: actor.userId,
        updatedAt: ctx.now,
        ...(booking.state === 'held' ? customerPrice(booking) : {}),
      })
      .where(eq(bookings.id, bookingId))
      .returning()
    await revokeGuestLinks(tx, ctx, bookingId)
    await recordAudit(tx, ctx, { action: 'booking.claim', subjectKind: 'booking', subjectId: bookingId })
    return claimed ?? booking
  })
}

/** The booking of a link that ended when this very person took it into their account; null for anybody else. */
export async function bookingClaimedWith(
  ctx: Pick<Ctx, 'db' | 'config' | 'now' | 'actor'>,
  key: string,
): Promise<BookingId | null> {
  const { actor } = ctx
  const link = actor.kind === 'user' ? await linkOfGuestKey(ctx, key) : null
  if (actor.kind !== 'user' || !link) return null
  const [own] = await ctx.db
    .select({ id: bookings.id })
    .from(bookings)
    .where(and(eq(bookings.id, link.bookingId), eq(bookings.customerId, actor.userId)))
  return own?.id ?? null
}

/** The percentages are those the booking was made with. */
function customerPrice(booking: Booking) {
  const figures = quotePrice({
    currency: booking.currency,
    baseMinor: booking.baseMinor,
    guest: false,
    platformFee: booking.platformFeeBasisPoints,
    guestFee: booking.guestFeeBasisPoints,
  })
  return { isGuest: false, ...figures }
}
