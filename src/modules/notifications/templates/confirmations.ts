import { providerPageUrl } from '../domain/links.ts'
import type { BookingView, MailContent } from './content.ts'
import { amountOf } from './content.ts'
import * as part from './booking-parts.ts'

export function bookingConfirmed(view: BookingView): MailContent {
  const { facts } = view
  const paid = amountOf(facts.totalMinor, facts.currency)
  return {
    subject: `Confirmed: ${part.startShort(view)} with ${part.otherParty(view)}`,
    preview: part.isProvider(view)
      ? `${facts.serviceName} is booked and paid. You receive ${amountOf(facts.providerNetMinor, facts.currency)}.`
      : `${facts.serviceName}, ${paid} paid. Code ${facts.code}.`,
    mood: 'good',
    heading: part.isProvider(view) ? 'You have a new booking' : 'Your booking is confirmed',
    paragraphs: [
      part.greeting(view),
      part.isProvider(view)
        ? `${part.customerName(view)} booked ${facts.serviceName} and has paid.`
        : `see you on ${part.startShort(view)}. The calendar file attached to this mail keeps up with changes.`,
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'Paid'),
    notes: [part.policyNote(view)],
    button: part.manageButton(view),
    links: part.isProvider(view) ? [] : [part.receiptLink(view)],
    reason: part.reasonFor(view),
  }
}

export function requestReceived(view: BookingView): MailContent {
  const { facts } = view
  const answerBy = facts.answerDueAt === null ? '' : part.exact(view, facts.answerDueAt)
  const details = part.bookingDetails(view)
  if (part.isProvider(view)) {
    return {
      subject: `Answer needed: ${part.customerName(view)} asks for ${part.startShort(view)}`,
      preview: `Accept or decline by ${answerBy}.`,
      mood: 'attention',
      heading: 'A customer is asking for a time',
      paragraphs: [
        part.greeting(view),
        `${part.customerName(view)} would like to book ${facts.serviceName}. The money is reserved on their card. Please answer by ${answerBy}; without an answer the request lapses and the time is free again.`,
      ],
      details,
      price: part.priceLines(view, 'Total'),
      notes: [],
      button: part.manageButton(view, 'Accept or decline'),
      reason: part.reasonFor(view, 'this request'),
    }
  }
  return {
    subject: `Request sent: ${part.startShort(view)} with ${part.providerName(view)}`,
    preview: `Waiting for an answer by ${answerBy}. Nothing is charged before.`,
    mood: 'neutral',
    heading: 'Your request is with the provider',
    paragraphs: [
      part.greeting(view),
      `${part.providerName(view)} has until ${answerBy} to accept. ${amountOf(facts.totalMinor, facts.currency)} is reserved on your card and is charged only when they do. If they decline or do not answer, it is released.`,
    ],
    details,
    price: part.priceLines(view, 'Reserved'),
    notes: [part.policyNote(view)],
    button: part.manageButton(view, 'See your request'),
    reason: part.reasonFor(view, 'this request'),
  }
}

export function bookingAccepted(view: BookingView): MailContent {
  const { facts } = view
  const total = amountOf(facts.totalMinor, facts.currency)
  if (part.isProvider(view)) {
    return {
      ...bookingConfirmed(view),
      heading: 'You accepted a request',
      paragraphs: [
        part.greeting(view),
        `${part.customerName(view)} has been told. The calendar file is attached.`,
      ],
    }
  }
  return {
    ...bookingConfirmed(view),
    subject: `Accepted: ${part.startShort(view)} with ${part.providerName(view)}`,
    preview: `${part.providerName(view)} said yes. ${total} is charged to your card.`,
    heading: `${part.providerName(view)} accepted your request`,
    paragraphs: [
      part.greeting(view),
      `your booking is confirmed. The ${total} reserved on your card is now charged. The calendar file is attached.`,
    ],
    price: part.priceLines(view, 'Charged'),
  }
}

export function bookingDeclined(view: BookingView): MailContent {
  const { facts, event } = view
  const late = event['byDeadline'] === true
  if (part.isProvider(view)) {
    return {
      subject: `Lapsed: the request for ${part.startShort(view)} was not answered`,
      preview: `${part.customerName(view)} has been told, and the time is free again.`,
      mood: 'attention',
      heading: 'A request lapsed without an answer',
      paragraphs: [
        part.greeting(view),
        `the request of ${part.customerName(view)} was not answered by ${facts.answerDueAt === null ? 'its deadline' : part.exact(view, facts.answerDueAt)}. They have been told and pay nothing. The time can be booked again.`,
      ],
      details: part.bookingDetails(view),
      price: part.priceLines(view, 'Total'),
      notes: ['With instant booking, customers book free times without asking first.'],
      button: part.manageButton(view),
      reason: part.reasonFor(view, 'this request'),
    }
  }
  return {
    subject: `${late ? 'Not answered' : 'Declined'}: ${part.startShort(view)} with ${part.providerName(view)}`,
    preview: 'You have not been charged.',
    mood: 'neutral',
    heading: late ? 'The provider did not answer in time' : 'The provider cannot take your booking',
    paragraphs: [
      part.greeting(view),
      late
        ? `${part.providerName(view)} did not answer your request in time, so it has ended.`
        : `${part.providerName(view)} had to decline your request.`,
      part.releasedSentence(view),
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'Not charged'),
    notes: [],
    button: { label: 'Find another time', url: providerPageUrl(view.appUrl, facts) },
    reason: part.reasonFor(view, 'this request'),
  }
}
