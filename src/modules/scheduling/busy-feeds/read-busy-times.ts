import ICAL from 'ical.js'
import { Temporal } from '#src/kernel/time.ts'
import { overlaps, type TimeRange } from '#src/kernel/time-range.ts'
import type { Weekday } from '../domain/opening-hours.ts'
import { recurrences, type Frequency, type RecurrenceRule } from '../domain/recurrence.ts'
import { instantAt, isZone, RULES_YEAR_MAX, wallMsAt, wallTimeOf, type WallTime } from './wall-time.ts'

/**
 * The work on a whole text, in looks at a day or a time that a rule may mean: less than a second. Protects against a calendar
 * made to last for ever. A single event takes 150, a weekly one 4,000 and a daily one 23,000 for the 430 days looked at.
 */
const STEPS_MAX = 2_000_000
/** Finding the instant of a time takes as long as so many of them. */
const STEPS_OF_A_TIME = 50
/** And a change of a clock, of which Outlook's zones have one in every year since 1601. */
const STEPS_OF_A_CHANGE = 10
const BUSY_TIMES_MAX = 10_000

/** The text is no calendar, or one that cannot be worked through. */
export class CalendarUnreadable extends Error {
  override readonly name = 'CalendarUnreadable'
}

/**
 * When somebody is busy within `window`, by an iCalendar text (RFC 5545): merged, in order. Events, with their recurrences
 * worked out and their exceptions, and the times of VFREEBUSY. What is cancelled or marked as free does not count; what is
 * only tentative does, since being booked twice is worse than being booked once too rarely. Times without a zone, and whole
 * days, are read on the provider's clock.
 * @throws CalendarUnreadable
 */
export function readBusyTimes(text: string, window: TimeRange, timeZone: string): TimeRange[] {
  const reading: Reading = { window, timeZone, stepsLeft: STEPS_MAX, found: [] }
  try {
    for (const calendar of parse(text)) {
      checkZones(reading, calendar)
      for (const component of calendar.getAllSubcomponents('vfreebusy')) readFreeBusy(reading, component)
      for (const event of eventsOf(reading, calendar)) readEvent(reading, event)
    }
  } catch (error) {
    if (error instanceof CalendarUnreadable) throw error
    // Values are looked at when they are asked for, and the parser and Temporal say in many ways that one makes no sense.
    throw new CalendarUnreadable('The calendar has a value that cannot be read.', { cause: error })
  }
  return merged(reading.found)
}

interface Reading {
  readonly window: TimeRange
  readonly timeZone: string
  stepsLeft: number
  readonly found: TimeRange[]
}

/** One text may hold several calendars (section 3.4). */
function parse(text: string): ICAL.Component[] {
  try {
    const parsed: unknown = ICAL.parse(text.replace(/^\uFEFF/, ''))
    const several = Array.isArray(parsed) && Array.isArray(parsed[0])
    const calendars = (several ? parsed : [parsed]).map((each) => new Calendar(each as unknown[]))
    if (calendars.every(({ name }) => name === 'vcalendar')) return calendars
  } catch (error) {
    throw new CalendarUnreadable('The address does not give a calendar.', { cause: error })
  }
  throw new CalendarUnreadable('The address does not give a calendar.')
}

/** The library would go through all components again for each time in a zone that is not among them. */
class Calendar extends ICAL.Component {
  readonly #zones = new Map<string, ICAL.Timezone>()

  override getTimeZoneByID(tzid: string): ICAL.Timezone {
    const known = this.#zones.get(tzid)
    if (known !== undefined) return known
    const zone = super.getTimeZoneByID(tzid)
    this.#zones.set(tzid, zone)
    return zone
  }
}

/**
 * The rules that a file brings for zones nobody knows are worked out by the library, change by change and without counting.
 * They are believed where they are those of a clock, which changes on one day of the year.
 */
function checkZones(reading: Reading, calendar: ICAL.Component): void {
  for (const zone of calendar.getAllSubcomponents('vtimezone')) {
    if (isZone(String(zone.getFirstPropertyValue('tzid')))) continue
    for (const part of zone.getAllSubcomponents()) {
      const rule = part.getFirstPropertyValue('rrule')
      const start = part.getFirstPropertyValue('dtstart')
      if (!(rule instanceof ICAL.Recur) || !(start instanceof ICAL.Time)) continue
      spend(reading, Math.max(0, RULES_YEAR_MAX - start.year) * STEPS_OF_A_CHANGE)
      if (!changesOnceAYear(rule)) throw new CalendarUnreadable('The calendar has a time zone that is none.')
    }
  }
}

/** A week of days of the month is how "the second Sunday" is sometimes written; Notes says the hour and the minute as well. */
function changesOnceAYear({ freq, parts }: ICAL.Recur): boolean {
  const said = Object.entries(parts)
  if (freq !== 'YEARLY' || (said.length > 0 && !parts.BYMONTH)) return false
  return said.every(([name, values]) => (values?.length ?? 0) <= (name === 'BYMONTHDAY' ? 7 : 1))
}

/** What is not FREE is some kind of busy, also what is not known (section 3.2.9). */
function readFreeBusy(reading: Reading, component: ICAL.Component): void {
  for (const property of component.getAllProperties('freebusy')) {
    if (property.getFirstParameter('fbtype')?.toUpperCase() === 'FREE') continue
    for (const value of property.getValues() as unknown[]) {
      if (!(value instanceof ICAL.Period)) continue
      spend(reading, 2 * STEPS_OF_A_TIME)
      const start = wallTimeOf(value.start, property)
      block(reading, start, lengthOfPeriod(value, start, property, reading.timeZone))
    }
  }
}

/** Days are counted on the clock, the rest is elapsed time: a day may have 23 hours, an hour is an hour (section 3.3.6). */
interface Length {
  readonly days: number
  readonly ms: number
}

interface CalendarEvent {
  readonly component: ICAL.Component
  readonly start: WallTime
  readonly length: Length
  readonly isFree: boolean
  /** What stands instead of some of its occurrences: the other components with its UID (section 3.8.4.4). */
  readonly exceptions: readonly Exception[]
}

interface Exception extends CalendarEvent {
  readonly replaces: WallTime
  /** RANGE=THISANDFUTURE: all later occurrences are moved and changed like this one (section 3.2.13). */
  readonly andFuture: boolean
}

/**
 * The events of a calendar, exceptions among them: each of these is busy at its own time, whether or not the event it belongs
 * to is in the file. Who was invited to one meeting of a series has only that (RFC 5546 section 3.2.2.1, and Google sends it so).
 */
function* eventsOf(reading: Reading, calendar: ICAL.Component): Generator<CalendarEvent> {
  const events = calendar.getAllSubcomponents('vevent')
  const exceptions = new Map<string, Exception[]>()
  for (const component of events) {
    const property = component.getFirstProperty('recurrence-id')
    const value = property?.getFirstValue()
    if (!property || !(value instanceof ICAL.Time)) continue
    const replaces = wallTimeOf(value, property)
    const event = eventOf(reading, component, [], replaces)
    if (!event) continue
    const andFuture = property.getFirstParameter('range')?.toUpperCase() === 'THISANDFUTURE'
    const exception = { ...event, replaces, andFuture }
    const others = exceptions.get(uidOf(component))
    if (others) others.push(exception)
    else exceptions.set(uidOf(component), [exception])
  }
  yield* [...exceptions.values()].flat()
  for (const component of events) {
    if (component.hasProperty('recurrence-id')) continue
    const event = eventOf(reading, component, exceptions.get(uidOf(component)) ?? [])
    if (event) yield event
  }
}

function uidOf(component: ICAL.Component): string {
  return String(component.getFirstPropertyValue('uid') ?? '')
}

/** @param planned when it would have been, if it does not say: a cancellation need not (RFC 5546 section 3.2.5). */
function eventOf(
  reading: Reading,
  component: ICAL.Component,
  exceptions: readonly Exception[],
  planned: WallTime | null = null,
): CalendarEvent | null {
  spend(reading, 2 * STEPS_OF_A_TIME)
  const property = component.getFirstProperty('dtstart')
  const value = property?.getFirstValue()
  const start = property && value instanceof ICAL.Time ? wallTimeOf(value, property) : planned
  if (!start) return null
  return {
    component,
    start,
    length: lengthOf(component, start, reading.timeZone),
    isFree: isFree(component),
    exceptions,
  }
}

const NONE: Length = { days: 0, ms: 0 }

/** By section 3.6.1: until its end, for its duration, and with neither a whole day or a moment. */
function lengthOf(component: ICAL.Component, start: WallTime, timeZone: string): Length {
  const property = component.getFirstProperty('dtend')
  const value = property?.getFirstValue()
  if (property && value instanceof ICAL.Time) {
    const length = lengthUntil(start, wallTimeOf(value, property), timeZone)
    // Against section 3.8.2.2, some programs let a day end on itself.
    return start.isDate && length.days === 0 && length.ms === 0 ? { days: 1, ms: 0 } : length
  }
  const duration = component.getFirstPropertyValue('duration')
  if (duration instanceof ICAL.Duration) return lengthOfDuration(duration)
  return start.isDate ? { days: 1, ms: 0 } : NONE
}

/** Between two times it is the time that elapses, also for each recurrence (section 3.8.5.3: "the same exact duration"). */
function lengthUntil(start: WallTime, end: WallTime, timeZone: string): Length {
  if (start.isDate && end.isDate) return { days: (end.wallMs - start.wallMs) / DAY_MS, ms: 0 }
  const instant = (time: WallTime) => instantAt(time.wallMs, time.clock, timeZone).epochMilliseconds
  return { days: 0, ms: instant(end) - instant(start) }
}

/** A negative one, which only an alarm may have, is none. */
function lengthOfDuration({ weeks, days, hours, minutes, seconds, isNegative }: ICAL.Duration): Length {
  if (isNegative) return NONE
  return { days: weeks * 7 + days, ms: ((hours * 60 + minutes) * 60 + seconds) * 1000 }
}

function lengthOfPeriod(
  period: ICAL.Period,
  start: WallTime,
  property: ICAL.Property,
  timeZone: string,
): Length {
  // The types promise both; a period has one of them.
  const { end, duration } = period as { end: ICAL.Time | null; duration: ICAL.Duration | null }
  if (end) return lengthUntil(start, wallTimeOf(end, property), timeZone)
  return duration ? lengthOfDuration(duration) : NONE
}

/**
 * Outlook's own word goes before the standard one, as it does for Outlook (MS-OXCICAL 2.1.3.1.1.20.25 and .31); "working
 * elsewhere" is exported by it as transparent. A tentative STATUS, and any word not known, is busy.
 */
function isFree(component: ICAL.Component): boolean {
  const said = (name: string) => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  if (said('status') === 'CANCELLED') return true
  const outlook = said('x-microsoft-cdo-busystatus')
  if (outlook === 'FREE' || outlook === 'WORKINGELSEWHERE') return true
  if (outlook === 'BUSY' || outlook === 'TENTATIVE' || outlook === 'OOF') return false
  return said('transp') === 'TRANSPARENT'
}

function readEvent(reading: Reading, event: CalendarEvent): void {
  // An exception repeats nothing: it is one occurrence.
  const isRecurring = !('replaces' in event)
  const excluded = isRecurring ? keysOf(reading, event) : new Set<string>()
  const changes = changesOf(event, reading.timeZone)
  const planned = isRecurring ? plannedTimes(reading, event, changes) : [event]
  for (const { start, length } of planned) {
    spend(reading, STEPS_OF_A_TIME + changes.length)
    const plannedAt = instantAt(start.wallMs, start.clock, reading.timeZone)
    if (keysAt(start, plannedAt).some((key) => excluded.has(key))) continue
    const change = changes.findLast(({ from }) => Temporal.Instant.compare(from, plannedAt) <= 0)
    if (change) {
      const { exception, shiftMs } = change
      if (!exception.isFree)
        block(reading, { ...exception.start, wallMs: start.wallMs + shiftMs }, exception.length)
    } else if (!event.isFree) block(reading, start, length, plannedAt)
  }
}

/** From an occurrence on, all are like an exception, moved as far as that one was. */
interface Change {
  readonly from: Temporal.Instant
  readonly shiftMs: number
  readonly exception: Exception
}

function changesOf({ start, exceptions }: CalendarEvent, timeZone: string): Change[] {
  return exceptions
    .filter(({ andFuture }) => andFuture)
    .map((exception) => {
      const from = instantAt(exception.replaces.wallMs, exception.replaces.clock, timeZone)
      const replacedMs = exception.replaces.isDate
        ? exception.replaces.wallMs
        : wallMsAt(from, start.clock, timeZone)
      return { from, shiftMs: exception.start.wallMs - replacedMs, exception }
    })
    .sort((one, other) => Temporal.Instant.compare(one.from, other.from))
}

/** The occurrences that do not happen: excluded, or replaced by an exception. */
function keysOf(reading: Reading, { component, start, exceptions }: CalendarEvent): Set<string> {
  const excluded = component
    .getAllProperties('exdate')
    .flatMap((property) =>
      (property.getValues() as unknown[]).flatMap((value) =>
        value instanceof ICAL.Time ? [wallTimeOf(value, property)] : [],
      ),
    )
  const times = [...excluded, ...exceptions.map(({ replaces }) => replaces)]
  spend(reading, times.length * STEPS_OF_A_TIME)
  return new Set(times.flatMap((time) => keyOf(time, start)))
}

/**
 * A time names the occurrence at its instant; without a zone the one at its reading. A date names all of its day: sections
 * 3.8.5.1 and 3.8.4.4 want the kind of DTSTART, and not every program knows.
 */
function keyOf(time: WallTime, start: WallTime): string[] {
  const ofDate = `date ${midnightOf(time.wallMs)}`
  if (time.isDate) return [ofDate]
  const ofTime = time.clock === null ? `wall ${time.wallMs}` : `instant ${msAt(time)}`
  return start.isDate && time.clock !== 'UTC' ? [ofDate, ofTime] : [ofTime]
}

function keysAt({ wallMs }: WallTime, at: Temporal.Instant): string[] {
  return [`instant ${at.epochMilliseconds}`, `wall ${wallMs}`, `date ${midnightOf(wallMs)}`]
}

function msAt({ wallMs, clock }: WallTime): number {
  return instantAt(wallMs, clock, 'UTC').epochMilliseconds
}

const DAY_MS = 86_400_000
/** Zones differ from each other by no more than this, and an event is planned on the clock of its own. */
const ZONES_APART_MS = 2 * DAY_MS

interface Planned {
  readonly start: WallTime
  readonly length: Length
}

function* plannedTimes(
  reading: Reading,
  event: CalendarEvent,
  changes: readonly Change[],
): Generator<Planned> {
  const { component, start, length } = event
  const longestMs = Math.max(0, ...[event, ...changes.map(({ exception }) => exception)].map(lengthMs))
  const shiftsMs = [0, ...changes.map(({ shiftMs }) => shiftMs)]
  const within = {
    fromMs: reading.window.start.epochMilliseconds - longestMs - Math.max(...shiftsMs) - ZONES_APART_MS,
    untilMs: reading.window.end.epochMilliseconds - Math.min(...shiftsMs) + ZONES_APART_MS,
  }
  const rules = component.getAllProperties('rrule').map((property) => property.getFirstValue())
  if (rules.length === 0) yield { start, length }
  for (const value of rules) {
    if (!(value instanceof ICAL.Recur)) continue
    const isBeforeEnd = endOfRule(value, start, reading.timeZone)
    for (const wallMs of recurrences(ruleOf(value), start.wallMs, within, () => spend(reading, 1))) {
      if (wallMs > start.wallMs && !isBeforeEnd(wallMs)) break
      if (wallMs >= within.fromMs) yield { start: { ...start, wallMs }, length }
    }
  }
  for (const property of component.getAllProperties('rdate')) {
    for (const value of property.getValues() as unknown[]) {
      yield* plannedOn(value, property, event, reading.timeZone)
    }
  }
}

function lengthMs({ length }: { length: Length }): number {
  return length.days * DAY_MS + length.ms
}

function spend(reading: Reading, steps: number): void {
  reading.stepsLeft -= steps
  if (reading.stepsLeft < 0)
    throw new CalendarUnreadable('The calendar repeats too often to be worked through.')
}

/** An RDATE is a time, a date, or a period with a length of its own (section 3.8.5.2). */
function* plannedOn(
  value: unknown,
  property: ICAL.Property,
  { start, length }: CalendarEvent,
  timeZone: string,
): Generator<Planned> {
  if (value instanceof ICAL.Period) {
    const from = wallTimeOf(value.start, property)
    yield { start: from, length: lengthOfPeriod(value, from, property, timeZone) }
  } else if (value instanceof ICAL.Time) {
    const time = wallTimeOf(value, property)
    // A date says nothing of the time, so that stays.
    if (time.isDate && !start.isDate)
      yield { start: { ...start, wallMs: time.wallMs + start.wallMs - midnightOf(start.wallMs) }, length }
    else yield { start: time.clock === null ? { ...time, clock: start.clock } : time, length }
  }
}

function midnightOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS) * DAY_MS
}

/** UNTIL belongs to the rule; a date, which section 3.3.10 allows only beside a date, is meant with its whole day. */
function endOfRule({ until }: ICAL.Recur, start: WallTime, timeZone: string): (wallMs: number) => boolean {
  if (!until) return () => true
  const { year, month, day, hour, minute, second, isDate } = until
  const untilMs = new Temporal.PlainDateTime(year, month, day, hour, minute, second).toZonedDateTime(
    'UTC',
  ).epochMilliseconds
  const isOnDay = (wallMs: number) => midnightOf(wallMs) <= untilMs
  if (isDate) return isOnDay
  if (until.zone !== ICAL.Timezone.utcTimezone) return (wallMs) => wallMs <= untilMs
  const isByThen = (wallMs: number) =>
    Math.abs(wallMs - untilMs) > ZONES_APART_MS
      ? wallMs < untilMs
      : instantAt(wallMs, start.clock, timeZone).epochMilliseconds <= untilMs
  // Programs that write an instant beside a date mean midnight, some their own and some that of UTC.
  return start.isDate ? (wallMs) => isByThen(wallMs) || isOnDay(wallMs) : isByThen
}

const WEEKDAYS: readonly string[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

/** The parser has refused what is no rule: a thirteenth month, a frequency there is not. */
function ruleOf({ freq, interval, count, wkst, parts }: ICAL.Recur): RecurrenceRule {
  return {
    frequency: freq.toLowerCase() as Frequency,
    interval: Math.max(1, interval),
    count: count === null || count < 1 ? null : count,
    // The parser counts from Sunday as 1.
    weekStartsOn: (((wkst + 5) % 7) + 1) as Weekday,
    months: parts.BYMONTH ?? [],
    weekNumbers: parts.BYWEEKNO ?? [],
    yearDays: parts.BYYEARDAY ?? [],
    monthDays: parts.BYMONTHDAY ?? [],
    weekdays: (parts.BYDAY ?? []).map((part) => ({
      weekday: (WEEKDAYS.indexOf(part.slice(-2)) + 1) as Weekday,
      nth: Number(part.slice(0, -2) || 0),
    })),
    hours: parts.BYHOUR ?? [],
    minutes: parts.BYMINUTE ?? [],
    seconds: parts.BYSECOND ?? [],
    positions: parts.BYSETPOS ?? [],
  }
}

/** What has no length, or a negative one, blocks nothing. */
function block(
  { window, timeZone, found }: Reading,
  start: WallTime,
  length: Length,
  startsAt = instantAt(start.wallMs, start.clock, timeZone),
): void {
  const dayLater =
    length.days === 0 ? startsAt : instantAt(start.wallMs + length.days * DAY_MS, start.clock, timeZone)
  const busy = { start: startsAt, end: dayLater.add({ milliseconds: length.ms }) }
  if (Temporal.Instant.compare(busy.start, busy.end) >= 0 || !overlaps(busy, window)) return
  found.push(busy)
  if (found.length > BUSY_TIMES_MAX)
    throw new CalendarUnreadable(`The calendar has more than ${BUSY_TIMES_MAX} events.`)
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
