import ICAL from 'ical.js'
import { Temporal } from '#src/kernel/time.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'

/** Steps of all recurrences together; a daily event of twenty years takes 7,000. Protects against a calendar made to last for ever. */
const STEPS_MAX = 50_000
const BUSY_TIMES_MAX = 10_000

/** The text is no calendar, or one that cannot be worked through. */
export class CalendarUnreadable extends Error {
  override readonly name = 'CalendarUnreadable'
}

/**
 * When somebody is busy within `window`, by an iCalendar text: merged, in order. Recurrences are worked out with their
 * exceptions; events that are cancelled or marked as free do not count. Times without a zone, and whole days, are read on
 * the provider's clock.
 */
export function readBusyTimes(text: string, window: TimeRange, timeZone: string): TimeRange[] {
  const calendar = parse(text)
  const events = calendar.getAllSubcomponents('vevent')
  const changed = Map.groupBy(events.filter(isException), uidOf)
  const found: TimeRange[] = []
  const steps = { left: STEPS_MAX }
  for (const component of events) {
    if (isException(component)) continue
    const event = new ICAL.Event(component, { exceptions: changed.get(uidOf(component)) ?? [] })
    for (const busy of occurrences(event, window, timeZone, steps)) {
      found.push(busy)
      if (found.length > BUSY_TIMES_MAX)
        throw new CalendarUnreadable(`The calendar has more than ${BUSY_TIMES_MAX} events.`)
    }
  }
  return merged(found)
}

function parse(text: string): ICAL.Component {
  try {
    const calendar = new ICAL.Component(
      ICAL.parse(text) as unknown[] as ConstructorParameters<typeof ICAL.Component>[0],
    )
    if (calendar.name === 'vcalendar') return calendar
  } catch (error) {
    throw new CalendarUnreadable('The address does not give a calendar.', { cause: error })
  }
  throw new CalendarUnreadable('The address does not give a calendar.')
}

function isException(component: ICAL.Component): boolean {
  return component.hasProperty('recurrence-id')
}

function uidOf(component: ICAL.Component): string {
  return String(component.getFirstPropertyValue('uid') ?? '')
}

function* occurrences(
  event: ICAL.Event,
  window: TimeRange,
  timeZone: string,
  steps: { left: number },
): Generator<TimeRange> {
  if (!event.startDate) return
  if (!event.isRecurring()) {
    const busy = rangeOf(event, event.startDate, event.endDate, timeZone)
    if (busy && touches(busy, window)) yield busy
    return
  }
  const iterator = event.iterator()
  const hasExceptions = Object.keys(event.exceptions).length > 0
  const interestingFrom = dayNumber(
    window.start.subtract({ hours: 48 + 24 * Math.ceil(event.duration.toSeconds() / 86_400) }),
  )
  for (let next = iterator.next(); next; next = iterator.next()) {
    steps.left -= 1
    if (steps.left < 0) throw new CalendarUnreadable('The calendar repeats too often to be worked through.')
    // Most steps of an old event are long ago; an exception may have moved any of them to here.
    if (!hasExceptions && next.year * 10_000 + next.month * 100 + next.day < interestingFrom) continue
    const { item, startDate, endDate } = event.getOccurrenceDetails(next)
    const plannedAt = instantOf(event, next, timeZone)
    // An exception may have moved one occurrence anywhere; the plan itself only goes forward.
    if (Temporal.Instant.compare(plannedAt, window.end) >= 0) return
    const busy = rangeOf(item, startDate, endDate, timeZone)
    if (busy && touches(busy, window)) yield busy
  }
}

/** 20261122 */
function dayNumber(instant: Temporal.Instant): number {
  return Number(instant.toString().slice(0, 10).replaceAll('-', ''))
}

function rangeOf(
  event: ICAL.Event,
  startDate: ICAL.Time,
  endDate: ICAL.Time,
  timeZone: string,
): TimeRange | null {
  const { component } = event
  if (component.getFirstPropertyValue('transp') === 'TRANSPARENT') return null
  if (component.getFirstPropertyValue('status') === 'CANCELLED') return null
  const start = instantOf(event, startDate, timeZone)
  const end = instantOf(event, endDate, timeZone)
  return Temporal.Instant.compare(start, end) < 0 ? { start, end } : null
}

/** Wall times are read by the zone's own rules where its name is known, and by the rules in the file where it is not. */
function instantOf(event: ICAL.Event, time: ICAL.Time, timeZone: string): Temporal.Instant {
  const wall = new Temporal.PlainDateTime(
    time.year,
    time.month,
    time.day,
    time.hour,
    time.minute,
    time.second,
  )
  const at = (zone: string) => wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).toInstant()
  if (time.isDate) return at(timeZone)
  if (time.zone === ICAL.Timezone.utcTimezone) return at('UTC')
  const named = event.component.getFirstProperty('dtstart')?.getParameter('tzid')
  if (typeof named === 'string' && isZone(named)) return at(named)
  const ownRules = time.zone && time.zone !== ICAL.Timezone.localTimezone
  return ownRules ? Temporal.Instant.fromEpochMilliseconds(time.toUnixTime() * 1000) : at(timeZone)
}

const zones = new Map<string, boolean>()

function isZone(name: string): boolean {
  const known = zones.get(name)
  if (known !== undefined) return known
  if (zones.size > 1000) zones.clear()
  let valid = true
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
  } catch {
    valid = false
  }
  zones.set(name, valid)
  return valid
}

function touches(range: TimeRange, window: TimeRange): boolean {
  return (
    Temporal.Instant.compare(range.start, window.end) < 0 &&
    Temporal.Instant.compare(window.start, range.end) < 0
  )
}

function merged(ranges: readonly TimeRange[]): TimeRange[] {
  const result: TimeRange[] = []
  for (const range of ranges.toSorted((one, other) => Temporal.Instant.compare(one.start, other.start))) {
    const last = result.at(-1)
    if (!last || Temporal.Instant.compare(last.end, range.start) < 0) result.push(range)
    else if (Temporal.Instant.compare(last.end, range.end) < 0)
      result[result.length - 1] = { start: last.start, end: range.end }
  }
  return result
}
