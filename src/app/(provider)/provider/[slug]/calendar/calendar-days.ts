import type { Temporal } from '#src/kernel/time.ts'
import type { ScheduleView } from '#src/modules/scheduling/reads.ts'

export interface CalendarDay {
  date: string
  /** "Mon, Nov 30" */
  words: string
  /** 23 or 25 on the days when the clocks change. */
  hours: number
  windows: { opensMinute: number; closesMinute: number }[]
  /** Time off, in minutes of this day's clock. */
  off: { fromMinute: number; untilMinute: number; reason: string }[]
}

const MINUTES_A_DAY = 1440

/** The day with its hours as they count on it: single days before weekly ones. */
export function calendarDay(
  date: Temporal.PlainDate,
  { rules, overrides, timeOff }: ScheduleView,
  timeZone: string,
  locale: string,
): CalendarDay {
  const start = date.toZonedDateTime(timeZone).startOfDay()
  const end = start.add({ days: 1 }).startOfDay()
  const override = overrides.find((one) => one.date === date.toString())
  const minuteAt = (iso: string) => {
    if (Date.parse(iso) <= start.epochMilliseconds) return 0
    if (Date.parse(iso) >= end.epochMilliseconds) return MINUTES_A_DAY
    const there = start.add({ milliseconds: Date.parse(iso) - start.epochMilliseconds })
    return there.hour * 60 + there.minute
  }
  return {
    date: date.toString(),
    words: new Intl.DateTimeFormat(locale, {
      ...{ weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' },
    }).format(new Date(`${date.toString()}T12:00:00Z`)),
    hours: Math.round((end.epochMilliseconds - start.epochMilliseconds) / 3_600_000),
    windows: override ? [...override.windows] : rules.filter(({ weekday }) => weekday === date.dayOfWeek),
    off: timeOff
      .filter(
        ({ from, until }) =>
          Date.parse(from) < end.epochMilliseconds && Date.parse(until) > start.epochMilliseconds,
      )
      .map(({ from, until, reason }) => ({
        fromMinute: minuteAt(from),
        untilMinute: minuteAt(until),
        reason,
      })),
  }
}
