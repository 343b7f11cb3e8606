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
