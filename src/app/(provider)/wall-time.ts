import { sayTime } from '#src/ui/format.ts'

const MINUTES_A_DAY = 1440

/** "09:30" as minutes since midnight; as a closing time, "00:00" is the midnight that ends the day. Null when it is no time. */
export function minuteOf(text: string, closing = false): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (!match) return null
  const minute = Number(match[1]) * 60 + Number(match[2])
  return closing && minute === 0 ? MINUTES_A_DAY : minute
}

/** 570 as "09:30"; the midnight that ends the day as "00:00". */
export function wallTimeOf(minute: number): string {
  const hours = Math.floor((minute % MINUTES_A_DAY) / 60)
  return `${String(hours).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** 570 as the locale says it: "9:30 AM" */
export function sayWallTime(minute: number, locale: string): string {
  // Wall times have no date; any date in UTC shows them.
  return sayTime(`2024-01-01T${wallTimeOf(minute)}:00Z`, 'UTC', locale)
}

export interface Window {
  opens: string
  closes: string
}

/** What is wrong with the hours of one day, in words; null when nothing is. */
export function windowsProblem(windows: readonly Window[]): string | null {
  const minutes = windows.map(({ opens, closes }) => [minuteOf(opens), minuteOf(closes, true)] as const)
  let before = 0
  for (const [opens, closes] of minutes.toSorted((one, other) => (one[0] ?? 0) - (other[0] ?? 0))) {
    if (opens === null || closes === null) return 'give both times'
    if (opens >= closes) return 'the end must be after the beginning'
    if (opens < before) return 'two of the times overlap'
    before = closes
  }
  return null
}

export function toMinutes({ opens, closes }: Window): { opensMinute: number; closesMinute: number } {
  return { opensMinute: minuteOf(opens) ?? 0, closesMinute: minuteOf(closes, true) ?? 0 }
}
