import { Temporal } from '#src/kernel/time.ts'

// Readings of a wall clock as text. They are kept as milliseconds, those of the same reading in UTC; a month of slots prints
// thousands, and through Temporal each would cost more than deciding the slot.

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const DATES_KEPT_MAX = 2_000

const dates = new Map<number, string>()

/** 2026-11-26 */
export function dateOf(wallMs: number): string {
  const day = Math.floor(wallMs / DAY_MS)
  const known = dates.get(day)
  if (known !== undefined) return known
  if (dates.size >= DATES_KEPT_MAX) dates.clear()
  const date = Temporal.Instant.fromEpochMilliseconds(day * DAY_MS)
    .toString()
    .slice(0, 10)
  dates.set(day, date)
  return date
}

/** Every minute of a day as a clock shows it. */
const TIMES = Array.from({ length: 24 * 60 }, (_, minute) => hoursAndMinutes(minute))

/** 14:00 */
export function timeOf(wallMs: number): string {
  return TIMES[Math.floor((wallMs - Math.floor(wallMs / DAY_MS) * DAY_MS) / MINUTE_MS)]!
}

/** -05:00 */
export function offsetText(offsetMs: number): string {
  return `${offsetMs < 0 ? '-' : '+'}${timeOf(Math.abs(offsetMs))}`
}

/** 540 → 09:00, and 1440 → 24:00: the midnight that ends a day. */
export function hoursAndMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  return `${twoDigits(hours)}:${twoDigits(minutes - hours * 60)}`
}

export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}
