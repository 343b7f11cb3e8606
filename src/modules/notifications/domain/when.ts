import type { Temporal } from '#src/kernel/time.ts'
import { USUAL_LOCALE, wallClock } from '#src/kernel/wall-clock.ts'

// Making a formatter costs a hundred times more than using one; there are as many as zones in use.
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(
  locale: string,
  zone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${name}`
  const known = formatters.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })
  formatters.set(key, made)
  return made
}

/** "Thu, Nov 26, 2:00 PM" */
export function shortWhen(at: Temporal.Instant, zone: string): string {
  return wallClock('moment', at.epochMilliseconds, zone, USUAL_LOCALE)
}

/** "Thu, Nov 26, 2026" */
export function shortDate(at: Temporal.Instant, zone: string): string {
  return wallClock('dayOfYear', at.epochMilliseconds, zone, USUAL_LOCALE)
}

/** "2:00 PM" */
export function clockTime(at: Temporal.Instant, zone: string): string {
  return wallClock('time', at.epochMilliseconds, zone, USUAL_LOCALE)
}

// Which abbreviations Intl knows depends on the locale ("CET" is British, "AEDT" Australian); the first that is a name wins.
const ABBREVIATING_LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-CA', 'en-ZA']

function abbreviationOf(at: Temporal.Instant, zone: string): string | null {
  for (const locale of ABBREVIATING_LOCALES) {
    const parts = formatter(locale, zone, 'zone', { timeZoneName: 'short' }).formatToParts(
      at.epochMilliseconds,
    )
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value
    if (name && /^[A-Z]{2,5}$/.test(name)) return name
  }
  return null
}

/** "UTC−5", "UTC+5:30" */
export function utcOffset(at: Temporal.Instant, zone: string): string {
  const match = /^([+-])(\d\d):(\d\d)/.exec(at.toZonedDateTimeISO(zone).offset)
  const hours = Number(match?.[2] ?? 0)
  const minutes = match?.[3] === '00' ? '' : `:${match?.[3]}`
  return `UTC${match?.[1] === '-' ? '−' : '+'}${hours}${minutes}`
}

/** "EST, UTC−5, New York"; without an abbreviation "UTC+5:45, Kathmandu". Says which of two equal wall times is meant. */
export function zoneLabel(at: Temporal.Instant, zone: string): string {
  const abbreviation = abbreviationOf(at, zone)
  const city = zone.includes('/') ? zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ') : null
  const names = [abbreviation === 'UTC' ? null : abbreviation, utcOffset(at, zone), city]
  return names.filter((name) => name !== null).join(', ')
}

/** "Thu, Nov 26, 2026, 2:00 PM (EST, UTC−5, New York)" */
export function exactWhen(at: Temporal.Instant, zone: string): string {
  return `${wallClock('momentOfYear', at.epochMilliseconds, zone, USUAL_LOCALE)} (${zoneLabel(at, zone)})`
}

/** "Thursday, November 26, 2026, 2:00 PM – 3:00 PM (EST, UTC−5, New York)" */
export function spanWhen(start: Temporal.Instant, end: Temporal.Instant, zone: string): string {
  const day = (at: Temporal.Instant) => wallClock('longDayOfYear', at.epochMilliseconds, zone, USUAL_LOCALE)
  const startText = `${day(start)}, ${clockTime(start, zone)}`
  const endText = clockTime(end, zone)
  // The clocks change while it lasts: each end says its own offset, or 1:30 – 1:15 would look like a mistake.
  if (utcOffset(start, zone) !== utcOffset(end, zone)) {
    return `${startText} (${zoneLabel(start, zone)}) – ${endText} (${zoneLabel(end, zone)})`
  }
  const endDay = wallClock('longDay', end.epochMilliseconds, zone, USUAL_LOCALE)
  const until = day(start) === day(end) ? endText : `${endDay}, ${endText}`
  return `${startText} – ${until} (${zoneLabel(start, zone)})`
}

/** Two zones that show the same clock at that moment are one to a reader. */
export function sameClock(at: Temporal.Instant, one: string, other: string): boolean {
  return one === other || utcOffset(at, one) === utcOffset(at, other)
}
