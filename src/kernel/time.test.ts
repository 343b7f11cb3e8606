import fc from 'fast-check'
import { test } from 'vitest'
import { isoText, plusMinutes, Temporal } from './time.ts'

const YEAR_MS = 366 * 86_400_000
const FROM_YEAR_ZERO_TO_10000 = { min: -1971 * YEAR_MS, max: 8032 * YEAR_MS }
const instants = fc
  .tuple(
    fc.integer(FROM_YEAR_ZERO_TO_10000),
    fc.constantFrom(1n, 1_000n, 1_000_000n, 10_000_000n, 1_000_000_000n),
    fc.integer({ min: 0, max: 999_999 }),
  )
  .map(([ms, step, rest]) => {
    const nanoseconds = BigInt(ms) * 1_000_000n + BigInt(rest)
    return Temporal.Instant.fromEpochNanoseconds(nanoseconds - (nanoseconds % step))
  })

test('the text of an instant is what Temporal writes', () => {
  fc.assert(fc.property(instants, (instant) => isoText(instant) === instant.toString()))
})

test('minutes later is what Temporal adds', () => {
  const minutes = fc.integer({ min: -1_000_000, max: 1_000_000 })
  fc.assert(
    fc.property(instants, minutes, (instant, count) =>
      plusMinutes(instant, count).equals(instant.add({ minutes: count })),
    ),
  )
})
