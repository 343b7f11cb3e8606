import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  printDayHours,
  readDayHours,
  readWeekHours,
  type DayHours,
  type HoursProblem,
} from './opening-hours.ts'

describe('hours in words are understood', () => {
  test.each([
    ['9 AM - 7 PM', '9 AM - 7 PM'],
    ['10:30 AM – 6 PM', '10:30 AM - 6 PM'],
    ['9\u202fa.m.\u2009—\u20095 p.m.', '9 AM - 5 PM'],
    ['9AM−5PM', '9 AM - 5 PM'],
    ['8 am to 12:15 pm', '8 AM - 12:15 PM'],
    ['12 PM - 5 PM', '12 PM - 5 PM'],
    ['noon to midnight', '12 PM - 12 AM'],
    ['12 AM - 6 AM', '12 AM - 6 AM'],
    ['9 AM - 1 PM, 2 PM - 6 PM', '9 AM - 1 PM, 2 PM - 6 PM'],
    ['9 am-12 pm and 12 pm - 5:45pm', '9 AM - 12 PM, 12 PM - 5:45 PM'],
    ['9.30-12.15; 13.00-18.00', '9:30 AM - 12:15 PM, 1 PM - 6 PM'],
    ['9-17', '9 AM - 5 PM'],
    ['09:00 - 24:00', '9 AM - 12 AM'],
    ['8h30-12h', '8:30 AM - 12 PM'],
    ['1–5 PM', '1 PM - 5 PM'],
    ['9 – 5 PM', '9 AM - 5 PM'],
    ['11-1 PM', '11 AM - 1 PM'],
    ['6 PM - 2 AM', '6 PM - 2 AM'],
    ['22:00-04:00', '10 PM - 4 AM'],
    ['Closed', 'Closed'],
    [' CLOSED ', 'Closed'],
    ['Open 24 hours', 'Open 24 hours'],
    ['24/7', 'Open 24 hours'],
    ['00:00-24:00', 'Open 24 hours'],
  ])('%s', (words, meaning) => {
    const read = readDayHours(words)
    expect(read.understood && printDayHours(read.hours)).toBe(meaning)
  })

  test('hours past midnight end on the next day', () => {
    expect(readDayHours('5 PM - 2:30 AM')).toEqual({
      understood: true,
      hours: { windows: [{ opensMinute: 17 * 60, closesMinute: 1440 }], nextDayUntilMinute: 150 },
    })
  })
})

describe('hours that could mean two things, or nothing, are refused with the reason', () => {
  test.each<[string, HoursProblem]>([
    ['', 'empty'],
    [' \u00a0', 'empty'],
    ['by appointment', 'not_hours'],
    ['12 PM', 'not_hours'],
    ['9 AM - 5 PM - 6 PM', 'not_hours'],
    ['9 AM - 12 PM,', 'not_hours'],
    ['13 PM - 2 PM', 'no_such_time'],
    ['0 AM - 2 PM', 'no_such_time'],
    ['8:75 - 17', 'no_such_time'],
    ['9 - 25', 'no_such_time'],
    ['24 - 2', 'no_such_time'],
    ['9 AM - 5', 'half_twelve_hour'],
    ['9 AM - 17:00', 'half_twelve_hour'],
    ['9 - 5', 'morning_or_evening'],
    ['2 - 6', 'morning_or_evening'],
    ['09:00 - 5 PM', 'morning_or_evening'],
    ['12 AM - 12 AM', 'opens_as_it_closes'],
    ['9 AM - 9 AM', 'opens_as_it_closes'],
    ['9 AM - 2 PM, 1 PM - 6 PM', 'overlapping'],
    ['2 PM - 6 PM, 9 AM - 1 PM', 'overlapping'],
    ['6 PM - 2 AM, 9 PM - 10 PM', 'overlapping'],
  ])('"%s": %s', (words, problem) => {
    expect(readDayHours(words)).toMatchObject({ understood: false, problem })
  })

  test('the explanation names the part in the way', () => {
    expect(readDayHours('9 AM - 1 PM, 2 - 6')).toMatchObject({
      explanation: expect.stringMatching(/^"2 - 6" can be morning or evening/),
    })
  })

  test('no text whatever makes the reader fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (words) => {
        expect(typeof readDayHours(words).understood).toBe('boolean')
      }),
    )
  })
})

/** Cuts of the day in order become windows, two by two; the last may go on past midnight. */
const dayHours: fc.Arbitrary<DayHours> = fc
  .record({
    cuts: fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { maxLength: 8 }),
    touching: fc.boolean(),
    spill: fc.option(fc.nat()),
  })
  .map(({ cuts, touching, spill }) => {
    const sorted = cuts.toSorted((one, other) => one - other)
    const windows = []
    for (let at = 0; at + 1 < sorted.length; at += touching ? 1 : 2) {
      windows.push({ opensMinute: sorted[at]!, closesMinute: sorted[at + 1]! })
    }
    const last = windows.at(-1)
    if (!last || spill === null || last.opensMinute < 2) return { windows, nextDayUntilMinute: 0 }
    const evening = { opensMinute: last.opensMinute, closesMinute: 1440 }
    return {
      windows: [...windows.slice(0, -1), evening],
      nextDayUntilMinute: 1 + (spill % (last.opensMinute - 1)),
    }
  })

test('what is printed reads back as the same hours', () => {
  fc.assert(
    fc.property(dayHours, (hours) => {
      expect(readDayHours(printDayHours(hours))).toEqual({ understood: true, hours })
    }),
    { numRuns: 1_000 },
  )
})

describe('a week', () => {
  test('carries hours past midnight into the next weekday, Sunday into Monday', () => {
    expect(readWeekHours({ 1: '9 AM - 12 PM, 12 PM - 3 PM', 5: 'Closed', 7: '6 PM - 2 AM' })).toEqual({
      understood: true,
      rules: [
        { weekday: 1, opensMinute: 0, closesMinute: 120 },
        { weekday: 1, opensMinute: 540, closesMinute: 720 },
        { weekday: 1, opensMinute: 720, closesMinute: 900 },
        { weekday: 7, opensMinute: 1080, closesMinute: 1440 },
      ],
    })
  })

  test('has no overlapping rules, even where one night reaches into an early morning', () => {
    expect(readWeekHours({ 2: '8 PM - 6 AM', 3: '5 AM - 9 AM' })).toMatchObject({
      rules: [
        { weekday: 2, opensMinute: 1200, closesMinute: 1440 },
        { weekday: 3, opensMinute: 0, closesMinute: 540 },
      ],
    })
  })

  test('names the weekday that is not understood', () => {
    expect(readWeekHours({ 1: '9 AM - 5 PM', 6: '9 - 5' })).toMatchObject({ understood: false, weekday: 6 })
  })
})
