import type { Temporal } from '#src/kernel/time.ts'
import {
  listSlotStarts,
  type CalendarFacts,
  type ServiceFacts,
  type Slot,
  type SlotWindow,
} from './domain/slots.ts'
import { dateOf, offsetText, timeOf, twoDigits } from './domain/wall-text.ts'
import { CLOCK_JUMP_MS, offsetSpans, type OffsetSpan } from './domain/zone-offsets.ts'

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
  return mapStarts(calendar, service, window, now, ({ startMs, wallMs, span, spans, seatsLeft }) => ({
    startsAt: isoOf(startMs),
    endsAt: isoOf(startMs + service.durationMinutes * MINUTE_MS),
    localDate: dateOf(wallMs),
    localTime: timeOf(wallMs),
    offset: offsetText(span.offsetMs),
    repeated:
      spans.length > 1 &&
      spans.some((other) => {
        const otherMs = wallMs - other.offsetMs
        return other !== span && other.startMs <= otherMs && otherMs < other.endMs
      }),
    seatsLeft,
  }))
}

/** The least that says the same: the wall time of the provider with its offset is the instant too. A month fits in 50 kB. */
export interface StartView {
  /** RFC 3339, in the provider's zone. */
  startsAt: string
  seatsLeft: number
}

export function listStartViews(
  calendar: CalendarFacts,
  service: ServiceFacts,
  window: SlotWindow,
  now: Temporal.Instant,
): StartView[] {
  return mapStarts(calendar, service, window, now, ({ wallMs, span, seatsLeft }) => ({
    startsAt: `${wallTimeOf(wallMs)}${offsetText(span.offsetMs)}`,
    seatsLeft,
  }))
}

interface Start {
  readonly startMs: number
  readonly wallMs: number
  readonly span: OffsetSpan
  readonly spans: readonly OffsetSpan[]
  readonly seatsLeft: number
}

function mapStarts<View>(
  calendar: CalendarFacts,
  service: ServiceFacts,
  window: SlotWindow,
  now: Temporal.Instant,
  view: (start: Start) => View,
): View[] {
  const starts = listSlotStarts(calendar, service, window, now)
  const [first, last] = [starts[0], starts.at(-1)]
  if (first === undefined || last === undefined) return []
  // With a jump's room, so that the other reading of a repeated time is in sight.
  const spans = offsetSpans(calendar.timeZone, first - CLOCK_JUMP_MS, last + CLOCK_JUMP_MS)
  const seatsTaken = seatsTakenByStart(calendar, service)
  let at = 0
  return starts.map((startMs) => {
    while (spans[at]!.endMs <= startMs) at += 1
    const span = spans[at]!
    const seatsLeft = service.capacity - (seatsTaken.get(startMs) ?? 0)
    return view({ startMs, wallMs: startMs + span.offsetMs, span, spans, seatsLeft })
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

/** As Temporal.Instant prints it. */
function isoOf(epochMs: number): string {
  return `${wallTimeOf(epochMs)}Z`
}

/** Slots start on whole seconds, and nearly always on whole minutes. */
function wallTimeOf(wallMs: number): string {
  const seconds = Math.floor((((wallMs % MINUTE_MS) + MINUTE_MS) % MINUTE_MS) / 1000)
  return `${dateOf(wallMs)}T${timeOf(wallMs)}:${twoDigits(seconds)}`
}
