import { oneLine, plainFacts, plainPayout, plainPayoutAccount } from '../domain/plain-words.ts'
import type {
  AccountTemplate,
  BookingTemplate,
  PayoutTemplate,
  ProviderTemplate,
} from '../domain/who-gets-what.ts'
import { emailVerification, passwordReset } from './accounts.ts'
import { bookingCancelled, bookingRescheduled, noShow } from './changes.ts'
import { bookingAccepted, bookingConfirmed, bookingDeclined, requestReceived } from './confirmations.ts'
import type { AccountView, BookingView, MailContent, PayoutAccountView, PayoutView } from './content.ts'
import { bookingRefunded, disputeClosed, paymentDisputed, refundFailed } from './money-changes.ts'
import { holdExpired, latePaymentRefunded, paymentFailed } from './payment-troubles.ts'
import { bankPayoutFailed, payoutsNotReady } from './payout-accounts.ts'
import { payoutFailed, payoutOwed, payoutReversed, payoutSent } from './payouts.ts'
import { reviewAsk, startsIn24Hours, startsIn2Hours } from './reminders.ts'

const BOOKING: Readonly<Record<BookingTemplate, (view: BookingView) => MailContent>> = {
  booking_confirmed: bookingConfirmed,
  request_received: requestReceived,
  booking_accepted: bookingAccepted,
  booking_declined: bookingDeclined,
  payment_failed: paymentFailed,
  hold_expired: holdExpired,
  late_payment_refunded: latePaymentRefunded,
  starts_in_24_hours: startsIn24Hours,
  starts_in_2_hours: startsIn2Hours,
  booking_rescheduled: bookingRescheduled,
  booking_cancelled: bookingCancelled,
  no_show: noShow,
  review_ask: reviewAsk,
  booking_refunded: bookingRefunded,
  refund_failed: refundFailed,
  payment_disputed: paymentDisputed,
  dispute_closed: disputeClosed,
}

const PAYOUT: Readonly<Record<PayoutTemplate, (view: PayoutView) => MailContent>> = {
  payout_sent: payoutSent,
  payout_failed: payoutFailed,
  payout_reversed: payoutReversed,
  payout_owed: payoutOwed,
}

const ACCOUNT: Readonly<Record<AccountTemplate, (view: AccountView) => MailContent>> = {
  password_reset: passwordReset,
  email_verification: emailVerification,
}

const PROVIDER: Readonly<Record<ProviderTemplate, (view: PayoutAccountView) => MailContent>> = {
  payouts_not_ready: payoutsNotReady,
  bank_payout_failed: bankPayoutFailed,
}

export function composeBookingMail(template: BookingTemplate, view: BookingView): MailContent {
  return finished(BOOKING[template]({ ...view, facts: plainFacts(view.facts) }))
}

export function composePayoutMail(template: PayoutTemplate, view: PayoutView): MailContent {
  return finished(PAYOUT[template]({ ...view, payout: plainPayout(view.payout) }))
}

export function composeAccountMail(template: AccountTemplate, view: AccountView): MailContent {
  return finished(ACCOUNT[template](view))
}

export function composeProviderMail(template: ProviderTemplate, view: PayoutAccountView): MailContent {
  return finished(PROVIDER[template]({ ...view, account: plainPayoutAccount(view.account) }))
}

/** The subject becomes a header: one line, whatever names it was made of. */
function finished(content: MailContent): MailContent {
  return {
    ...content,
    subject: oneLine(content.subject),
    preview: oneLine(content.preview),
    paragraphs: content.paragraphs.map(capitalised),
  }
}

// Paragraphs that begin with "you" or a name begin a sentence all the same.
function capitalised(paragraph: string): string {
  return paragraph.charAt(0).toUpperCase() + paragraph.slice(1)
}
