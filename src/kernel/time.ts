// The one npm import of the kernel: Node 24 ships no Temporal. The package hands over to the built-in
// as soon as there is one, and everything else imports Temporal from here, so leaving it is one line.
import { Temporal } from 'temporal-polyfill'

export { Temporal }

export function isBefore(one: Temporal.Instant, other: Temporal.Instant): boolean {
  return Temporal.Instant.compare(one, other) < 0
}

export function laterOf(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return isBefore(one, other) ? other : one
}

export function earlierOf(one: Temporal.Instant, other: Temporal.Instant): Temporal.Instant {
  return isBefore(other, one) ? other : one
}

const NANOSECONDS_PER_MINUTE = 60_000_000_000n
const NANOSECONDS_PER_MILLISECOND = 1_000_000n

/** So many minutes later, or earlier if negative. As `instant.add({ minutes })`, without the price of a duration. */
export function plusMinutes(instant: Temporal.Instant, minutes: number): Temporal.Instant {
  return Temporal.Instant.fromEpochNanoseconds(
    instant.epochNanoseconds + BigInt(minutes) * NANOSECONDS_PER_MINUTE,
  )
}

/** ISO 8601 in UTC, letter for letter as `instant.toString()`, which takes ten times as long: an answer holds dozens. */
export function isoText(instant: Temporal.Instant): string {
  if (instant.epochNanoseconds % NANOSECONDS_PER_MILLISECOND !== 0n) return instant.toString()
  const text = new Date(instant.epochMilliseconds).toISOString()
  return text.endsWith('.000Z') ? text.replace('.000', '') : text.replace(/0+Z$/, 'Z')
}
