import type { Temporal } from '#src/kernel/time.ts'
import {
  listSlotStarts,
  type CalendarFacts,
  type ServiceFacts,
  type Slot,
  type SlotWindow,
} from './domain/slots.ts'
import { offsetSpans } from './domain/zone-offsets.ts'

/** A slot at the JSON edge. Local date and time are those of the provider's zone. */
export interface SlotView {
  startsAt: string
  endsAt: string
  localDate: string
  localTime: string
  offset: string
  /** The clock reads this time twice that day; show the offset too. */
  repeated: boolean
  seatsLeft: number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** No clock has jumped further, so the other reading of a repeated time is in sight. */
const CLOCK_JUMP_MS = 26 * 60 * MINUTE_MS

export function toSlotView(slot: Slot): SlotView {
  return {
    startsAt: isoOf(slot.start.epochMilliseconds),
    endsAt: isoOf(slot.end.epochMilliseconds),
    localDate: slot.localDate,
    localTime: slot.localTime,
    offset: slot.offset,
    repeated: slot.repeated,
    seatsLeft: slot.seatsLeft,
  }
}

/**
 * What `listSlots(…).map(toSlotView)` gives, in a tenth of the time: a month is a thousand slots, and two instants and four
 * texts for each cost far more than deciding them. slot-view.test.ts holds the two against each other.
 */
export function listSlotViews(
  calendar: CalendarFacts,
  service: ServiceFacts,
  window: SlotWindow,
  now: Temporal.Instant,
): SlotView[] {
  const starts = listSlotStarts(calendar, service, window, now)
  const [first, last] = [starts[0], starts.at(-1)]
  if (first === undefined || last === undefined) return []
  const spans = offsetSpans(calendar.timeZone, first - CLOCK_JUMP_MS, last + CLOCK_JUMP_MS)
  const seatsTaken = seatsTakenByStart(calendar, service)
  let at = 0
  return starts.map((startMs) => {
    while ((spans[at]?.endMs ?? Infinity) <= startMs) at += 1
    const offsetMs = spans[at]?.offsetMs ?? 0
    const wallMs = startMs + offsetMs
    return {
      startsAt: isoOf(startMs),
      endsAt: isoOf(startMs + service.durationMinutes * MINUTE_MS),
      localDate: dateOf(wallMs),
      localTime: timeOf(wallMs),
      offset: `${offsetMs < 0 ? '-' : '+'}${timeOf(Math.abs(offsetMs))}`,
      repeated:
        spans.length > 1 &&
        spans.some((span, index) => {
          const otherMs = wallMs - span.offsetMs
          return index !== at && span.startMs <= otherMs && otherMs < span.endMs
        }),
      seatsLeft: service.capacity - (seatsTaken.get(startMs) ?? 0),
    }
  })
}

function seatsTakenByStart(calendar: CalendarFacts, service: ServiceFacts): ReadonlyMap<number, number> {
  const taken = new Map<number, number>()
  for (const session of calendar.sessions ?? []) {
    const startMs = session.start.epochMilliseconds
    if (session.serviceId === service.id) taken.set(startMs, (taken.get(startMs) ?? 0) + session.seatsTaken)
  }
  return taken
}

/** As Temporal.Instant prints it; slots start on whole seconds, and nearly always on whole minutes. */
function isoOf(epochMs: number): string {
  const seconds = Math.floor((epochMs % MINUTE_MS) / 1000)
  return `${dateOf(epochMs)}T${timeOf(epochMs)}:${twoDigits(seconds)}Z`
}

const DATES_KEPT_MAX = 2_000
const dates = new Map<number, string>()

function dateOf(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS)
  const known = dates.get(day)
  if (known !== undefined) return known
  if (dates.size >= DATES_KEPT_MAX) dates.clear()
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
  dates.set(day, date)
  return date
}

function timeOf(epochMs: number): string {
  const minute = Math.floor((((epochMs % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS)
  const hour = Math.floor(minute / 60)
  return `${twoDigits(hour)}:${twoDigits(minute - hour * 60)}`
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}
