import type { ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { timeRange, type TimeRange } from '#src/kernel/time-range.ts'
import {
  listSlots,
  listSlotStarts,
  loadSchedules,
  toSlotView,
  type Schedule,
  type SlotView,
} from '#src/modules/scheduling/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import {
  findCandidates,
  type Candidate,
  type CandidateFilters,
  type CategoryCount,
  type From,
  type Position,
  type WantedTime,
} from './find-candidates.ts'
import type { Sort } from './search-input.ts'

export interface FreeCandidate extends Candidate {
  /** The service to show. */
  readonly serviceId: ServiceId
  /** What to offer on the card; null: whatever is next. */
  readonly slots: SlotView[] | null
}

/** Where a page ends, in the order of what the engine says, and where the candidates of the next begin. */
export type JudgedEnd = Position & { readonly from: Position }

interface Judged {
  readonly page: FreeCandidate[]
  readonly end: JudgedEnd | null
  readonly total: number
  readonly totalIsExact: boolean
  /** Counted before the engine judged. */
  readonly categories: readonly CategoryCount[]
}

interface JudgeOptions {
  sort: Sort
  wanted: WantedTime | null
  now: Temporal.Instant
  limit: number
  after: JudgedEnd | null
  slotsPerProvider: number
}

/** One query and one run of the engine for this many providers at a time; grows while pages stay empty. */
const BATCH = 40
const BATCH_MAX = 200
/**
 * Bounds one request. Whoever wants more goes to the next page. Where so many are judged before a page is full the order is that of
 * the judged, and who comes later and stands before them is left out: on days beyond the openings, with more than this free.
 */
const JUDGED_MAX = 1_000
/** Without a date the soonest are looked for among these days; who is full until then cannot be soonest. */
const SOONEST_DAYS = 14

/**
 * One page of those who have the wanted time free, judged by the slot engine. Candidates come in the order of a key that is never
 * more than what the engine says (the price of the cheapest service that may be free, the first quarter of an hour that may be), so
 * whoever is judged to stand before the last candidate stands before all that are still to come.
 */
export async function judgeByTime(
  db: Queryable,
  filters: Omit<CandidateFilters, 'time'>,
  options: JudgeOptions,
): Promise<Judged> {
  const { sort, wanted, now, limit, after } = options
  const time = wanted ? { now, wanted } : { now, until: now.add({ hours: 24 * SOONEST_DAYS }) }
  const free: JudgedCandidate[] = []
  let from: From | null = after && { position: after.from, itself: true }
  let reached: Position | null = null
  let total = 0
  let categories: readonly CategoryCount[] = []
  for (let judged = 0, batch = BATCH; ; batch = Math.min(batch * 2, BATCH_MAX)) {
    const withCategories = judged === 0
    const found = await findCandidates(db, { ...filters, time }, { sort, from, limit: batch, withCategories })
    if (withCategories) ({ total, categories } = found)
    const judgedFree = await keepFree(db, found.candidates, options)
    free.push(...judgedFree.filter((each) => after === null || isBehind(positionOf(each), after)))
    free.sort((one, other) => compare(positionOf(one), positionOf(other)))
    judged += found.candidates.length
    const last = found.candidates.at(-1)
    if (last) reached = positionOf(last)
    const isWhole = found.candidates.length < batch
    const isOver = isWhole || judged >= JUDGED_MAX
    const ready = isOver ? free : free.filter((each) => reached && !isBehind(positionOf(each), reached))
    // One more than asked for proves that there is a next page.
    if (isOver || ready.length > limit) {
      const page = ready.slice(0, limit)
      const isEnd = isWhole && free.length <= limit
      const everybody = isWhole && after === null
      return {
        page,
        end: isEnd || !reached ? null : endOf(page, free.slice(page.length), after, reached),
        total: everybody ? free.length : total,
        totalIsExact: everybody,
        categories,
      }
    }
    from = reached && { position: reached, itself: false }
  }
}

/** The next page begins behind the last of this one, and looks again at those who were judged and did not fit on it. */
function endOf(
  page: readonly JudgedCandidate[],
  left: readonly JudgedCandidate[],
  after: Position | null,
  reached: Position,
): JudgedEnd {
  const last = page.at(-1)
  const { key, id } = last ? positionOf(last) : (after ?? BEFORE_ALL)
  const from = left
    .map(({ bound }) => bound)
    .reduce((one, other) => (isBehind(one, other) ? other : one), reached)
  return { key, id, from }
}

const BEFORE_ALL: Position = { key: Number.MIN_SAFE_INTEGER, id: '00000000-0000-0000-0000-000000000000' }

function positionOf({ key, providerId }: Candidate): Position {
  return { key, id: providerId }
}

function isBehind(one: Position, other: Position): boolean {
  return compare(one, other) > 0
}

function compare(one: Position, other: Position): number {
  return one.key - other.key || (one.id === other.id ? 0 : one.id < other.id ? -1 : 1)
}

/** As the engine says, and where it stood as a candidate. */
interface JudgedCandidate extends FreeCandidate {
  readonly bound: Position
}

async function keepFree(
  db: Queryable,
  candidates: readonly Candidate[],
  options: JudgeOptions,
): Promise<JudgedCandidate[]> {
  if (candidates.length === 0) return []
  const { wanted, now } = options
  const around = wanted ? aroundDate(wanted.date) : timeRange(now, now.add({ hours: 24 * SOONEST_DAYS }))
  const schedules = await loadSchedules(
    db,
    candidates.flatMap(({ serviceIds }) => serviceIds),
    around,
  )
  const windows = new Map<string, TimeRange | null>()
  const windowIn = (timeZone: string) => {
    if (!wanted) return around
    const known = windows.get(timeZone)
    if (known !== undefined) return known
    const window = windowOf(wanted, timeZone)
    windows.set(timeZone, window)
    return window
  }
  return candidates.flatMap((candidate) => {
    const free = judge(candidate, schedules, windowIn, options)
    return free ? [{ ...free, bound: positionOf(candidate) }] : []
  })
}

function judge(
  candidate: Candidate,
  schedules: ReadonlyMap<ServiceId, Schedule>,
  windowIn: (timeZone: string) => TimeRange | null,
  { sort, wanted, now, slotsPerProvider }: JudgeOptions,
): FreeCandidate | null {
  let best: {
    serviceId: ServiceId
    schedule: Schedule
    window: TimeRange
    startMs: number
    priceMinor: number
  } | null = null
  for (const [index, serviceId] of candidate.serviceIds.entries()) {
    const schedule = schedules.get(serviceId)
    const open = schedule?.bookable ? windowIn(schedule.calendar.timeZone) : null
    const window = schedule && open && startsWithin(open, schedule, wanted)
    if (!schedule || !window) continue
    const [startMs] = listSlotStarts(
      schedule.calendar,
      schedule.service,
      { from: window.start, until: window.end },
      now,
      1,
    )
    if (startMs === undefined) continue
    if (best === null || (sort === 'soonest' && startMs < best.startMs)) {
      best = { serviceId, schedule, window, startMs, priceMinor: candidate.pricesMinor[index] ?? 0 }
    }
    if (sort !== 'soonest') break
  }
  if (!best) return null
  const { serviceId, schedule, window, startMs, priceMinor } = best
  const key = sort === 'soonest' ? startMs / 1000 : sort === 'price' ? priceMinor : candidate.key
  if (!wanted) return { ...candidate, key, serviceId, slots: null }
  const slots = listSlots(schedule.calendar, schedule.service, { from: window.start, until: window.end }, now)
  return { ...candidate, key, serviceId, slots: slots.slice(0, slotsPerProvider).map(toSlotView) }
}

/** The starts from which the service ends in time. Null: it does not fit at all. */
function startsWithin(open: TimeRange, { service }: Schedule, wanted: WantedTime | null): TimeRange | null {
  if (wanted?.timeUntil == null) return open
  const lastStart = open.end.subtract({ minutes: service.durationMinutes })
  const until = lastStart.add({ milliseconds: 1 }) // the last start is one of them
  return Temporal.Instant.compare(open.start, until) < 0 ? { start: open.start, end: until } : null
}

/** The wanted window as instants, or null where the clock skipped all of it. */
function windowOf({ date, timeFrom, timeUntil }: WantedTime, timeZone: string): TimeRange | null {
  const day = Temporal.PlainDate.from(date)
  const at = (on: Temporal.PlainDate, time: string) =>
    on.toZonedDateTime({ timeZone, plainTime: time }).toInstant()
  const start = at(day, timeFrom ?? '00:00')
  const end =
    timeUntil === null || timeUntil === '24:00' ? at(day.add({ days: 1 }), '00:00') : at(day, timeUntil)
  return Temporal.Instant.compare(start, end) < 0 ? { start, end } : null
}

/** Every instant that some zone calls this date. */
function aroundDate(date: string): TimeRange {
  const noon = Temporal.Instant.from(`${date}T12:00Z`)
  return timeRange(noon.subtract({ hours: 26 }), noon.add({ hours: 26 }))
}
