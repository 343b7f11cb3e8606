import * as part from './booking-parts.ts'
import { amountOf, minorIn, textIn, type BookingView, type MailContent } from './content.ts'

/** An operator gave money back: the customer hears how much and why, the provider what is left to them. */
export function bookingRefunded(view: BookingView): MailContent {
  const { facts, event } = view
  const refundMinor = minorIn(event, 'refundMinor')
  const amount = amountOf(refundMinor, facts.currency)
  const why = textIn(event, 'reason')
  if (part.isProvider(view)) {
    const kept = amountOf(facts.providerKeepsMinor, facts.currency)
    return {
      subject: `Refund of ${amount}: ${part.startShort(view)} with ${part.customerName(view)}`,
      preview: `What is left to you of this booking is ${kept}.`,
      mood: 'attention',
      heading: `${amount} was refunded to the customer`,
      paragraphs: [
        part.greeting(view),
        `the marketplace refunded ${amount} of the booking below.${because(why)}`,
        `What is left to you is ${kept}. If more has been paid to you already, the rest is taken back from your payout account or kept from your next payouts.`,
      ],
      details: part.bookingDetails(view),
      price: [{ label: 'You keep', amount: kept, total: true }],
      notes: [],
      button: part.manageButton(view),
      links: part.creditNoteLinks(view),
      reason: part.reasonFor(view),
    }
  }
  return {
    subject: `Refund of ${amount}: ${part.startShort(view)} with ${part.providerName(view)}`,
    preview: 'It is on its way to the card that paid.',
    mood: 'good',
    heading: `${amount} comes back to you`,
    paragraphs: [
      part.greeting(view),
      `we have refunded ${amount} of the booking below.${because(why)}`,
      part.refundSentence(view, refundMinor),
    ],
    details: part.bookingDetails(view),
    price: [{ label: 'Refunded', amount, total: true }],
    notes: [],
    button: part.manageButton(view),
    links: part.creditNoteLinks(view),
    reason: part.reasonFor(view),
  }
}

/** The bank did not take a refund: nobody is left to wonder where it is. */
export function refundFailed(view: BookingView): MailContent {
  const { facts, event } = view
  const amount = amountOf(minorIn(event, 'refundMinor'), facts.currency)
  return {
    subject: `Your refund of ${amount} did not arrive: ${part.startShort(view)} with ${part.providerName(view)}`,
    preview: 'The bank sent it back to us. We will find another way.',
    mood: 'attention',
    heading: 'Your refund came back to us',
    paragraphs: [
      part.greeting(view),
      `your bank did not take the refund of ${amount}; the card may be closed. The money is safe, and it is yours.`,
      'Our team has been told and will get in touch to give it to you in another way.',
    ],
    details: part.bookingDetails(view),
    price: [{ label: 'Still to come to you', amount, total: true }],
    notes: [],
    button: part.manageButton(view),
    reason: part.reasonFor(view),
  }
}

/** For the provider: their payout waits, and what they know may help. */
export function paymentDisputed(view: BookingView): MailContent {
  const { facts, event } = view
  const amount = amountOf(minorIn(event, 'amountMinor'), facts.currency)
  const asks = event['inquiry'] === true
  return {
    subject: `Payment disputed: ${part.startShort(view)} with ${part.customerName(view)}`,
    preview: 'Your payout for this booking waits until the bank has decided.',
    mood: 'attention',
    heading: asks ? 'The bank asks about a payment' : 'The customer disputes a payment',
    paragraphs: [
      part.greeting(view),
      asks
        ? `the customer's bank asks about the payment of ${amount} for the booking below. Nothing has been taken.`
        : `the customer's bank has taken back ${amount} for the booking below while it decides who is right.`,
      'We answer the bank with what we know of the booking. If you have something that shows the service was given, reply to this mail soon.',
      'Your payout for this booking waits for the decision. If the dispute is lost, your part of it goes back.',
    ],
    details: part.bookingDetails(view),
    price: [{ label: 'Disputed', amount, total: true }],
    notes: [],
    button: part.manageButton(view),
    reason: part.reasonFor(view),
  }
}

export function disputeClosed(view: BookingView): MailContent {
  const { facts, event } = view
  const amount = amountOf(minorIn(event, 'amountMinor'), facts.currency)
  const won = event['won'] === true
  const kept = amountOf(facts.providerKeepsMinor, facts.currency)
  return {
    subject: `Dispute ${won ? 'won' : 'lost'}: ${part.startShort(view)} with ${part.customerName(view)}`,
    preview: won ? 'Your payout goes on as promised.' : `What is left to you of this booking is ${kept}.`,
    mood: won ? 'good' : 'attention',
    heading: won ? 'The bank decided for you' : 'The bank decided for the customer',
    paragraphs: [
      part.greeting(view),
      won
        ? `the dispute over ${amount} for the booking below is over, and the money is yours.`
        : `the dispute over ${amount} for the booking below was lost, and the money went back to the customer.`,
      won
        ? 'Your payout is made on the date that was promised, or now if that has passed.'
        : 'If it had been paid to you already, your part is taken back from your payout account or kept from your next payouts.',
    ],
    details: part.bookingDetails(view),
    price: [{ label: 'You keep', amount: kept, total: true }],
    notes: [],
    button: part.manageButton(view),
    reason: part.reasonFor(view),
  }
}

function because(why: string): string {
  return why === '' ? '' : ` The reason: ${why}`
}
