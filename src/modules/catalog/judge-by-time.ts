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
  type Position,
} from './find-candidates.ts'
import type { Sort } from './search-input.ts'

/** On the provider's clock: the service starts on the date, not before `timeFrom`, and ends not after `timeUntil`. */
export interface WantedTime {
  readonly date: string
  readonly timeFrom: string | null
  readonly timeUntil: string | null
}

export interface FreeCandidate extends Candidate {
  /** The service to show. */
  readonly serviceId: ServiceId
  /** What to offer on the card; null: whatever is next. */
  readonly slots: SlotView[] | null
}

interface Judged {
  readonly page: FreeCandidate[]
  readonly end: Position | null
  readonly total: number
  readonly totalIsExact: boolean
  /** Who passes everything but the time. */
  readonly matches: number
  /** Counted before the time was judged. */
  readonly categories: readonly CategoryCount[]
}

interface JudgeOptions {
  sort: Sort
  wanted: WantedTime | null
  now: Temporal.Instant
  limit: number
  after: Position | null
  slotsPerProvider: number
}

/** One query and one run of the engine for this many providers at a time; grows while pages stay empty. */
const BATCH = 40
const BATCH_MAX = 200
/** Bounds one request. Whoever wants more goes to the next page. */
const JUDGED_MAX = 1_000
/** Without a date the soonest are looked for among these days; who is full until then cannot be soonest. */
const SOONEST_DAYS = 14

/** Keeps the candidates that have the wanted time free, judged by the slot engine, until the page is full. */
export async function judgeByTime(
  db: Queryable,
  filters: CandidateFilters,
  options: JudgeOptions,
): Promise<Judged> {
  // The order by price or by time is known only after judging: the service that is free may not be the cheapest.
  const { sort } = options
  return sort === 'soonest' || sort === 'price'
    ? judgeThenSort(db, filters, { ...options, sort })
    : judgeInOrder(db, filters, { ...options, sort })
}

async function judgeInOrder(
  db: Queryable,
  filters: CandidateFilters,
  options: JudgeOptions & { sort: 'relevance' | 'rating' | 'distance' },
): Promise<Judged> {
  const page: FreeCandidate[] = []
  let { after } = options
  let judged = 0
  let total = 0
  let categories: readonly CategoryCount[] = []
  for (let batch = BATCH; ; batch = Math.min(batch * 2, BATCH_MAX)) {
    const found = await findCandidates(db, filters, {
      sort: options.sort,
      after,
      limit: batch,
      withCategories: judged === 0,
    })
    if (judged === 0) ({ total, categories } = found)
    for (const free of await keepFree(db, found.candidates, options)) {
      // One more than asked for proves that there is a next page.
      if (page.length === options.limit)
        return { page, end: positionOf(page), total, totalIsExact: false, matches: total, categories }
      page.push(free)
    }
    judged += found.candidates.length
    const last = found.candidates.at(-1)
    if (!last || found.candidates.length < batch) {
      const whole = options.after === null
      return {
        page,
        end: null,
        total: whole ? page.length : total,
        totalIsExact: whole,
        matches: total,
        categories,
      }
    }
    after = { key: last.key, id: last.providerId }
    if (judged >= JUDGED_MAX)
      return { page, end: after, total, totalIsExact: false, matches: total, categories }
  }
}

function positionOf(page: readonly FreeCandidate[]): Position | null {
  const last = page.at(-1)
  return last ? { key: last.key, id: last.providerId } : null
}

async function judgeThenSort(
  db: Queryable,
  filters: CandidateFilters,
  options: JudgeOptions & { sort: 'soonest' | 'price' },
): Promise<Judged> {
  // Of more than can be judged, those that fit best.
  const sort = options.sort === 'soonest' ? 'relevance' : 'price'
  const { candidates, total, categories } = await findCandidates(db, filters, {
    sort,
    after: null,
    limit: JUDGED_MAX,
    withCategories: true,
  })
  const free: FreeCandidate[] = []
  for (let at = 0; at < candidates.length; at += BATCH_MAX) {
    free.push(...(await keepFree(db, candidates.slice(at, at + BATCH_MAX), options)))
  }
  const { after, limit } = options
  const rest = free.filter((each) => after === null || isBehind(each, after)).sort(byKeyThenId)
  const page = rest.slice(0, limit)
  const exact = total <= JUDGED_MAX
  return {
    page,
    end: rest.length > limit ? positionOf(page) : null,
    total: exact ? free.length : total,
    totalIsExact: exact,
    matches: total,
    categories,
  }
}

function isBehind(candidate: FreeCandidate, position: Position): boolean {
  return (
    candidate.key > position.key || (candidate.key === position.key && candidate.providerId > position.id)
  )
}

function byKeyThenId(one: FreeCandidate, other: FreeCandidate): number {
  return one.key - other.key || (one.providerId < other.providerId ? -1 : 1)
}

async function keepFree(
  db: Queryable,
  candidates: readonly Candidate[],
  options: JudgeOptions,
): Promise<FreeCandidate[]> {
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
  return candidates.flatMap((candidate) => judge(candidate, schedules, windowIn, options) ?? [])
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
