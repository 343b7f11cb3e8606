import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { overlaps, timeRange, type TimeRange } from './time-range.ts'
import { earlierOf, isBefore, laterOf, Temporal } from './time.ts'

const nine = Temporal.Instant.from('2026-05-04T09:00Z')
const ten = Temporal.Instant.from('2026-05-04T10:00Z')
const eleven = Temporal.Instant.from('2026-05-04T11:00Z')

describe('a time range', () => {
  test('is never empty and never reversed', () => {
    expect(() => timeRange(nine, nine)).toThrow(RangeError)
    expect(() => timeRange(ten, nine)).toThrow(RangeError)
  })

  test('overlaps neither what it touches nor what lies apart', () => {
    expect(overlaps(timeRange(nine, ten), timeRange(ten, eleven))).toBe(false)
    expect(overlaps(timeRange(ten, eleven), timeRange(nine, ten))).toBe(false)
    expect(overlaps(timeRange(nine, eleven), timeRange(ten, eleven))).toBe(true)
    expect(overlaps(timeRange(nine, ten.add({ nanoseconds: 1 })), timeRange(ten, eleven))).toBe(true)
  })
})

describe('two time ranges', () => {
  // Small numbers, so that they often touch and often overlap.
  const instants = fc.integer({ min: 0, max: 12 }).map((minutes) => nine.add({ minutes }))
  const ranges = fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 6 }))
    .map(([from, length]) => timeRange(nine.add({ minutes: from }), nine.add({ minutes: from + length })))
  const has = ({ start, end }: TimeRange, minute: number) => {
    const at = nine.add({ minutes: minute }).epochMilliseconds
    return start.epochMilliseconds <= at && at < end.epochMilliseconds
  }

  test('overlap exactly if some minute is in both', () => {
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const minutes = Array.from({ length: 20 }, (_, minute) => minute)
        const shared = minutes.some((minute) => has(one, minute) && has(other, minute))
        expect(overlaps(one, other)).toBe(shared)
        expect(overlaps(other, one)).toBe(shared)
      }),
    )
  })

  test('that are one overlap, and a range never overlaps what begins where it ends', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 6 }), (range, minutes) => {
        expect(overlaps(range, range)).toBe(true)
        expect(overlaps(range, timeRange(range.end, range.end.add({ minutes })))).toBe(false)
      }),
    )
  })

  test('can be made of two instants exactly if the second is later', () => {
    fc.assert(
      fc.property(instants, instants, (start, end) => {
        const make = () => timeRange(start, end)
        if (start.epochMilliseconds < end.epochMilliseconds) expect(make()).toEqual({ start, end })
        else expect(make).toThrow(RangeError)
      }),
    )
  })
})

test('instants are compared and chosen without Date', () => {
  expect(isBefore(nine, ten)).toBe(true)
  expect(isBefore(nine, nine)).toBe(false)
  expect(laterOf(nine, ten)).toBe(ten)
  expect(earlierOf(ten, nine)).toBe(nine)
})
