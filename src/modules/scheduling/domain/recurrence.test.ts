import { describe, expect, it } from 'vitest'
import { recurrences, type RecurrenceRule, type WeekdayPart } from './recurrence.ts'

const NEVER_ELSE: RecurrenceRule = {
  frequency: 'daily',
  interval: 1,
  count: null,
  weekStartsOn: 1,
  months: [],
  weekNumbers: [],
  yearDays: [],
  monthDays: [],
  weekdays: [],
  hours: [],
  minutes: [],
  seconds: [],
  positions: [],
}

const DAYS = { MO: 1, TU: 2, WE: 3, TH: 4, FR: 5, SA: 6, SU: 7 } as const
const on = (...days: (keyof typeof DAYS)[]): WeekdayPart[] =>
  days.map((day) => ({ weekday: DAYS[day], nth: 0 }))
const nth = (which: number, day: keyof typeof DAYS): WeekdayPart => ({ weekday: DAYS[day], nth: which })

/** The first times of a rule, as "1997-09-02 09:00". */
function first(
  many: number,
  rule: Partial<RecurrenceRule>,
  start = '1997-09-02T09:00',
  until = '2040-01-01',
): string[] {
  const found: string[] = []
  let steps = 0
  const within = { fromMs: Date.parse(`${start}Z`), untilMs: Date.parse(`${until}T00:00Z`) }
  for (const ms of recurrences({ ...NEVER_ELSE, ...rule }, within.fromMs, within, () => void (steps += 1))) {
    found.push(new Date(ms).toISOString().slice(0, 16).replace('T', ' '))
    if (found.length === many) break
  }
  expect(steps).toBeLessThan(366 * 50)
  return found
}

function dates(times: readonly string[]): string {
  let month = ''
  return times
    .map((time) => {
      const [date = ''] = time.split(' ')
      const text = date.slice(0, 7) === month ? date.slice(8) : date
      month = date.slice(0, 7)
      return text
    })
    .join(' ')
}

// The first eight times of each, as the RFC lists them.
describe('the examples of RFC 5545, section 3.8.5.3', () => {
  it.each<[string, Partial<RecurrenceRule>, string, string?]>([
    ['daily for five', { count: 5 }, '1997-09-02 03 04 05 06'],
    ['every other day', { interval: 2 }, '1997-09-02 04 06 08 10 12 14 16'],
    ['every ten days, five', { interval: 10, count: 5 }, '1997-09-02 12 22 1997-10-02 12'],
    [
      'every other week, Monday, Wednesday and Friday, weeks from Sunday',
      { frequency: 'weekly', interval: 2, weekStartsOn: 7, weekdays: on('MO', 'WE', 'FR') },
      '1997-09-01 03 05 15 17 19 29 1997-10-01',
      '1997-09-01T09:00',
    ],
    [
      'every other week, Tuesday and Thursday, eight',
      { frequency: 'weekly', interval: 2, count: 8, weekStartsOn: 7, weekdays: on('TU', 'TH') },
      '1997-09-02 04 16 18 30 1997-10-02 14 16',
    ],
    [
      'the first Friday of each month',
      { frequency: 'monthly', count: 10, weekdays: [nth(1, 'FR')] },
      '1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02 1998-02-06 1998-03-06 1998-04-03',
      '1997-09-05T09:00',
    ],
    [
      'every other month on the first and last Sunday',
      { frequency: 'monthly', interval: 2, count: 10, weekdays: [nth(1, 'SU'), nth(-1, 'SU')] },
      '1997-09-07 28 1997-11-02 30 1998-01-04 25 1998-03-01 29',
      '1997-09-07T09:00',
    ],
    [
      'the second to last Monday of the month',
      { frequency: 'monthly', count: 6, weekdays: [nth(-2, 'MO')] },
      '1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16',
      '1997-09-22T09:00',
    ],
    [
      'the third to last day of the month',
      { frequency: 'monthly', monthDays: [-3] },
      '1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26 1998-03-29 1998-04-28',
      '1997-09-28T09:00',
    ],
    [
      'the first and last day of the month',
      { frequency: 'monthly', count: 10, monthDays: [1, -1] },
      '1997-09-30 1997-10-01 31 1997-11-01 30 1997-12-01 31 1998-01-01',
      '1997-09-30T09:00',
    ],
    [
      'every 18 months on the 10th to the 15th',
      { frequency: 'monthly', interval: 18, count: 10, monthDays: [10, 11, 12, 13, 14, 15] },
      '1997-09-10 11 12 13 14 15 1999-03-10 11',
      '1997-09-10T09:00',
    ],
    [
      'June and July of each year',
      { frequency: 'yearly', count: 10, months: [6, 7] },
      '1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10 1999-07-10 2000-06-10 2000-07-10',
      '1997-06-10T09:00',
    ],
    [
      'every third year on the 1st, 100th and 200th day',
      { frequency: 'yearly', interval: 3, count: 10, yearDays: [1, 100, 200] },
      '1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09 2000-07-18 2003-01-01 2003-04-10',
      '1997-01-01T09:00',
    ],
    [
      'the 20th Monday of the year',
      { frequency: 'yearly', weekdays: [nth(20, 'MO')] },
      '1997-05-19 1998-05-18 1999-05-17 2000-05-15 2001-05-14 2002-05-20 2003-05-19 2004-05-17',
      '1997-05-19T09:00',
    ],
    [
      'Monday of week 20',
      { frequency: 'yearly', weekNumbers: [20], weekdays: on('MO') },
      '1997-05-12 1998-05-11 1999-05-17 2000-05-15 2001-05-14 2002-05-13 2003-05-12 2004-05-10',
      '1997-05-12T09:00',
    ],
    [
      'every Thursday in March',
      { frequency: 'yearly', months: [3], weekdays: on('TH') },
      '1997-03-13 20 27 1998-03-05 12 19 26 1999-03-04',
      '1997-03-13T09:00',
    ],
    [
      'every Friday the 13th, and the first time, which is none',
      { frequency: 'monthly', weekdays: on('FR'), monthDays: [13] },
      '1997-09-02 1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13 2001-04-13 2001-07-13',
    ],
    [
      'the first Saturday after the first Sunday',
      { frequency: 'monthly', weekdays: on('SA'), monthDays: [7, 8, 9, 10, 11, 12, 13] },
      '1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10 1998-02-07 1998-03-07 1998-04-11',
      '1997-09-13T09:00',
    ],
    [
      'election day',
      {
        frequency: 'yearly',
        interval: 4,
        months: [11],
        weekdays: on('TU'),
        monthDays: [2, 3, 4, 5, 6, 7, 8],
      },
      '1996-11-05 2000-11-07 2004-11-02 2008-11-04 2012-11-06 2016-11-08 2020-11-03 2024-11-05',
      '1996-11-05T09:00',
    ],
    [
      'the third Tuesday, Wednesday or Thursday of the month',
      { frequency: 'monthly', count: 3, weekdays: on('TU', 'WE', 'TH'), positions: [3] },
      '1997-09-04 1997-10-07 1997-11-06',
      '1997-09-04T09:00',
    ],
    [
      'the second to last weekday of the month',
      { frequency: 'monthly', weekdays: on('MO', 'TU', 'WE', 'TH', 'FR'), positions: [-2] },
      '1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30 1998-04-29',
      '1997-09-29T09:00',
    ],
    [
      'every other week, where weeks begin on Monday',
      { frequency: 'weekly', interval: 2, count: 4, weekdays: on('TU', 'SU') },
      '1997-08-05 10 19 24',
      '1997-08-05T09:00',
    ],
    [
      'every other week, where weeks begin on Sunday',
      { frequency: 'weekly', interval: 2, count: 4, weekStartsOn: 7, weekdays: on('TU', 'SU') },
      '1997-08-05 17 19 31',
      '1997-08-05T09:00',
    ],
    [
      'the 15th and the 30th, of which February has one',
      { frequency: 'monthly', count: 5, monthDays: [15, 30] },
      '2007-01-15 30 2007-02-15 2007-03-15 30',
      '2007-01-15T09:00',
    ],
  ])('give %s', (_, rule, expected, start) => {
    expect(dates(first(8, rule, start))).toBe(expected)
  })

  it.each<[string, Partial<RecurrenceRule>, string[]]>([
    ['every 3 hours', { frequency: 'hourly', interval: 3, count: 3 }, ['02 09:00', '02 12:00', '02 15:00']],
    [
      'every hour and a half',
      { frequency: 'minutely', interval: 90, count: 4 },
      ['02 09:00', '02 10:30', '02 12:00', '02 13:30'],
    ],
    [
      'every 20 minutes from 9 to 16:40',
      { hours: [9, 10, 11, 12, 13, 14, 15, 16], minutes: [0, 20, 40] },
      ['02 09:00', '02 09:20', '02 09:40', '02 10:00', '02 10:20', '02 10:40', '02 11:00', '02 11:20'],
    ],
    [
      'the same, said in minutes',
      { frequency: 'minutely', interval: 20, hours: [9, 16] },
      ['02 09:00', '02 09:20', '02 09:40', '02 16:00', '02 16:20', '02 16:40', '03 09:00', '03 09:20'],
    ],
    [
      'each half minute',
      { frequency: 'secondly', interval: 30, count: 3 },
      ['02 09:00', '02 09:00', '02 09:01'],
    ],
  ])('give %s', (_, rule, expected) => {
    expect(first(8, rule).map((time) => time.slice(8))).toEqual(expected)
  })
})

describe('a date that there is not', () => {
  it.each<[string, Partial<RecurrenceRule>, string, string]>([
    [
      'the 31st of each month',
      { frequency: 'monthly' },
      '2026-01-31T09:00',
      '2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31 2026-10-31 2026-12-31 2027-01-31',
    ],
    [
      'the 31st, said once more',
      { frequency: 'monthly', monthDays: [31] },
      '2026-01-31T09:00',
      '2026-01-31 2026-03-31 2026-05-31 2026-07-31 2026-08-31 2026-10-31 2026-12-31 2027-01-31',
    ],
    [
      'the 31st of every other month',
      { frequency: 'monthly', interval: 2, monthDays: [31] },
      '2026-12-31T09:00',
      '2026-12-31 2027-08-31 2027-10-31 2027-12-31 2028-08-31 2028-10-31 2028-12-31 2029-08-31',
    ],
    [
      '29 February of each year',
      { frequency: 'yearly' },
      '2024-02-29T09:00',
      '2024-02-29 2028-02-29 2032-02-29 2036-02-29',
    ],
    [
      'the 30th of February and April',
      { frequency: 'yearly', months: [2, 4], monthDays: [30], count: 3 },
      '2026-04-30T09:00',
      '2026-04-30 2027-04-30 2028-04-30',
    ],
    [
      'the 366th day',
      { frequency: 'yearly', yearDays: [366] },
      '2024-12-31T09:00',
      '2024-12-31 2028-12-31 2032-12-31 2036-12-31',
    ],
    [
      'the fifth Monday of each month',
      { frequency: 'monthly', weekdays: [nth(5, 'MO')], count: 4 },
      '2026-03-30T09:00',
      '2026-03-30 2026-06-29 2026-08-31 2026-11-30',
    ],
    [
      'week 53',
      { frequency: 'yearly', weekNumbers: [53], weekdays: on('TH') },
      '2026-12-31T09:00',
      '2026-12-31 2032-12-30 2037-12-31',
    ],
    [
      'the last week of the year, on the weekday it began',
      { frequency: 'yearly', weekNumbers: [-1], count: 3 },
      '2026-12-31T09:00',
      '2026-12-31 2027-12-30 2028-12-28',
    ],
    [
      'a hundredth of January',
      { frequency: 'yearly', months: [1], monthDays: [100] },
      '2026-01-10T09:00',
      '2026-01-10',
    ],
  ])('is left out: %s', (_, rule, start, expected) => {
    expect(dates(first(8, rule, start))).toBe(expected)
  })
})

it('every time that is multiplied out is a step, so that a rule of a few words cannot ask for hours of work', () => {
  const upTo = (size: number) => Array.from({ length: size }, (_, value) => value)
  const rule = { ...NEVER_ELSE, hours: upTo(24), minutes: upTo(60), seconds: upTo(60), positions: [-1] }
  const startMs = Date.parse('2026-11-01T00:00Z')
  let steps = 0
  const step = () => {
    steps += 1
    if (steps > 10_000) throw new Error('too many')
  }
  const all = recurrences(rule, startMs, { fromMs: startMs, untilMs: startMs + 86_400_000 }, step)
  expect(() => [...all]).toThrow('too many')
  expect(steps).toBe(10_001)
})

it('what is asked for from a later time on is what it would have been', () => {
  for (const rule of [
    { interval: 3 },
    { frequency: 'weekly', interval: 2, weekdays: on('TU', 'SU') },
    { frequency: 'monthly', interval: 5, monthDays: [31, 1] },
    { frequency: 'yearly', interval: 3, weekdays: [nth(-1, 'SA')] },
    { frequency: 'hourly', interval: 31 },
  ] satisfies Partial<RecurrenceRule>[]) {
    const startMs = Date.parse('1997-09-02T09:00Z')
    const untilMs = Date.parse('2030-01-01T00:00Z')
    const fromMs = Date.parse('2027-05-06T07:08Z')
    const all = (from: number) =>
      [
        ...recurrences({ ...NEVER_ELSE, ...rule }, startMs, { fromMs: from, untilMs }, () => undefined),
      ].filter((ms) => ms >= fromMs)
    expect(all(fromMs).length).toBeGreaterThan(0)
    expect(all(fromMs)).toEqual(all(startMs))
  }
})
