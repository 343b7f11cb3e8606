import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { findGuestKey, guestManageUrl } from '#src/modules/bookings/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Audience, BookingFacts } from './domain/facts.ts'
import { checkoutUrl, customerBookingUrl, lapsedLinkUrl, providerBookingUrl } from './domain/links.ts'
import type { BookingView } from './templates/content.ts'

/** Gathers what a template needs. Opening any of the links changes nothing: mail scanners open them all. */
export async function bookingView(
  ctx: Ctx,
  facts: BookingFacts,
  audience: Audience,
  event: JsonObject,
): Promise<BookingView> {
  const appUrl = ctx.config.NEXT_PUBLIC_APP_URL
  const bookingId = facts.bookingId as BookingId
  return {
    facts,
    audience,
    event,
    appUrl,
    now: ctx.now,
    manageUrl: await manageUrl(ctx, facts, audience, appUrl),
    payUrl: await payUrl(ctx, facts, audience, appUrl),
    guestKey: audience === 'guest' ? await findGuestKey(ctx.db, ctx, bookingId) : null,
  }
}

/** Where a held booking is paid; a guest's page opens with the guest's key. */
async function payUrl(ctx: Ctx, facts: BookingFacts, audience: Audience, appUrl: string): Promise<string> {
  const page = checkoutUrl(appUrl, facts)
  if (audience !== 'guest' || facts.state !== 'held') return page
  const key = await findGuestKey(ctx.db, ctx, facts.bookingId as BookingId)
  return key === null ? page : `${page}?key=${key}`
}

async function manageUrl(ctx: Ctx, facts: BookingFacts, audience: Audience, appUrl: string): Promise<string> {
  switch (audience) {
    case 'provider':
      return providerBookingUrl(appUrl, facts)
    case 'customer':
      return customerBookingUrl(appUrl, facts)
    case 'guest':
      return (await guestManageUrl(ctx, facts.bookingId as BookingId)) ?? lapsedLinkUrl(appUrl)
  }
}
