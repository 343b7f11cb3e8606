import { describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { exactWhen, sameClock, shortWhen, spanWhen, utcOffset, zoneLabel } from './when.ts'

const at = (text: string) => Temporal.Instant.from(text)

describe('times people read', () => {
  test('the subject says weekday, day, month and wall time of the provider', () => {
    expect(shortWhen(at('2026-11-26T19:00:00Z'), 'America/New_York')).toBe('Thu, Nov 26, 2:00 PM')
    expect(shortWhen(at('2026-11-27T04:00:00Z'), 'America/New_York')).toBe('Thu, Nov 26, 11:00 PM')
    expect(shortWhen(at('2026-11-26T05:00:00Z'), 'America/New_York')).toBe('Thu, Nov 26, 12:00 AM')
  })

  test.each([
    ['America/New_York', '2026-11-26T19:00:00Z', 'EST, UTC−5, New York'],
    ['America/New_York', '2026-07-01T19:00:00Z', 'EDT, UTC−4, New York'],
    ['Europe/Berlin', '2026-07-01T19:00:00Z', 'CEST, UTC+2, Berlin'],
    ['Asia/Kolkata', '2026-07-01T19:00:00Z', 'IST, UTC+5:30, Kolkata'],
    ['Asia/Kathmandu', '2026-07-01T19:00:00Z', 'UTC+5:45, Kathmandu'],
    ['America/St_Johns', '2026-11-26T19:00:00Z', 'NST, UTC−3:30, St Johns'],
    ['Australia/Lord_Howe', '2026-11-26T19:00:00Z', 'LHDT, UTC+11, Lord Howe'],
    ['Europe/London', '2026-11-26T19:00:00Z', 'GMT, UTC+0, London'],
    ['UTC', '2026-11-26T19:00:00Z', 'UTC+0'],
  ])('%s is told apart by abbreviation and offset', (zone, instant, label) => {
    expect(zoneLabel(at(instant), zone)).toBe(label)
  })

  test('the two 01:30 of the autumn night read differently', () => {
    expect(exactWhen(at('2026-11-01T05:30:00Z'), 'America/New_York')).toBe(
      'Sun, Nov 1, 2026, 1:30 AM (EDT, UTC−4, New York)',
    )
    expect(exactWhen(at('2026-11-01T06:30:00Z'), 'America/New_York')).toBe(
      'Sun, Nov 1, 2026, 1:30 AM (EST, UTC−5, New York)',
    )
  })

  test('a booking over the change of clocks says the offset of each end', () => {
    expect(spanWhen(at('2026-11-01T05:30:00Z'), at('2026-11-01T06:15:00Z'), 'America/New_York')).toBe(
      'Sunday, November 1, 2026, 1:30 AM (EDT, UTC−4, New York) – 1:15 AM (EST, UTC−5, New York)',
    )
    expect(spanWhen(at('2027-03-14T06:30:00Z'), at('2027-03-14T07:30:00Z'), 'America/New_York')).toBe(
      'Sunday, March 14, 2027, 1:30 AM (EST, UTC−5, New York) – 3:30 AM (EDT, UTC−4, New York)',
    )
  })

  test('a booking over midnight names both days', () => {
    expect(spanWhen(at('2026-11-26T22:30:00Z'), at('2026-11-27T00:30:00Z'), 'Europe/London')).toBe(
      'Thursday, November 26, 2026, 10:30 PM – Friday, November 27, 12:30 AM (GMT, UTC+0, London)',
    )
  })

  test('zones with the same clock that day are not shown twice', () => {
    expect(sameClock(at('2026-11-26T19:00:00Z'), 'Europe/Berlin', 'Europe/Paris')).toBe(true)
    expect(sameClock(at('2026-07-01T19:00:00Z'), 'America/Phoenix', 'America/Denver')).toBe(false)
    expect(sameClock(at('2026-12-01T19:00:00Z'), 'America/Phoenix', 'America/Denver')).toBe(true)
  })

  test('offsets of a whole hour have no minutes', () => {
    expect(utcOffset(at('2026-11-26T19:00:00Z'), 'Pacific/Chatham')).toBe('UTC+13:45')
    expect(utcOffset(at('2026-11-26T19:00:00Z'), 'Asia/Tokyo')).toBe('UTC+9')
  })
})
