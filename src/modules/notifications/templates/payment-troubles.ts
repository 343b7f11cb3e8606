import { providerPageUrl } from '../domain/links.ts'
import * as part from './booking-parts.ts'
import { amountOf, textIn, type BookingView, type MailContent } from './content.ts'

export function paymentFailed(view: BookingView): MailContent {
  const { facts, event } = view
  const why = textIn(event, 'reason') || (facts.payment.lastError ?? '')
  return {
    subject: `Payment failed: ${part.startShort(view)} with ${part.providerName(view)} is not booked yet`,
    preview: 'You have not been charged. Try again while the time is held for you.',
    mood: 'attention',
    heading: 'The payment did not go through',
    paragraphs: [
      part.greeting(view),
      `your card was not charged and the time is not booked yet.${why === '' ? '' : ` The bank's answer: ${sentence(why)}`}`,
      'The time is held for you for a few minutes only. Try again, perhaps with another card.',
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'To pay'),
    notes: [],
    button: { label: 'Try again', url: view.payUrl },
    reason: part.reasonFor(view),
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

export function holdExpired(view: BookingView): MailContent {
  const { facts } = view
  return {
    subject: `Not booked: ${part.startShort(view)} with ${part.providerName(view)}`,
    preview: 'The payment was not finished in time. You have not been charged.',
    mood: 'neutral',
    heading: 'The time was given back',
    paragraphs: [
      part.greeting(view),
      `the payment was not finished while the time was held for you, so it can be booked by others again. You have not been charged.`,
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'Not charged'),
    notes: [],
    button: { label: 'Choose a time again', url: providerPageUrl(view.appUrl, facts) },
    reason: part.reasonFor(view),
  }
}

export function latePaymentRefunded(view: BookingView): MailContent {
  const { facts } = view
  const total = amountOf(facts.totalMinor, facts.currency)
  if (part.isProvider(view)) {
    return {
      subject: `No booking: a late payment for ${part.startShort(view)} was refunded`,
      preview: 'Nothing to do. The payment came after the time had been given back.',
      mood: 'neutral',
      heading: 'A payment came too late',
      paragraphs: [
        part.greeting(view),
        `a payment for the time below arrived after it had been given back. It was refunded in full. There is no booking and nothing for you to do.`,
      ],
      details: part.bookingDetails(view),
      price: [{ label: 'Refunded to the customer', amount: total, total: true }],
      notes: [],
      button: part.manageButton(view),
      reason: part.reasonFor(view),
    }
  }
  return {
    subject: `Refunded ${total}: ${part.startShort(view)} with ${part.providerName(view)} was no longer free`,
    preview: 'Your payment came too late; all of it goes back.',
    mood: 'attention',
    heading: 'Your payment came too late',
    paragraphs: [
      part.greeting(view),
      'your payment arrived after the time had been given back, so there is no booking. We are sorry.',
      part.refundSentence(view, facts.totalMinor),
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'Refunded in full'),
    notes: [],
    button: { label: 'Choose another time', url: providerPageUrl(view.appUrl, facts) },
    links: [part.receiptLink(view), ...part.creditNoteLinks(view)],
    reason: part.reasonFor(view),
  }
}
