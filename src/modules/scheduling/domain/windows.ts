import type { DayWindow } from './opening-hours.ts'

/** What is wrong with the windows of one day, or null. */
export function windowsProblem(windows: readonly DayWindow[]): string | null {
  const sorted = windows.toSorted((one, other) => one.opensMinute - other.opensMinute)
  for (const [index, { opensMinute, closesMinute }] of sorted.entries()) {
    if (opensMinute < 0 || closesMinute > 1440 || opensMinute >= closesMinute)
      return 'must close after they open, within one day'
    if (opensMinute < (sorted[index - 1]?.closesMinute ?? 0)) return 'must not overlap'
  }
  return null
}
