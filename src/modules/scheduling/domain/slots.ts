import { plusMinutes, Temporal } from '#src/kernel/time.ts'
import { timeRange, type TimeRange } from '#src/kernel/time-range.ts'
import type { DayWindow, OpeningRule } from './opening-hours.ts'
import { dateOf, offsetText, timeOf } from './wall-text.ts'
import { CLOCK_JUMP_MS, isRead, localDays, offsetSpans, wallClock, type OffsetSpan } from './zone-offsets.ts'

/**
 * From a provider's facts to the times that can be booked. Search, the booking page and the booking itself all ask
 * here, so what is shown is what can be booked. The rules, each proved in slots.test.ts and slots.differential.test.ts:
 *
 * - Open means that the provider's wall clock reads a time inside a window of its date. Nothing else is needed for
 *   days of 23 or 25 hours: a wall time that does not exist is never read, one that happens twice is read twice (and
 *   a window that ends inside the repeated hour closes and opens again). Windows that touch, midnight included, are
 *   one stretch.
 * - Starts are counted in steps of wall time from the opening of each window: 09:10 with 50 minutes gives 09:10, 10:00,
 *   10:50. Peers that count from midnight get this reported as a bug (calcom/cal.diy 22226, 25011, 16307). Bookings
 *   never move the steps: taking 10:00 leaves 10:50 where it was.
 * - Duration, buffers and notice are elapsed time. The service must lie inside the stretch; its buffers may lie outside
 *   it, since setting up before opening is normal, but must be free of bookings, busy times and time off.
 * - Minimum notice counts from now. The horizon is in local dates, so that the last day is offered whole.
 * - Instants are read to the millisecond, which is finer than anything a calendar sends.
 */
export interface CalendarFacts {
  readonly timeZone: string
  readonly openingRules: readonly OpeningRule[]
  /** At most one for each date; it replaces the weekly rules of that date. No windows: closed. */
  readonly overrides: readonly DayOverride[]
  readonly timeOff: readonly TimeRange[]
  /** Busy times of subscribed calendars, and what live bookings occupy (`occupiedRange`) unless listed as sessions. */
  readonly busy: readonly TimeRange[]
  /** Live bookings that others may join, not repeated in `busy`. Rows of one session add up their seats. */
  readonly sessions?: readonly Session[]
}

export interface DayOverride {
  /** Local date, YYYY-MM-DD. */
  readonly date: string
  readonly windows: readonly DayWindow[]
}

export interface Session {
  readonly serviceId: string
  readonly start: Temporal.Instant
  readonly occupied: TimeRange
  readonly seatsTaken: number
}

export interface ServiceFacts {
  readonly id: string
  readonly durationMinutes: number
  readonly bufferBeforeMinutes: number
  readonly bufferAfterMinutes: number
  readonly stepMinutes: number
  readonly minimumNoticeMinutes: number
  /** 0 is today only, 1 is today and tomorrow. */
  readonly horizonDays: number
  /** Seats of one slot; above 1 customers share a session of the same service and start. */
  readonly capacity: number
}

export interface Slot {
  readonly start: Temporal.Instant
  readonly end: Temporal.Instant
  /** In the provider's zone: YYYY-MM-DD, HH:mm and +HH:MM. */
  readonly localDate: string
  readonly localTime: string
  readonly offset: string
  /** The clock reads this time twice that day; show the offset too. */
  readonly repeated: boolean
  readonly seatsLeft: number
}

/** Starts in [from, until). */
export interface SlotWindow {
  readonly from: Temporal.Instant
  readonly until: Temporal.Instant
}

/** In the order in which they are looked for. */
export type SlotRefusal =
  'too_soon' | 'too_late' | 'closed' | 'not_aligned' | 'ends_after_closing' | 'time_off' | 'busy' | 'full'

export type SlotCheck =
  { readonly offered: true; readonly slot: Slot } | { readonly offered: false; readonly reason: SlotRefusal }

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** What the wall clock reads is kept as milliseconds too: those of the same reading in UTC. */
interface Plan {
  readonly calendar: CalendarFacts
  readonly service: ServiceFacts
  readonly durationMs: number
  readonly bufferBeforeMs: number
  readonly bufferAfterMs: number
  readonly stepMs: number
  readonly earliestMs: number
  /** No start can be later, whatever the zone does: keeps every search bounded. */
  readonly latestMs: number
  /** Exclusive end of the last local day of the horizon. */
  readonly horizonEndsAtWallMs: number
  readonly windowsByWeekday: readonly (readonly DayWindow[])[]
  readonly windowsByOverriddenDay: ReadonlyMap<number, readonly DayWindow[]>
}

interface Stretch {
  readonly startMs: number
  endMs: number
}

/** What `listSlots` offers as epoch milliseconds and nothing around them: for searching many calendars. */
export function listSlotStarts(
  calendar: CalendarFacts,
  service: ServiceFacts,
  window: SlotWindow,
  now: Temporal.Instant,
  limit = Infinity,
): number[] {
  const plan = planOf(calendar, service, now)
  return offeredStarts(plan, window.from.epochMilliseconds, window.until.epochMilliseconds, limit).startsMs
}

export function listSlots(
  calendar: CalendarFacts,
  service: ServiceFacts,
  window: SlotWindow,
  now: Temporal.Instant,
): Slot[] {
  const plan = planOf(calendar, service, now)
  return slotsWithin(plan, window.from.epochMilliseconds, window.until.epochMilliseconds, Infinity)
}

/** The first `count` slots from now on. Looks a day ahead first, then ever further, and stops when it has enough. */
export function nextSlots(
  calendar: CalendarFacts,
  service: ServiceFacts,
  now: Temporal.Instant,
  count: number,
): Slot[] {
  const plan = planOf(calendar, service, now)
  const slots: Slot[] = []
  let fromMs = plan.earliestMs
  for (let lookMs = DAY_MS; slots.length < count && fromMs <= plan.latestMs; lookMs *= 2) {
    slots.push(...slotsWithin(plan, fromMs, fromMs + lookMs, count - slots.length))
    fromMs += lookMs
  }
  return slots
}

/** Offered exactly when `listSlots` lists it; otherwise the first reason that stands against it. */
export function checkSlot(
  calendar: CalendarFacts,
  service: ServiceFacts,
  start: Temporal.Instant,
  now: Temporal.Instant,
): SlotCheck {
  const plan = planOf(calendar, service, now)
  const startMs = start.epochMilliseconds
  const endMs = startMs + plan.durationMs
  const refused = (reason: SlotRefusal): SlotCheck => ({ offered: false, reason })

  if (startMs < plan.earliestMs) return refused('too_soon')
  if (startMs > plan.latestMs) return refused('too_late')
  const spans = spansAround(plan, startMs, endMs)
  const wallMs = wallClock(spans, startMs)
  if (wallMs >= plan.horizonEndsAtWallMs) return refused('too_late')

  const day = Math.floor(wallMs / DAY_MS)
  const minute = (wallMs - day * DAY_MS) / MINUTE_MS
  const windows = windowsOf(plan, day).filter(
    (each) => each.opensMinute <= minute && minute < each.closesMinute,
  )
  if (windows.length === 0) return refused('closed')
  const whole = start.equals(Temporal.Instant.fromEpochMilliseconds(startMs))
  const aligned = windows.some((each) => (minute - each.opensMinute) % plan.service.stepMinutes === 0)
  if (!whole || !aligned) return refused('not_aligned')
  const { open } = openingsWithin(plan, spans, startMs, endMs)
  if (!open.some((each) => each.startMs <= startMs && endMs <= each.endMs))
    return refused('ends_after_closing')

  const occupied = occupiedMs(plan, startMs)
  const hits = (range: TimeRange) => meets(range, occupied)
  if (calendar.timeOff.some(hits)) return refused('time_off')
  if (calendar.busy.some(hits)) return refused('busy')
  const sessions = calendar.sessions ?? []
  const joinable = sessions.filter((each) => isSameSession(plan, each, startMs))
  if (sessions.some((each) => !isSameSession(plan, each, startMs) && hits(each.occupied)))
    return refused('busy')
  const seatsLeft = joinable.reduce((seats, each) => seats - each.seatsTaken, service.capacity)
  if (seatsLeft <= 0) return refused('full')
  return { offered: true, slot: slotAt(plan, spans, startMs, seatsLeft) }
}

/** What a booking keeps others away from: the service and its buffers. */
export function occupiedRange(service: ServiceFacts, start: Temporal.Instant): TimeRange {
  return timeRange(
    plusMinutes(start, -service.bufferBeforeMinutes),
    plusMinutes(start, service.durationMinutes + service.bufferAfterMinutes),
  )
}

function planOf(calendar: CalendarFacts, service: ServiceFacts, now: Temporal.Instant): Plan {
  assertUsable(calendar, service)
  const nowMs = now.epochMilliseconds
  const today = Math.floor(wallClock(offsetSpans(calendar.timeZone, nowMs, nowMs), nowMs) / DAY_MS)
  const horizonEndsAtWallMs = (today + service.horizonDays + 1) * DAY_MS
  const windowsByWeekday: DayWindow[][] = [[], [], [], [], [], [], [], []]
  for (const rule of calendar.openingRules) windowsByWeekday[rule.weekday]?.push(rule)
  return {
    calendar,
    service,
    durationMs: service.durationMinutes * MINUTE_MS,
    bufferBeforeMs: service.bufferBeforeMinutes * MINUTE_MS,
    bufferAfterMs: service.bufferAfterMinutes * MINUTE_MS,
    stepMs: service.stepMinutes * MINUTE_MS,
    earliestMs: nowMs + service.minimumNoticeMinutes * MINUTE_MS,
    latestMs: horizonEndsAtWallMs + CLOCK_JUMP_MS,
    horizonEndsAtWallMs,
    windowsByWeekday,
    windowsByOverriddenDay: new Map(calendar.overrides.map(({ date, windows }) => [dayOf(date), windows])),
  }
}

/** A step of 0 would never end and a reversed window would open nothing without saying so. */
function assertUsable(calendar: CalendarFacts, service: ServiceFacts): void {
  const atLeast = (least: number, ...values: number[]) =>
    values.every((value) => Number.isSafeInteger(value) && value >= least)
  const { durationMinutes, stepMinutes, capacity, bufferBeforeMinutes, bufferAfterMinutes } = service
  if (
    !atLeast(1, durationMinutes, stepMinutes, capacity) ||
    !atLeast(0, bufferBeforeMinutes, bufferAfterMinutes, service.minimumNoticeMinutes, service.horizonDays)
  ) {
    throw new RangeError(
      `service ${service.id} has a length, step, seat count or limit that is not a usable number`,
    )
  }
  const windows = [...calendar.openingRules, ...calendar.overrides.flatMap((each) => each.windows)]
  for (const { opensMinute, closesMinute } of windows) {
    if (!atLeast(0, opensMinute, closesMinute) || opensMinute >= closesMinute || closesMinute > 1440) {
      throw new RangeError(
        `opening hours must lie within a day and close after they open: ${opensMinute}-${closesMinute}`,
      )
    }
  }
}

function slotsWithin(plan: Plan, fromMs: number, untilMs: number, limit: number): Slot[] {
  const { startsMs, seatsLeft, spans } = offeredStarts(plan, fromMs, untilMs, limit)
  return startsMs.map((startMs) =>
    slotAt(plan, spans, startMs, seatsLeft.get(startMs) ?? plan.service.capacity),
  )
}

/** Walks open time, blocked time and candidates side by side, all in order: no candidate is compared with everything. */
function offeredStarts(plan: Plan, windowFromMs: number, windowUntilMs: number, limit: number) {
  const startsMs: number[] = []
  const seatsLeft = new Map<number, number>()
  const fromMs = Math.max(windowFromMs, plan.earliestMs)
  const untilMs = Math.min(windowUntilMs, plan.latestMs + 1)
  if (fromMs >= untilMs) return { startsMs, seatsLeft, spans: [] }

  const spans = spansAround(plan, fromMs, untilMs + plan.durationMs)
  const { open, candidatesMs } = openingsWithin(plan, spans, fromMs, untilMs)
  const { blocked, sessions, longestSessionMs } = takenWithin(plan, fromMs, untilMs)
  let openAt = 0
  let blockedAt = 0
  let sessionAt = 0
  for (const startMs of candidatesMs) {
    if (startsMs.length >= limit) break
    const endMs = startMs + plan.durationMs
    while (openAt < open.length && open[openAt]!.endMs <= startMs) openAt++
    const stretch = open[openAt]
    if (!stretch || stretch.startMs > startMs || endMs > stretch.endMs) continue

    const occupied = occupiedMs(plan, startMs)
    while (blockedAt < blocked.length && blocked[blockedAt]!.endMs <= occupied.startMs) blockedAt++
    const block = blocked[blockedAt]
    if (block && block.startMs < occupied.endMs) continue

    let seats = plan.service.capacity
    const mayReachMs = occupied.startMs - longestSessionMs
    while (sessionAt < sessions.length && sessions[sessionAt]!.occupiedMs.startMs <= mayReachMs) sessionAt++
    for (
      let at = sessionAt;
      at < sessions.length && sessions[at]!.occupiedMs.startMs < occupied.endMs;
      at++
    ) {
      const session = sessions[at]!
      if (session.startMs === startMs) seats -= session.seatsTaken
      else if (session.occupiedMs.endMs > occupied.startMs) seats = 0
      if (seats <= 0) break
    }
    if (seats <= 0) continue
    if (seats !== plan.service.capacity) seatsLeft.set(startMs, seats)
    startsMs.push(startMs)
  }
  return { startsMs, seatsLeft, spans }
}

/**
 * Open time as merged stretches, and every start on the steps, in order. Works on readings of the wall clock: a window
 * of a date is one range of readings, and each span of constant offset has some part of it, or none.
 */
function openingsWithin(plan: Plan, spans: readonly OffsetSpan[], fromMs: number, untilMs: number) {
  const open: Stretch[] = []
  const candidatesMs: number[] = []
  let inOrder = true
  for (const day of localDays(spans, fromMs, untilMs + plan.durationMs)) {
    const midnightMs = day * DAY_MS
    for (const window of windowsOf(plan, day)) {
      const opensMs = midnightMs + window.opensMinute * MINUTE_MS
      const closesMs = midnightMs + window.closesMinute * MINUTE_MS
      for (const { startMs, endMs, offsetMs } of spans) {
        const pieceFromMs = Math.max(opensMs, startMs + offsetMs)
        const pieceUntilMs = Math.min(closesMs, endMs + offsetMs)
        if (pieceFromMs >= pieceUntilMs) continue
        const last = open.at(-1)
        if (last && last.startMs > pieceFromMs - offsetMs) inOrder = false
        open.push({ startMs: pieceFromMs - offsetMs, endMs: pieceUntilMs - offsetMs })

        const firstMs = Math.max(pieceFromMs, fromMs + offsetMs)
        const stopMs = Math.min(pieceUntilMs, untilMs + offsetMs, plan.horizonEndsAtWallMs)
        let wallMs = opensMs + Math.ceil((firstMs - opensMs) / plan.stepMs) * plan.stepMs
        for (; wallMs < stopMs; wallMs += plan.stepMs) {
          const candidateMs = wallMs - offsetMs
          if (candidatesMs.length > 0 && candidateMs <= candidatesMs.at(-1)!) inOrder = false
          candidatesMs.push(candidateMs)
        }
      }
    }
  }
  if (inOrder) return { open: merged(open), candidatesMs }
  // Overlapping windows, or a clock set back: the same start may have come up twice, or a later one first.
  open.sort(byStart)
  const unique = [...new Set(candidatesMs)].sort((one, other) => one - other)
  return { open: merged(open), candidatesMs: unique }
}

/** Sessions of the same service stay apart from the rest: whether one blocks depends on who asks. */
function takenWithin(plan: Plan, fromMs: number, untilMs: number) {
  const { calendar, service } = plan
  const reach = { startMs: occupiedMs(plan, fromMs).startMs, endMs: occupiedMs(plan, untilMs).endMs }
  const blocked: Stretch[] = []
  const block = (range: TimeRange) => {
    const stretch = stretchOf(range)
    if (stretch.startMs < reach.endMs && reach.startMs < stretch.endMs) blocked.push(stretch)
  }
  calendar.timeOff.forEach(block)
  calendar.busy.forEach(block)
  const sessions: { startMs: number; occupiedMs: Stretch; seatsTaken: number }[] = []
  let longestSessionMs = 0
  for (const { serviceId, start, occupied, seatsTaken } of calendar.sessions ?? []) {
    if (serviceId !== service.id) {
      block(occupied)
      continue
    }
    const session = { startMs: start.epochMilliseconds, occupiedMs: stretchOf(occupied), seatsTaken }
    longestSessionMs = Math.max(longestSessionMs, session.occupiedMs.endMs - session.occupiedMs.startMs)
    sessions.push(session)
  }
  sessions.sort((one, other) => one.occupiedMs.startMs - other.occupiedMs.startMs)
  return { blocked: merged(blocked.sort(byStart)), sessions, longestSessionMs }
}

function isSameSession(plan: Plan, session: Session, startMs: number): boolean {
  return session.serviceId === plan.service.id && session.start.epochMilliseconds === startMs
}

function slotAt(plan: Plan, spans: readonly OffsetSpan[], startMs: number, seatsLeft: number): Slot {
  const wallMs = wallClock(spans, startMs)
  return {
    start: Temporal.Instant.fromEpochMilliseconds(startMs),
    end: Temporal.Instant.fromEpochMilliseconds(startMs + plan.durationMs),
    localDate: dateOf(wallMs),
    localTime: timeOf(wallMs),
    offset: offsetText(wallMs - startMs),
    repeated: spans.some((span) => isRead(span, wallMs) && wallMs - span.offsetMs !== startMs),
    seatsLeft,
  }
}

/** With a jump's room on both sides, so that the other reading of a repeated time is always in sight. */
function spansAround(plan: Plan, fromMs: number, untilMs: number): OffsetSpan[] {
  return offsetSpans(plan.calendar.timeZone, fromMs - CLOCK_JUMP_MS, untilMs + CLOCK_JUMP_MS)
}

function windowsOf(plan: Plan, day: number): readonly DayWindow[] {
  // 1970-01-01 was a Thursday, ISO weekday 4.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1
  return plan.windowsByOverriddenDay.get(day) ?? plan.windowsByWeekday[weekday]!
}

function dayOf(date: string): number {
  return Temporal.Instant.from(`${date}T00:00Z`).epochMilliseconds / DAY_MS
}

function occupiedMs(plan: Plan, startMs: number): Stretch {
  return { startMs: startMs - plan.bufferBeforeMs, endMs: startMs + plan.durationMs + plan.bufferAfterMs }
}

function stretchOf(range: TimeRange): Stretch {
  return { startMs: range.start.epochMilliseconds, endMs: range.end.epochMilliseconds }
}

function meets(range: TimeRange, occupied: Stretch): boolean {
  return range.start.epochMilliseconds < occupied.endMs && occupied.startMs < range.end.epochMilliseconds
}

function merged(sorted: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = []
  for (const { startMs, endMs } of sorted) {
    const last = result.at(-1)
    if (last && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs)
    else result.push({ startMs, endMs })
  }
  return result
}

function byStart(one: Stretch, other: Stretch): number {
  return one.startMs - other.startMs
}
