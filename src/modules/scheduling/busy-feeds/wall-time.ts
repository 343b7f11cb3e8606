import ICAL from 'ical.js'
import { Temporal } from '#src/kernel/time.ts'
import { WINDOWS_ZONES } from './windows-zones.ts'

/**
 * The clock a time is read on: one with a name that is known, one whose rules the file brings along, or null where the file
 * names none ("floating", RFC 5545 section 3.3.5). Whoever subscribes says which clock that is.
 */
export type Clock = string | ICAL.Timezone | null

/** What a calendar says of a time. */
export interface WallTime {
  /** What the clock shows, as the milliseconds that the same reading would have in UTC; of a date its midnight. */
  readonly wallMs: number
  readonly isDate: boolean
  readonly clock: Clock
}

/** Each property has a zone of its own: an event may begin in one and end in another (RFC 5545 section 3.2.19). */
export function wallTimeOf(time: ICAL.Time, property: ICAL.Property): WallTime {
  const { year, month, day, hour, minute, second, isDate } = time
  const wall = new Temporal.PlainDateTime(year, month, day, hour, minute, second)
  return {
    wallMs: wall.toZonedDateTime('UTC').epochMilliseconds,
    isDate,
    clock: isDate ? null : clockOf(time, property),
  }
}

/** A zone whose name is known follows its present rules, and not those that a file has kept of it. */
function clockOf(time: ICAL.Time, property: ICAL.Property): Clock {
  if (time.zone === ICAL.Timezone.utcTimezone) return 'UTC'
  const named = property.getFirstParameter('tzid')
  if (!named) return null
  if (isZone(named)) return named
  if (time.zone && time.zone !== ICAL.Timezone.localTimezone) return time.zone
  return WINDOWS_ZONES.get(named) ?? null
}

/** The library works out all changes of a file's zone up to the year that it is asked for; later ones are as the last of these. */
export const RULES_YEAR_MAX = 2100

/** A wall time that is left out by a change of the clock is read with the offset before it, one that comes twice is the first (section 3.3.5). */
export function instantAt(wallMs: number, clock: Clock, timeZone: string): Temporal.Instant {
  const wall = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime()
  if (clock === null || typeof clock === 'string')
    return wall.toZonedDateTime(clock ?? timeZone, { disambiguation: 'compatible' }).toInstant()
  const { year, month, day, hour, minute, second } = wall
  const known = { year: Math.min(year, RULES_YEAR_MAX), month, day, hour, minute, second, isDate: false }
  return Temporal.Instant.fromEpochMilliseconds(wallMs - clock.utcOffset(new ICAL.Time(known, clock)) * 1000)
}

/** What the clock shows at an instant. */
export function wallMsAt(instant: Temporal.Instant, clock: Clock, timeZone: string): number {
  if (clock === null || typeof clock === 'string') {
    const zoned = instant.toZonedDateTimeISO(clock ?? timeZone)
    return zoned.epochMilliseconds + zoned.offsetNanoseconds / 1e6
  }
  const time = new ICAL.Time({}, ICAL.Timezone.utcTimezone)
  time.fromUnixTime(Math.floor(Math.min(instant.epochMilliseconds, Date.UTC(RULES_YEAR_MAX)) / 1000))
  return instant.epochMilliseconds + clock.utcOffset(time.convertToZone(clock)) * 1000
}

const zones = new Map<string, boolean>()
const ZONES_KEPT_MAX = 1_000 // a calendar may name as many as it likes

export function isZone(name: string): boolean {
  const known = zones.get(name)
  if (known !== undefined) return known
  if (zones.size >= ZONES_KEPT_MAX) zones.clear()
  let valid = true
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
  } catch {
    valid = false
  }
  zones.set(name, valid)
  return valid
}
