import type { Temporal } from '#src/kernel/time.ts'
import {
  listSlotStarts,
  type CalendarFacts,
  type ServiceFacts,
  type Slot,
  type SlotWindow,
} from './domain/slots.ts'
import { dateOf, offsetText, timeOf, twoDigits } from './domain/wall-text.ts'
import { CLOCK_JUMP_MS, isRead, offsetSpans, type OffsetSpan } from './domain/zone-offsets.ts'

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
  return mapStarts(calendar, service, window, now, (start) => ({
    startsAt: isoOf(start.startMs),
    endsAt: isoOf(start.startMs + service.durationMinutes * MINUTE_MS),
    localDate: start.localDate,
    localTime: start.localTime,
    offset: start.offset,
    repeated: start.spans.some((other) => other !== start.span && isRead(other, start.wallMs)),
    seatsLeft: start.seatsLeft,
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
  return mapStarts(calendar, service, window, now, ({ localDate, localTime, offset, seatsLeft }) => ({
    startsAt: `${localDate}T${localTime}:00${offset}`, // hours open and steps are minutes, so the wall clock is on one
    seatsLeft,
  }))
}

interface Start {
  readonly startMs: number
  readonly wallMs: number
  readonly localDate: string
  readonly localTime: string
  readonly offset: string
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
  const offsets = spans.map(({ offsetMs }) => offsetText(offsetMs))
  let at = 0
  let day = NaN
  let localDate = ''
  return starts.map((startMs) => {
    while (spans[at]!.endMs <= startMs) at += 1
    const span = spans[at]!
    const wallMs = startMs + span.offsetMs
    const wallDay = Math.floor(wallMs / DAY_MS)
    if (wallDay !== day) {
      day = wallDay
      localDate = dateOf(wallMs)
    }
    const localTime = timeOf(wallMs)
    const seatsLeft = service.capacity - (seatsTaken.get(startMs) ?? 0)
    return view({ startMs, wallMs, localDate, localTime, offset: offsets[at]!, span, spans, seatsLeft })
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

/** As Temporal.Instant prints it. Slots start on whole seconds, and nearly always on whole minutes. */
function isoOf(epochMs: number): string {
  const seconds = Math.floor((epochMs - Math.floor(epochMs / MINUTE_MS) * MINUTE_MS) / 1000)
  return `${dateOf(epochMs)}T${timeOf(epochMs)}:${twoDigits(seconds)}Z`
}
