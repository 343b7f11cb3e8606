import type { Temporal } from '#src/kernel/time.ts'
import type { BookingFacts, PayoutAccountFacts, PayoutFacts } from './facts.ts'
import type { AccountTemplate } from './who-gets-what.ts'

// Where the pages are that mails lead to. None of them changes anything by being opened.

export function customerBookingUrl(appUrl: string, { bookingId }: BookingFacts): string {
  return `${appUrl}/dashboard/bookings/${bookingId}`
}

export function providerBookingUrl(appUrl: string, { bookingId, provider }: BookingFacts): string {
  return `${appUrl}/provider/${provider.slug}/bookings/${bookingId}`
}

/** Where a guest sees and changes the booking. */
export function guestBookingUrl(appUrl: string, key: string): string {
  return `${appUrl}/manage/${key}`
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

/**
 * Where a booking's receipt is, or a refund's credit note: there as soon as it has been issued, which may be after the mail. A
 * guest's key opens it.
 */
export function documentUrl(
  appUrl: string,
  { bookingId }: BookingFacts,
  kind: 'receipt' | 'credit-note',
  { key, refundId }: { key: string | null; refundId?: string | null },
): string {
  const query = new URLSearchParams({ ...(refundId && { refund: refundId }), ...(key && { key }) }).toString()
  return `${appUrl}/bookings/${bookingId}/documents/${kind}${query && `?${query}`}`
}

/** The provider's month, in UTC as the ledger has it. */
export function statementUrl(appUrl: string, { provider }: PayoutFacts, at: Temporal.Instant): string {
  return `${appUrl}/provider/${provider.slug}/payouts/statements/${at.toString().slice(0, 7)}`
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
