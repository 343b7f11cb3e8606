import type { JsonObject } from '#src/kernel/json.ts'
import type { BookingFacts } from './facts.ts'

export const BOOKING_TEMPLATES = [
  'booking_confirmed',
  'request_received',
  'booking_accepted',
  'booking_declined',
  'payment_failed',
  'hold_expired',
  'late_payment_refunded',
  'starts_in_24_hours',
  'starts_in_2_hours',
  'booking_rescheduled',
  'booking_cancelled',
  'no_show',
  'review_ask',
  'booking_refunded',
  'refund_failed',
  'payment_disputed',
  'dispute_closed',
] as const
export const PAYOUT_TEMPLATES = ['payout_sent', 'payout_failed', 'payout_reversed', 'payout_owed'] as const

/** Written when the person asks or signs up; each carries a link that opens something of the account. */
export const ACCOUNT_TEMPLATES = ['password_reset', 'email_verification'] as const

/** About a provider's payout account, whatever the booking. */
export const PROVIDER_TEMPLATES = ['payouts_not_ready', 'bank_payout_failed'] as const

export type BookingTemplate = (typeof BOOKING_TEMPLATES)[number]
export type PayoutTemplate = (typeof PAYOUT_TEMPLATES)[number]
export type AccountTemplate = (typeof ACCOUNT_TEMPLATES)[number]
export type ProviderTemplate = (typeof PROVIDER_TEMPLATES)[number]
export type Template = BookingTemplate | PayoutTemplate | AccountTemplate | ProviderTemplate

/** 'customer' is whoever booked, with an account or as a guest. */
export type Recipient = 'customer' | 'provider'

interface Promised<Name extends Template> {
  readonly template: Name
  readonly to: Recipient
  /** Told once for the booking, however often the event happens; otherwise once for each event. */
  readonly oncePerBooking?: true
  readonly when?: (event: JsonObject, facts: BookingFacts) => boolean
}

const wasPromised = (_: JsonObject, facts: BookingFacts) => facts.promised

/** Which fact promises which mail to whom. Reminders are not here: time asks for them, not an event. */
export const BOOKING_MAILS: Readonly<Record<string, readonly Promised<BookingTemplate>[]>> = {
  'booking.confirmed': [
    { template: 'booking_confirmed', to: 'customer' },
    { template: 'booking_confirmed', to: 'provider' },
  ],
  'booking.requested': [
    { template: 'request_received', to: 'customer' },
    { template: 'request_received', to: 'provider' },
  ],
  'booking.accepted': [
    { template: 'booking_accepted', to: 'customer' },
    // The provider has just pressed the button; what they still need is the calendar entry.
    { template: 'booking_accepted', to: 'provider' },
  ],
  'booking.declined': [
    { template: 'booking_declined', to: 'customer' },
    { template: 'booking_declined', to: 'provider', when: (event) => event['byDeadline'] === true },
  ],
  'booking.expired': [
    { template: 'hold_expired', to: 'customer', when: (_, facts) => facts.payment.attempted },
  ],
  'booking.cancelled': [
    // Somebody who gives up before paying has nobody to tell.
    { template: 'booking_cancelled', to: 'customer', when: wasPromised },
    { template: 'booking_cancelled', to: 'provider', when: wasPromised },
  ],
  'booking.rescheduled': [
    { template: 'booking_rescheduled', to: 'customer' },
    { template: 'booking_rescheduled', to: 'provider' },
  ],
  'booking.no_show': [
    { template: 'no_show', to: 'customer' },
    { template: 'no_show', to: 'provider' },
  ],
  'booking.late_payment_refunded': [
    { template: 'late_payment_refunded', to: 'customer' },
    { template: 'late_payment_refunded', to: 'provider' },
  ],
  'payment.failed': [{ template: 'payment_failed', to: 'customer', oncePerBooking: true }],
  'booking.refunded': [
    { template: 'booking_refunded', to: 'customer' },
    { template: 'booking_refunded', to: 'provider' },
  ],
  'payment.refund_failed': [{ template: 'refund_failed', to: 'customer' }],
  // The customer's bank speaks with the customer.
  'payment.disputed': [{ template: 'payment_disputed', to: 'provider' }],
  'payment.dispute_closed': [{ template: 'dispute_closed', to: 'provider' }],
}

export const PAYOUT_MAILS: Readonly<Record<string, readonly Promised<PayoutTemplate>[]>> = {
  'payout.paid': [{ template: 'payout_sent', to: 'provider' }],
  'payout.failed': [{ template: 'payout_failed', to: 'provider' }],
  'payout.reversed': [{ template: 'payout_reversed', to: 'provider' }],
  'payout.owed': [{ template: 'payout_owed', to: 'provider' }],
}

export const PROVIDER_MAILS: Readonly<Record<string, readonly Promised<ProviderTemplate>[]>> = {
  'provider.payouts_not_ready': [{ template: 'payouts_not_ready', to: 'provider' }],
  'provider.bank_payout_failed': [{ template: 'bank_payout_failed', to: 'provider' }],
}

export function bookingMails(
  type: string,
  event: JsonObject,
  facts: BookingFacts,
): readonly Promised<BookingTemplate>[] {
  return (BOOKING_MAILS[type] ?? []).filter(({ when }) => when?.(event, facts) ?? true)
}
