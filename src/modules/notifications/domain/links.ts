import type { BookingFacts, PayoutAccountFacts, PayoutFacts } from './facts.ts'
import type { AccountTemplate } from './who-gets-what.ts'

// Where the pages are that mails lead to. None of them changes anything by being opened.

export function customerBookingUrl(appUrl: string, { bookingId }: BookingFacts): string {
  return `${appUrl}/dashboard/bookings/${bookingId}`
}

export function providerBookingUrl(appUrl: string, { bookingId, provider }: BookingFacts): string {
  return `${appUrl}/provider/${provider.slug}/bookings/${bookingId}`
}

/** The page of a guest whose link has lapsed: it says so, and how to get a new one. */
export function lapsedLinkUrl(appUrl: string): string {
  return `${appUrl}/manage/lapsed`
}

export function checkoutUrl(appUrl: string, { bookingId }: BookingFacts): string {
  return `${appUrl}/checkout/${bookingId}`
}

export function providerPageUrl(appUrl: string, { provider }: BookingFacts): string {
  return `${appUrl}/providers/${provider.slug}`
}

export function earningsUrl(appUrl: string, { provider }: PayoutFacts): string {
  return `${appUrl}/provider/${provider.slug}/earnings`
}

const ACCOUNT_PAGES: Readonly<Record<AccountTemplate, string>> = {
  password_reset: 'reset-password',
  email_verification: 'verify-email',
}

/** A page with a form that uses the token: mail scanners follow links, and must not use it up. */
export function accountUrl(appUrl: string, template: AccountTemplate, token: string): string {
  return `${appUrl}/${ACCOUNT_PAGES[template]}?${new URLSearchParams({ token })}`
}

export function payoutAccountUrl(appUrl: string, { provider }: PayoutAccountFacts): string {
  return `${appUrl}/provider/${provider.slug}/payouts`
}
