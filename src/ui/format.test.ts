import { describe, expect, it } from 'vitest'
import {
  count,
  localDateOf,
  localHourOf,
  onOneLine,
  sayDistance,
  sayDuration,
  sayMoney,
  sayNumber,
  sayOffset,
  saySpan,
  sayZone,
} from './format.ts'
import { localeOf } from './locale.ts'

describe('how things are said', () => {
  it('shows amounts in full, in every exponent', () => {
    expect(sayMoney({ amountMinor: 11000, currency: 'USD' })).toBe('$110.00')
    expect(sayMoney({ amountMinor: 1500, currency: 'JPY' })).toBe('¥1,500')
    expect(sayMoney({ amountMinor: 5640, currency: 'KWD' })).toBe('KWD\u00a05.640')
    expect(sayMoney({ amountMinor: 17_550, currency: 'HUF' })).toBe('HUF\u00a0175.50')
    expect(sayMoney({ amountMinor: 5000, currency: 'UGX' })).toBe('UGX\u00a05,000')
  })

  it('names a zone by its city and its offset of that day', () => {
    expect(sayZone('America/Toronto', '2026-11-26T19:00:00Z')).toBe('Toronto, UTC−5')
    expect(sayZone('America/Toronto', '2026-07-01T19:00:00Z')).toBe('Toronto, UTC−4')
    expect(sayZone('Asia/Kolkata', '2026-11-26T19:00:00Z')).toBe('Kolkata, UTC+5:30')
    expect(sayZone('UTC', '2026-11-26T19:00:00Z')).toBe('UTC')
  })

  it('tells the two half past ones of an autumn night apart', () => {
    expect(sayOffset('2026-11-01T05:30:00Z', 'America/Toronto')).toBe('UTC−4')
    expect(sayOffset('2026-11-01T06:30:00Z', 'America/Toronto')).toBe('UTC−5')
  })

  it('knows which day and hour it is elsewhere', () => {
    expect(localDateOf('2026-11-26T23:30:00Z', 'Asia/Tokyo')).toBe('2026-11-27')
    expect(localHourOf('2026-11-27T05:00:00Z', 'America/Toronto')).toBe(0)
  })

  it('uses the same spaces on server and in browser, and none to break a line at inside of a time or a measure', () => {
    expect(saySpan('2026-11-26T19:00:00Z', '2026-11-26T20:30:00Z', 'America/Toronto', 'en-US')).toBe(
      '2:00\u00a0PM\u00a0–\u2060\u00a03:30\u00a0PM',
    )
    expect(onOneLine('M6J 2Z5')).toBe('M6J\u00a02Z5')
  })

  it('keeps counts, lengths and distances short', () => {
    expect([count(1, 'review'), count(1200, 'review')]).toEqual(['1 review', '1,200 reviews'])
    expect([sayNumber(4315, 'en-US'), sayNumber(4315, 'en-DE')]).toEqual(['4,315', '4.315'])
    expect([sayDuration(45), sayDuration(60), sayDuration(90)]).toEqual([
      '45\u00a0min',
      '1\u00a0h',
      '1\u00a0h\u00a030\u00a0min',
    ])
    expect([sayDistance(0.04), sayDistance(0.44), sayDistance(1.24), sayDistance(14.2)]).toEqual([
      '100\u00a0m',
      '400\u00a0m',
      '1.2\u00a0km',
      '14\u00a0km',
    ])
  })

  it.each([
    ['en-US,en;q=0.9', 'en-US', 7],
    ['de-DE,de;q=0.9', 'en-DE', 1],
    ['de', 'en-DE', 1],
    ['*', 'en-US', 7],
    [null, 'en-US', 7],
    ['not a language!', 'en-US', 7],
  ])('reads %j as %s', (header, tag, weekStart) => {
    expect(localeOf(header)).toEqual({ tag, weekStart })
  })
})
