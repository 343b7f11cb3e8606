import type { Temporal } from '#src/kernel/time.ts'

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

const SHORT = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
} as const
const LONG = { ...SHORT, weekday: 'long', month: 'long' } as const

function partsOf(at: Temporal.Instant, zone: string, long: boolean): Record<string, string> {
  const format = formatter('en-US', zone, long ? 'long' : 'short', long ? LONG : SHORT)
  return Object.fromEntries(
    format.formatToParts(at.epochMilliseconds).map(({ type, value }) => [type, value]),
  )
}

/** "Thu 26 Nov 14:00" */
export function shortWhen(at: Temporal.Instant, zone: string): string {
  const { weekday, day, month, hour, minute } = partsOf(at, zone, false)
  return `${weekday} ${day} ${month} ${hour}:${minute}`
}

/** "Thu 26 Nov 2026" */
export function shortDate(at: Temporal.Instant, zone: string): string {
  const { weekday, day, month, year } = partsOf(at, zone, false)
  return `${weekday} ${day} ${month} ${year}`
}

/** "14:00" */
export function wallClock(at: Temporal.Instant, zone: string): string {
  const { hour, minute } = partsOf(at, zone, false)
  return `${hour}:${minute}`
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

/** "Thu 26 Nov 2026, 14:00 (EST, UTC−5, New York)" */
export function exactWhen(at: Temporal.Instant, zone: string): string {
  return `${shortDate(at, zone)}, ${wallClock(at, zone)} (${zoneLabel(at, zone)})`
}

/** "Thursday 26 November 2026, 14:00–15:00 (EST, UTC−5, New York)" */
export function spanWhen(start: Temporal.Instant, end: Temporal.Instant, zone: string): string {
  const from = partsOf(start, zone, true)
  const to = partsOf(end, zone, true)
  const startText = `${from['weekday']} ${from['day']} ${from['month']} ${from['year']}, ${from['hour']}:${from['minute']}`
  const endText = `${to['hour']}:${to['minute']}`
  // The clocks change while it lasts: each end says its own offset, or 01:30–01:15 would look like a mistake.
  if (utcOffset(start, zone) !== utcOffset(end, zone)) {
    return `${startText} (${zoneLabel(start, zone)}) – ${endText} (${zoneLabel(end, zone)})`
  }
  const sameDay = from['day'] === to['day'] && from['month'] === to['month'] && from['year'] === to['year']
  const until = sameDay ? `–${endText}` : ` – ${to['weekday']} ${to['day']} ${to['month']}, ${endText}`
  return `${startText}${until} (${zoneLabel(start, zone)})`
}

/** Two zones that show the same clock at that moment are one to a reader. */
export function sameClock(at: Temporal.Instant, one: string, other: string): boolean {
  return one === other || utcOffset(at, one) === utcOffset(at, other)
}
