import { providerPageUrl } from '../domain/links.ts'
import * as part from './booking-parts.ts'
import { amountOf, instantIn, minorIn, textIn, type BookingView, type MailContent } from './content.ts'

/** "you", or who did it as the reader knows them. */
function doer(view: BookingView): string {
  const by = textIn(view.event, 'by')
  switch (by) {
    case 'customer':
    case 'guest':
      return part.isProvider(view) ? part.customerName(view) : 'you'
    case 'provider':
      return part.isProvider(view) ? 'you' : part.providerName(view)
    case 'operator':
      return 'Ecosystem support'
    default:
      return 'Ecosystem'
  }
}

export function bookingRescheduled(view: BookingView): MailContent {
  const { facts, event } = view
  const from = instantIn(event, 'fromStartsAt')
  const asked = facts.state === 'awaiting_provider'
  return {
    subject: `Moved: now ${part.startShort(view)} with ${part.otherParty(view)}`,
    preview: from === null ? `Code ${facts.code}.` : `Before: ${part.exact(view, from)}.`,
    mood: 'attention',
    heading: asked ? 'The request has a new time' : 'The booking has a new time',
    paragraphs: [
      part.greeting(view),
      `${doer(view)} moved this ${asked ? 'request' : 'booking'}${from === null ? '' : ` from ${part.exact(view, from)}`}. The price stays the same. The attached calendar file moves the entry you already have.`,
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, asked ? 'Reserved' : 'Paid'),
    notes: [part.policyNote(view)],
    button: part.manageButton(view),
    reason: part.reasonFor(view),
  }
}

export function bookingCancelled(view: BookingView): MailContent {
  const { facts, event } = view
  const refundMinor = minorIn(event, 'refundMinor')
  const reservedOnly = refundMinor === 0n && ['unpaid', 'authorized', 'voided'].includes(facts.payment.status)
  const why = textIn(event, 'reason')
  const money = moneyAfterCancellation(view, refundMinor, reservedOnly)
  return {
    subject: `Cancelled: ${part.startShort(view)} with ${part.otherParty(view)}${refundMinor > 0n && !facts.payment.refundWaits && !part.isProvider(view) ? `, ${amountOf(refundMinor, facts.currency)} refunded` : ''}`,
    preview: money.sentence,
    mood: 'attention',
    heading: 'The booking is cancelled',
    paragraphs: [
      part.greeting(view),
      `${doer(view)} cancelled this booking.${why === '' ? '' : ` Reason given: ${why}`}`,
      money.sentence,
    ],
    details: part.bookingDetails(view),
    price: money.lines,
    notes: ['The attached calendar file removes the entry from your calendar.'],
    button: part.isProvider(view)
      ? part.manageButton(view)
      : { label: 'Book another time', url: providerPageUrl(view.appUrl, facts) },
    links: part.creditNoteLinks(view),
    reason: part.reasonFor(view),
  }
}

function moneyAfterCancellation(view: BookingView, refundMinor: bigint, reservedOnly: boolean) {
  const { facts } = view
  const amount = (minor: bigint) => amountOf(minor, facts.currency)
  if (part.isProvider(view)) {
    const keptMinor = reservedOnly ? 0n : facts.providerKeepsMinor
    const keeps = keptMinor > 0n ? ` You keep ${amount(keptMinor)}, paid out as usual.` : ''
    return {
      sentence: reservedOnly
        ? 'Nothing had been charged yet. The time is free again.'
        : `The customer gets ${amount(refundMinor)} back.${keeps} The time is free again.`,
      lines: [
        { label: 'Paid by the customer', amount: amount(reservedOnly ? 0n : facts.totalMinor) },
        {
          label: 'Refunded to the customer',
          amount: amount(refundMinor),
          ...(keptMinor > 0n ? {} : { total: true as const }),
        },
        ...(keptMinor > 0n ? [{ label: 'You keep', amount: amount(keptMinor), total: true as const }] : []),
      ],
    }
  }
  if (reservedOnly)
    return { sentence: part.releasedSentence(view), lines: part.priceLines(view, 'Not charged') }
  return {
    sentence:
      refundMinor > 0n
        ? part.refundSentence(view, refundMinor)
        : `By the cancellation policy there is no refund of the ${amount(facts.totalMinor)} paid.`,
    lines: [
      ...part.priceLines(view, 'Paid'),
      { label: 'Refund', amount: amount(refundMinor), total: true as const },
    ],
  }
}

export function noShow(view: BookingView): MailContent {
  const { facts, event } = view
  const refundMinor = minorIn(event, 'refundMinor')
  const providerMissed = textIn(event, 'party') === 'provider'
  const reader = part.isProvider(view) ? 'provider' : 'customer'
  const missedByReader = providerMissed === (reader === 'provider')
  const who = missedByReader ? 'you' : part.otherParty(view)
  return {
    subject: `No-show reported: ${part.startShort(view)} with ${part.otherParty(view)}`,
    preview: `It was reported that ${who} did not come.`,
    mood: 'attention',
    heading: 'A no-show was reported',
    paragraphs: [
      part.greeting(view),
      `it was reported that ${who} did not come to this booking.`,
      ...(reader === 'provider'
        ? [
            refundMinor > 0n
              ? `The customer gets ${amountOf(refundMinor, facts.currency)} back.`
              : 'There is no refund; you are paid as usual.',
          ]
        : [
            refundMinor > 0n
              ? part.refundSentence(view, refundMinor)
              : 'By the cancellation policy there is no refund.',
          ]),
    ],
    details: part.bookingDetails(view),
    price: [
      ...(reader === 'provider' && refundMinor > 0n
        ? [{ label: 'Paid by the customer', amount: amountOf(facts.totalMinor, facts.currency) }]
        : part.priceLines(view, 'Paid')),
      ...(refundMinor > 0n
        ? [{ label: 'Refund', amount: amountOf(refundMinor, facts.currency), total: true as const }]
        : []),
    ],
    notes: missedByReader ? ['If this is wrong, answer this mail.'] : [],
    button: part.manageButton(view, 'Open the booking'),
    links: part.creditNoteLinks(view),
    reason: part.reasonFor(view),
  }
}
