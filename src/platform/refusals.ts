interface RefusalEntry {
  readonly status: 400 | 401 | 402 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 503
  /** Said to the person who asked: what is so, and what to do. */
  readonly sentence: string
}

/** Every way the product says no. Codes are public and stay; the API documentation is made from this table. */
export const REFUSALS = {
  'request.invalid': {
    status: 422,
    sentence: 'Some fields are not right. Correct the ones listed and send again.',
  },
  'request.malformed': { status: 400, sentence: 'The request could not be read. Send valid JSON.' },
  'request.too_large': { status: 413, sentence: 'The request is too large.' },
  'request.not_found': { status: 404, sentence: 'There is nothing here.' },
  'request.cross_site': { status: 403, sentence: 'Requests that change something must come from this site.' },
  'request.idempotency_key_missing': {
    status: 400,
    sentence: 'Send an Idempotency-Key header with every request that changes something.',
  },
  'request.idempotency_key_weak': {
    status: 400,
    sentence:
      'Without signing in, send an Idempotency-Key that nobody else can guess: at least 16 characters, such as a UUID.',
  },
  'request.idempotency_key_reused': {
    status: 422,
    sentence: 'This Idempotency-Key was used for a different request. Use a new key.',
  },
  'request.in_progress': {
    status: 409,
    sentence: 'The same request is still being worked on. Try again in a moment.',
  },
  'auth.required': { status: 401, sentence: 'Sign in first, or use the link from your mail.' },
  'auth.not_allowed': { status: 403, sentence: 'You may not do this.' },
  'auth.mailbox_unproven': {
    status: 403,
    sentence: 'Confirm your email address first, with the link that we have mailed to it.',
  },
  'auth.link_invalid': { status: 401, sentence: 'This link is not valid any more. Ask for a new one.' },

  'provider.not_found': { status: 404, sentence: 'There is no such provider.' },
  'provider.not_bookable': { status: 409, sentence: 'This provider cannot be booked at the moment.' },
  'provider.own_service': { status: 409, sentence: 'You cannot book your own service.' },
  'provider.not_ready': { status: 409, sentence: 'Some steps are still open before this page can go live.' },
  'provider.currency_not_sold': {
    status: 422,
    sentence: 'Nothing is sold here in this currency. Choose one of those listed.',
  },
  'provider.payouts_not_ready': {
    status: 409,
    sentence: 'Payouts are not set up yet. Finish the payout step first.',
  },
  'provider.connection_not_offered': {
    status: 409,
    sentence: 'Accounts cannot be connected here. Set up a payout account instead.',
  },
  'provider.payout_account_kept': {
    status: 409,
    sentence: 'You have a payout account. It stays, because money may be on its way to it.',
  },
  'provider.payout_in_flight': {
    status: 409,
    sentence: 'A payout to your previous account is still under way. Try again in some minutes.',
  },
  'service.not_found': { status: 404, sentence: 'There is no such service.' },
  'service.price_too_low': { status: 422, sentence: 'The price is below the minimum.' },
  'service.not_chargeable': {
    status: 409,
    sentence: 'This cannot be paid by card at its present price. Choose another service, or fewer extras.',
  },
  'service.currency_differs': { status: 422, sentence: 'Prices are in the currency of the provider.' },
  'schedule.not_found': { status: 404, sentence: 'There is no such entry in the calendar.' },

  'booking.not_found': { status: 404, sentence: 'There is no such booking.' },
  'booking.slot_taken': {
    status: 409,
    sentence: 'Somebody else has just taken this time. Choose another one.',
  },
  'booking.slot_not_offered': { status: 409, sentence: 'This time is not offered. Choose another one.' },
  'booking.price_changed': {
    status: 409,
    sentence: 'The price has changed since you saw it. Look at the new one and confirm it.',
  },
  'booking.extra_not_found': { status: 422, sentence: 'One of the extras is not offered any more.' },
  'booking.guest_details_missing': {
    status: 422,
    sentence: 'Give a name and an email address so that we can send the confirmation.',
  },
  'booking.hold_expired': {
    status: 410,
    sentence: 'The time was held for you and has been given back. Choose it again if it is still free.',
  },
  'booking.wrong_state': {
    status: 409,
    sentence: 'This is not possible in the present state of the booking.',
  },
  'booking.same_time': { status: 409, sentence: 'The booking is at that time already.' },
  'booking.too_late_to_reschedule': { status: 409, sentence: 'It is too late to move this booking.' },
  'booking.too_late_to_cancel': {
    status: 409,
    sentence: 'The booking has begun and can no longer be cancelled.',
  },
  'booking.refund_changed': {
    status: 409,
    sentence: 'The refund has changed since you saw it. Look at the new amount and confirm it.',
  },
  'booking.not_paid': {
    status: 409,
    sentence:
      'The card is still to be charged. Try again in a minute; a booking whose card refuses is cancelled.',
  },
  'booking.not_yet': { status: 409, sentence: 'This is possible only after the booking has begun.' },
  'payment.declined': { status: 402, sentence: 'The card was declined. Try another card.' },
  'payment.unavailable': {
    status: 503,
    sentence: 'Payments are paused for a moment. Nothing was charged and nothing is lost. Try again shortly.',
  },
  'payment.rejected': {
    status: 409,
    sentence:
      'This cannot be paid as it is. Nothing was charged. Check your email address, or choose another service.',
  },
  'payment.event_unsigned': { status: 400, sentence: 'The signature of this event does not verify.' },
  'payment.refund_too_large': { status: 409, sentence: 'This is more than what is left to refund.' },
  'payment.refund_not_possible': {
    status: 422,
    sentence: 'This amount cannot be refunded. Give a positive amount in the currency of the payment.',
  },
  'refund.not_found': { status: 404, sentence: 'There is no such refund.' },
  'refund.wrong_state': {
    status: 409,
    sentence: 'This refund has not failed, or has been dealt with already.',
  },
  'payment.disputed': {
    status: 409,
    sentence:
      'The customer’s bank has taken this payment back and decides about it. Until then it cannot be refunded.',
  },
  'dispute.not_found': { status: 404, sentence: 'There is no such dispute.' },
  'dispute.wrong_state': {
    status: 409,
    sentence: 'Evidence for this dispute was handed in already, or the bank has decided.',
  },
  'payment.nothing_captured': { status: 409, sentence: 'Nothing has been paid for this booking.' },
  'payment.in_progress': {
    status: 409,
    sentence: 'The payment is just being settled. Try again in a moment.',
  },
  'payout.not_found': { status: 404, sentence: 'There is no such payout.' },
  'payout.wrong_state': { status: 409, sentence: 'This payout cannot be tried again now.' },
  'document.not_found': { status: 404, sentence: 'There is no such document.' },

  'review.not_found': { status: 404, sentence: 'There is no such review.' },
  'review.not_completed': { status: 409, sentence: 'A review can be written once the booking is completed.' },
  'review.already_written': { status: 409, sentence: 'This booking has been reviewed already.' },
  'review.already_answered': { status: 409, sentence: 'You have answered this review already.' },
  'webhook.not_found': { status: 404, sentence: 'There is no such event.' },
  'job.not_found': { status: 404, sentence: 'There is no such job. It may have been done meanwhile.' },
  'job.wrong_state': { status: 409, sentence: 'This job is running or waiting and needs no help.' },
  'demo.not_enabled': { status: 404, sentence: 'There is nothing here.' },
  service_unavailable: {
    status: 503,
    sentence: 'Something we depend on is not answering. Nothing was lost; try again shortly.',
  },
} as const satisfies Record<string, RefusalEntry>

export type RefusalCode = keyof typeof REFUSALS
