import { describe, expect, test } from 'vitest'
import { overlaps, timeRange } from './time-range.ts'
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

test('instants are compared and chosen without Date', () => {
  expect(isBefore(nine, ten)).toBe(true)
  expect(isBefore(nine, nine)).toBe(false)
  expect(laterOf(nine, ten)).toBe(ten)
  expect(earlierOf(ten, nine)).toBe(nine)
})
