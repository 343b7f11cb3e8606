import { expect, it } from 'vitest'
import { isTimeZone } from './time-zone.ts'

it('time zones are names that know of summer time, not offsets', () => {
  for (const name of ['America/Toronto', 'Asia/Kathmandu', 'UTC']) expect(isTimeZone(name)).toBe(true)
  for (const name of ['+05:30', '-08:00', 'Mars/Olympus', '', '5', 'CET', 'eet'])
    expect(isTimeZone(name)).toBe(false)
})
