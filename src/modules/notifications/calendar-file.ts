import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { formatMoney, money } from '#src/kernel/money.ts'
import type { Audience, BookingFacts } from './domain/facts.ts'
import { plainFacts } from './domain/plain-words.ts'
import { exactWhen } from './domain/when.ts'

export interface CalendarReader {
  readonly audience: Audience
  readonly attendeeEmail: string
  /** "Name <address>" of the platform: the address that invites is the one that mails. */
  readonly organizer: string
  readonly manageUrl: string
}

export type CalendarMethod = 'REQUEST' | 'CANCEL' | 'PUBLISH'

const ADDRESS = /^[^\s@<>()[\],;:"\\\p{C}]+@[^\s@<>()[\],;:"\\\p{C}]+$/u

/**
 * The booking as one calendar event. Its UID stays and its SEQUENCE rises, so a later file moves or removes the same entry.
 * Times are UTC: every calendar shows them on its reader's own clock, none depends on how well it reads VTIMEZONE, and the
 * second 01:30 of an autumn night can be said at all. The promised wall time stands in the description.
 * PUBLISH is for downloads and feeds; it names nobody (RFC 5546 3.2.1).
 */
export function calendarFile(
  booking: BookingFacts,
  method: CalendarMethod,
  baseUrl: string,
  reader?: CalendarReader,
): string {
  const facts = plainFacts(booking)
  const calendar = ical({
    prodId: { company: 'Ecosystem', product: 'Ecosystem', language: 'EN' },
    method: ICalCalendarMethod[method],
  })
  const event = calendar.createEvent({
    id: `${facts.bookingId}@${new URL(baseUrl).hostname}`,
    sequence: facts.calendarSequence,
    stamp: facts.updatedAt,
    start: facts.startsAt,
    end: facts.endsAt,
    summary: summary(facts, reader?.audience),
    description: description(facts, reader),
    location: facts.locationKind === 'online' ? 'Online' : facts.address,
    status: isOver(facts, method) ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
  })
  if (reader) event.url(new URL(reader.manageUrl).href)
  if (reader && method !== 'PUBLISH') {
    const organizer = /<([^<>]+)>\s*$/.exec(reader.organizer)?.[1] ?? reader.organizer
    if (ADDRESS.test(organizer)) event.organizer({ name: 'Ecosystem', email: organizer })
    if (ADDRESS.test(reader.attendeeEmail)) event.createAttendee({ email: reader.attendeeEmail, rsvp: false })
  }
  return calendar.toString()
}

function isOver({ state }: BookingFacts, method: CalendarMethod): boolean {
  return method === 'CANCEL' || state === 'cancelled' || state === 'declined' || state === 'expired'
}

function summary(facts: BookingFacts, audience: Audience | undefined): string {
  const other = audience === 'provider' ? facts.customer.name : facts.provider.name
  return `${facts.serviceName} with ${other}`
}

function description(facts: BookingFacts, reader: CalendarReader | undefined): string {
  const provider = reader?.audience === 'provider'
  const amount = formatMoney(money(provider ? facts.providerNetMinor : facts.totalMinor, facts.currency))
  return [
    exactWhen(facts.startsAt, facts.timeZone),
    `Booking code: ${facts.code}`,
    `${provider ? 'You receive' : 'Price'}: ${amount}`,
    ...(reader ? [`Manage: ${new URL(reader.manageUrl).href}`] : []),
  ].join('\n')
}
