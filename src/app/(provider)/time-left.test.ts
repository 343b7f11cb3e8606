import { describe, expect, it } from 'vitest'
import { sayLeft } from './time-left.ts'

describe('how much time is left', () => {
  it.each([
    ['2026-11-26T12:00:30Z', 'less than a minute'],
    ['2026-11-26T12:45:00Z', '45 min'],
    ['2026-11-26T17:20:00Z', '5 h 20 min'],
    ['2026-11-26T14:00:00Z', '2 h'],
    ['2026-11-27T12:00:00Z', '1 day'],
    ['2026-11-28T15:10:00Z', '2 days 3 h'],
    ['2026-11-26T11:00:00Z', 'less than a minute'],
  ])('until %s: %s', (until, words) => {
    expect(sayLeft(until, '2026-11-26T12:00:00Z')).toBe(words)
  })
})
