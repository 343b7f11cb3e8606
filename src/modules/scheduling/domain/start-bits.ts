import { Temporal } from '#src/kernel/time.ts'
import { listSlotStarts, type CalendarFacts, type ServiceFacts } from './slots.ts'

export const QUARTER_MS = 15 * 60_000

/** Further than any horizon that a window of bits can reach. */
const NO_HORIZON_DAYS = 1_000

/**
 * '0110…': one bit for each quarter of an hour from `fromMs` on, 1 where some start lies in it. Notice and horizon are left to
 * whoever reads them: they move with the time of day. `fromMs` is the beginning of a quarter.
 */
export function startBits(
  calendar: CalendarFacts,
  service: ServiceFacts,
  fromMs: number,
  quarters: number,
): string {
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs)
  const until = Temporal.Instant.fromEpochMilliseconds(fromMs + quarters * QUARTER_MS)
  const whenever = { ...service, minimumNoticeMinutes: 0, horizonDays: NO_HORIZON_DAYS }
  const bits = new Uint8Array(quarters).fill(ZERO)
  for (const startMs of listSlotStarts(calendar, whenever, { from, until }, from))
    bits[Math.floor((startMs - fromMs) / QUARTER_MS)] = ONE
  return Buffer.from(bits).toString('latin1')
}
const ZERO = '0'.charCodeAt(0)
const ONE = '1'.charCodeAt(0)
