import * as part from './booking-parts.ts'
import type { BookingView, MailContent } from './content.ts'

function reminder(view: BookingView, lead: 'tomorrow' | 'soon'): MailContent {
  const { facts } = view
  const time = part.timeOnly(view, facts.startsAt)
  const other = part.otherParty(view)
  return {
    subject:
      lead === 'tomorrow'
        ? `Reminder: ${part.startShort(view)} with ${other}`
        : `In 2 hours: ${time} with ${other}`,
    preview: `${facts.serviceName}, code ${facts.code}.`,
    mood: 'neutral',
    heading: lead === 'tomorrow' ? 'Your booking is in 24 hours' : 'Your booking starts in 2 hours',
    paragraphs: [part.greeting(view), `a reminder of ${facts.serviceName} with ${other}.`],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'Paid'),
    notes: [part.policyNote(view)],
    button: part.manageButton(view),
    reason: part.reasonFor(view),
  }
}

export function startsIn24Hours(view: BookingView): MailContent {
  return reminder(view, 'tomorrow')
}

export function startsIn2Hours(view: BookingView): MailContent {
  return reminder(view, 'soon')
}

export function reviewAsk(view: BookingView): MailContent {
  const { facts } = view
  return {
    subject: `How was ${facts.serviceName} with ${part.providerName(view)}?`,
    preview: 'A few words help others choose.',
    mood: 'neutral',
    heading: 'How was it?',
    paragraphs: [
      part.greeting(view),
      `you were with ${part.providerName(view)} on ${part.startShort(view)}. A rating and a sentence or two help others choose. It takes a minute, and you can do it once.`,
    ],
    details: part.bookingDetails(view),
    price: part.priceLines(view, 'Paid'),
    notes: [],
    button: part.manageButton(view, 'Write a review'),
    reason: part.reasonFor(view),
  }
}
