import { minuteOf, type Window } from '../../../wall-time.ts'

/** A booking to come, as a time of the week where the provider is. */
export interface WeeklyBooking {
  /** For people: "Tue, Dec 1, 7:00 PM, Ana". */
  readonly words: string
  /** 1 Monday to 7 Sunday. */
  readonly weekday: number
  readonly fromMinute: number
  readonly untilMinute: number
}

export interface EffectOfHours {
  readonly minutesBefore: number
  readonly minutesAfter: number
  /** They stay; it is good to know of them. */
  readonly outside: readonly WeeklyBooking[]
}

type Week = readonly (readonly Window[])[]

/** What saving these hours would change: how much of a week is open, and which bookings would then lie outside. */
export function effectOfHours(before: Week, after: Week, bookings: readonly WeeklyBooking[]): EffectOfHours {
  const inside = (week: Week, { weekday, fromMinute, untilMinute }: WeeklyBooking) =>
    spans(week[weekday - 1] ?? []).some(([opens, closes]) => opens <= fromMinute && untilMinute <= closes)
  return {
    minutesBefore: minutesOpen(before),
    minutesAfter: minutesOpen(after),
    outside: bookings.filter((booking) => inside(before, booking) && !inside(after, booking)),
  }
}

function minutesOpen(week: Week): number {
  return week
    .flatMap((windows) => spans(windows))
    .reduce((sum, [opens, closes]) => sum + Math.max(0, closes - opens), 0)
}

/** Windows that touch are one; half-typed ones are none. */
function spans(windows: readonly Window[]): [number, number][] {
  const merged: [number, number][] = []
  const minutes = windows.flatMap(({ opens, closes }) => {
    const [from, until] = [minuteOf(opens), minuteOf(closes, true)]
    return from === null || until === null ? [] : [[from, until] as [number, number]]
  })
  for (const [from, until] of minutes.toSorted((one, other) => one[0] - other[0])) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], until)
    else merged.push([from, until])
  }
  return merged
}
