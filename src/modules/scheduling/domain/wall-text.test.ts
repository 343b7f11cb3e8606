import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { dateOf, hoursAndMinutes, offsetText, timeOf } from './wall-text.ts'

it('prints dates, times and offsets as Temporal does, before 1970 too', () => {
  const instants = fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2100, 0, 1) })
  const zones = fc.constantFrom(
    'America/St_Johns',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Pacific/Marquesas',
    'UTC',
  )
  fc.assert(
    fc.property(instants, zones, (ms, timeZone) => {
      const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
      const offsetMs = zoned.offsetNanoseconds / 1e6
      fc.pre(offsetMs % 60_000 === 0)
      expect(dateOf(ms + offsetMs)).toBe(zoned.toPlainDate().toString())
      expect(timeOf(ms + offsetMs)).toBe(zoned.toPlainTime().toString().slice(0, 5))
      expect(offsetText(offsetMs)).toBe(zoned.offset)
    }),
  )
})

it('ends a day at 24:00', () => {
  expect([540, 0, 1440].map(hoursAndMinutes)).toEqual(['09:00', '00:00', '24:00'])
})
