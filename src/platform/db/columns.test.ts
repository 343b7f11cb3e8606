import fc from 'fast-check'
import { test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { instantOf } from './columns.ts'

const YEAR_MS = 366 * 86_400_000
const FROM_YEAR_ZERO_TO_10000 = { min: -1971 * YEAR_MS, max: 8032 * YEAR_MS }
const instants = fc
  .tuple(fc.integer(FROM_YEAR_ZERO_TO_10000), fc.constantFrom(0n, 1_000n, 123_456n))
  .map(([ms, rest]) => Temporal.Instant.fromEpochNanoseconds(BigInt(ms) * 1_000_000n + rest))

test('an instant is read back from its text, and from that of PostgreSQL', () => {
  fc.assert(
    fc.property(instants, (instant) => {
      const text = instant.toString()
      return [text, text.replace('T', ' ').replace('Z', '+00')].every((each) =>
        instantOf(each).equals(instant),
      )
    }),
  )
})
