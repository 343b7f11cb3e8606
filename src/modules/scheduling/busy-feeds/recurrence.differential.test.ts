// A second reading of recurrences, which shares nothing with the first: it goes through the days one after the other and
// asks of each whether the rule means it. Slow and plain. Events are written as text, as programs write them.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { readBusyTimes } from './read-busy-times.ts'

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
const window = {
  start: Temporal.Instant.from('2026-09-01T00:00:00Z'),
  end: Temporal.Instant.from('2027-05-01T00:00:00Z'),
}

/** About five seconds of them. */
const RUNS = 300

interface Rule {
  frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  weekStart: number
  weekdays: readonly { weekday: number; nth: number }[]
  monthDays: readonly number[]
  months: readonly number[]
  position: number
  end: { count: number } | { untilDays: number } | null
}
interface Case {
  rule: Rule
  zone: string
  start: Temporal.PlainDateTime
  wholeDay: boolean
  minutes: number
  /** Which of the occurrences are excluded, and whether by instant, by time or by date. */
  excluded: readonly number[]
  excludedAs: 'utc' | 'zoned' | 'date'
}

/** Whether a rule without BYSETPOS means the day, seen by itself. */
function isMeant(rule: Rule, start: Temporal.PlainDate, day: Temporal.PlainDate): boolean {
  const { frequency, weekdays, monthDays, months } = rule
  const weekOf = (date: Temporal.PlainDate) =>
    date.subtract({ days: (date.dayOfWeek - rule.weekStart + 7) % 7 })
  const apart = {
    DAILY: () => start.until(day, { largestUnit: 'days' }).days,
    WEEKLY: () => weekOf(start).until(weekOf(day), { largestUnit: 'days' }).days / 7,
    MONTHLY: () => (day.year - start.year) * 12 + day.month - start.month,
    YEARLY: () => day.year - start.year,
  }[frequency]()
  if (apart % rule.interval !== 0) return false
  if (months.length > 0 && !months.includes(day.month)) return false
  const fromEnd = day.day - day.daysInMonth - 1
  if (monthDays.length > 0 && !monthDays.includes(day.day) && !monthDays.includes(fromEnd)) return false
  if (weekdays.length > 0) return weekdays.some((part) => isWeekday(rule, part, day))
  if (monthDays.length > 0) return true
  // Nothing said: as on the first day.
  if (frequency === 'WEEKLY') return day.dayOfWeek === start.dayOfWeek
  if (frequency === 'MONTHLY') return day.day === start.day
  if (frequency === 'YEARLY') return day.day === start.day && (months.length > 0 || day.month === start.month)
  return true
}

function isWeekday(
  rule: Rule,
  { weekday, nth }: { weekday: number; nth: number },
  day: Temporal.PlainDate,
): boolean {
  if (day.dayOfWeek !== weekday) return false
  if (nth === 0 || rule.frequency === 'DAILY' || rule.frequency === 'WEEKLY') return true
  const byMonth = rule.frequency === 'MONTHLY' || rule.months.length > 0
  // The day that many weeks back, or ahead, is still within, and the next one is not.
  const isSame = (other: Temporal.PlainDate) =>
    other.year === day.year && (!byMonth || other.month === day.month)
  const step = { days: nth > 0 ? -7 : 7 }
  let position = 1
  for (let other = day.add(step); isSame(other); other = other.add(step)) position += 1
  return position === Math.abs(nth)
}

function periodOf({ frequency, weekStart }: Rule, day: Temporal.PlainDate): string {
  if (frequency === 'YEARLY') return String(day.year)
  if (frequency === 'MONTHLY') return `${day.year}-${day.month}`
  if (frequency === 'WEEKLY') return day.subtract({ days: (day.dayOfWeek - weekStart + 7) % 7 }).toString()
  return day.toString()
}

/** The days of all occurrences up to the end of the window. */
function daysOf({ rule, start, zone }: Case): Temporal.PlainDate[] {
  const first = start.toPlainDate()
  const last = window.end.toZonedDateTimeISO(zone).toPlainDate().add({ days: 2 })
  const periods = new Map<string, Temporal.PlainDate[]>()
  // From the beginning of the first period: BYSETPOS counts in whole ones. And to the end of the last.
  const from = first.subtract({ days: 370 })
  for (
    let day = from;
    Temporal.PlainDate.compare(day, last.add({ days: 370 })) <= 0;
    day = day.add({ days: 1 })
  ) {
    if (!isMeant(rule, first, day)) continue
    const period = periodOf(rule, day)
    periods.set(period, [...(periods.get(period) ?? []), day])
  }
  const chosen = [...periods.values()].flatMap((days) =>
    rule.position === 0
      ? days
      : days.slice(...(rule.position > 0 ? [rule.position - 1, rule.position] : [-1])),
  )
  const later = chosen.filter((day) => Temporal.PlainDate.compare(day, first) > 0)
  const until = rule.end && 'untilDays' in rule.end ? first.add({ days: rule.end.untilDays }) : null
  const all = [first, ...later.filter((day) => !until || Temporal.PlainDate.compare(day, until) <= 0)]
  return rule.end && 'count' in rule.end ? all.slice(0, rule.end.count) : all
}

function expectedOf(asked: Case, days: readonly Temporal.PlainDate[]): string[] {
  const { zone, start, wholeDay, minutes, excluded } = asked
  const left = days.filter((_, index) => !excluded.includes(index))
  const ranges = left
    .map((day) => {
      const at = day.toPlainDateTime(start.toPlainTime()).toZonedDateTime(zone)
      if (!wholeDay) return [at.epochMilliseconds, at.epochMilliseconds + minutes * 60_000] as const
      const midnight = (date: Temporal.PlainDate) => date.toZonedDateTime(zone).epochMilliseconds
      return [midnight(day), midnight(day.add({ days: 1 }))] as const
    })
    .filter(([from, to]) => from < window.end.epochMilliseconds && to > window.start.epochMilliseconds)
  const joined: [number, number][] = []
  for (const [from, to] of ranges) {
    const last = joined.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined.map(([from, to]) => [from, to].map((ms) => new Date(ms).toISOString()).join('/'))
}

function textOf(asked: Case, days: readonly Temporal.PlainDate[]): string {
  const { rule, zone, start, wholeDay, minutes, excluded, excludedAs } = asked
  const plain = (time: { toString(): string }) => time.toString().replaceAll(/[-:]/g, '').padEnd(15, '0')
  const date = (day: Temporal.PlainDate) => day.toString().replaceAll('-', '')
  const utc = (day: Temporal.PlainDate) =>
    `${plain(day.toPlainDateTime(start.toPlainTime()).toZonedDateTime(zone).toInstant().toString().slice(0, 19))}Z`
  const parts = [
    `FREQ=${rule.frequency}`,
    `INTERVAL=${rule.interval}`,
    `WKST=${WEEKDAYS[rule.weekStart - 1]}`,
    ...(rule.weekdays.length > 0
      ? [`BYDAY=${rule.weekdays.map(({ weekday, nth }) => `${nth || ''}${WEEKDAYS[weekday - 1]}`).join(',')}`]
      : []),
    ...(rule.monthDays.length > 0 ? [`BYMONTHDAY=${rule.monthDays.join(',')}`] : []),
    ...(rule.months.length > 0 ? [`BYMONTH=${rule.months.join(',')}`] : []),
    ...(rule.position === 0 ? [] : [`BYSETPOS=${rule.position}`]),
  ]
  if (rule.end && 'count' in rule.end) parts.push(`COUNT=${rule.end.count}`)
  if (rule.end && 'untilDays' in rule.end) {
    const until = start.toPlainDate().add({ days: rule.end.untilDays })
    parts.push(`UNTIL=${wholeDay ? date(until) : utc(until)}`)
  }
  const gone = days.filter((_, index) => excluded.includes(index))
  const exclusion = (day: Temporal.PlainDate) => {
    if (wholeDay || excludedAs === 'date') return `EXDATE;VALUE=DATE:${date(day)}`
    return excludedAs === 'utc'
      ? `EXDATE:${utc(day)}`
      : `EXDATE;TZID=${zone}:${plain(day.toPlainDateTime(start.toPlainTime()).toString().slice(0, 19))}`
  }
  return [
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:random',
    wholeDay
      ? `DTSTART;VALUE=DATE:${date(start.toPlainDate())}`
      : `DTSTART;TZID=${zone}:${plain(start.toString().slice(0, 19))}`,
    ...(wholeDay ? [] : [`DURATION:PT${minutes}M`]),
    `RRULE:${parts.join(';')}`,
    ...gone.map(exclusion),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}

const weekday = fc.integer({ min: 1, max: 7 })
const weekdayParts: fc.Arbitrary<Rule['weekdays']> = fc.oneof(
  fc.constant([]),
  fc.array(fc.record({ weekday, nth: fc.constantFrom(0, 0, 1, 2, 5, -1, -5) }), {
    minLength: 1,
    maxLength: 4,
  }),
)
const rules = fc
  .record({
    frequency: fc.constantFrom<Rule['frequency']>('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
    interval: fc.constantFrom(1, 1, 1, 2, 3, 5),
    weekStart: fc.constantFrom(1, 7, 4),
    weekdays: weekdayParts,
    monthDays: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      fc.uniqueArray(fc.constantFrom(1, 13, 28, 29, 30, 31, -1, -2, -31), { minLength: 1, maxLength: 4 }),
    ),
    months: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
    ),
    position: fc.constantFrom(0, 0, 0, 1, 2, -1),
    end: fc.oneof(
      fc.constant(null),
      fc.record({ count: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ untilDays: fc.integer({ min: 0, max: 500 }) }),
    ),
  })
  // A weekday with a number has its meaning in months and years; BYMONTHDAY has none in weeks.
  .map((rule): Rule => {
    const inWeeks = rule.frequency === 'WEEKLY' || rule.frequency === 'DAILY'
    return {
      ...rule,
      monthDays: rule.frequency === 'WEEKLY' ? [] : rule.monthDays,
      weekdays: rule.weekdays.map(({ weekday, nth }) => ({ weekday, nth: inWeeks ? 0 : nth })),
    }
  })
const cases = fc.record({
  rule: rules,
  zone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
  start: fc
    .record({ day: fc.integer({ min: 0, max: 560 }), quarter: fc.integer({ min: 0, max: 95 }) })
    .map(({ day, quarter }) =>
      Temporal.PlainDateTime.from('2025-09-01T00:00:00').add({ days: day, minutes: 15 * quarter }),
    ),
  wholeDay: fc.constantFrom(false, false, true),
  minutes: fc.constantFrom(15, 50, 90, 1440, 3000),
  excluded: fc.array(fc.nat({ max: 30 }), { maxLength: 5 }),
  excludedAs: fc.constantFrom<Case['excludedAs']>('utc', 'zoned', 'date'),
})

it(
  'recurring events are busy exactly when a plain walk through the days finds them, in every zone',
  { timeout: 60_000 },
  () => {
    const tally = { times: 0, empty: 0, runs: 0 }
    fc.assert(
      fc.property(cases, (asked) => {
        const days = daysOf(asked)
        const text = textOf(asked, days)
        const read = readBusyTimes(text, window, asked.zone).map(({ start, end }) =>
          [start, end].map(({ epochMilliseconds }) => new Date(epochMilliseconds).toISOString()).join('/'),
        )
        const expected = expectedOf(asked, days)
        tally.runs += 1
        tally.times += expected.length
        if (expected.length === 0) tally.empty += 1
        expect({ text, read }).toEqual({ text, read: expected })
      }),
      { numRuns: RUNS },
    )
    // Where nothing happens, everybody agrees.
    expect(tally.times).toBeGreaterThan(2 * RUNS)
    expect(tally.empty).toBeLessThan(tally.runs / 2)
  },
)
