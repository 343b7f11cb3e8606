import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { findGuestKey } from '#src/modules/bookings/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Audience, BookingFacts } from './domain/facts.ts'
import {
  checkoutUrl,
  customerBookingUrl,
  guestBookingUrl,
  lapsedLinkUrl,
  providerBookingUrl,
} from './domain/links.ts'
import type { BookingView } from './templates/content.ts'

/** Gathers what a template needs. Opening any of the links changes nothing: mail scanners open them all. */
export async function bookingView(
  ctx: Ctx,
  facts: BookingFacts,
  audience: Audience,
  event: JsonObject,
): Promise<BookingView> {
  const appUrl = ctx.config.NEXT_PUBLIC_APP_URL
  const guestKey = audience === 'guest' ? await findGuestKey(ctx.db, ctx, facts.bookingId as BookingId) : null
  return {
    facts,
    audience,
    event,
    appUrl,
    now: ctx.now,
    manageUrl: manageUrl(facts, audience, appUrl, guestKey),
    payUrl: payUrl(facts, appUrl, guestKey),
    guestKey,
  }
}

/** Where a held booking is paid; a guest's page opens with the guest's key. */
function payUrl(facts: BookingFacts, appUrl: string, key: string | null): string {
  const page = checkoutUrl(appUrl, facts)
  return key === null || facts.state !== 'held' ? page : `${page}?key=${key}`
}

function manageUrl(facts: BookingFacts, audience: Audience, appUrl: string, key: string | null): string {
  switch (audience) {
    case 'provider':
      return providerBookingUrl(appUrl, facts)
    case 'customer':
      return customerBookingUrl(appUrl, facts)
    case 'guest':
      return key === null ? lapsedLinkUrl(appUrl) : guestBookingUrl(appUrl, key)
  }
}
