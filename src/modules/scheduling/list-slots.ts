import type { ServiceId } from '#src/kernel/ids.ts'
import { laterOf, Temporal } from '#src/kernel/time.ts'
import { timeRange, type TimeRange } from '#src/kernel/time-range.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { checkSlot, listSlotStarts, nextSlots, type ServiceFacts } from './domain/slots.ts'
import { loadSchedules, type Schedule } from './load-schedules.ts'
import { listSlotViews, listStartViews, toSlotView, type SlotView, type StartView } from './slot-view.ts'

export interface SlotList {
  timeZone: string
  slots: SlotView[]
}

/**
 * The slots of one service that start in `window`. A service that cannot be booked at the moment has none.
 * @throws service.not_found for one that is not public, booking.extra_not_found for an extra that is not offered.
 */
export async function listSlotsOfService(
  db: Queryable,
  serviceId: ServiceId,
  window: { from: Temporal.Instant; until: Temporal.Instant },
  now: Temporal.Instant,
  extraIds: readonly string[] = [],
): Promise<SlotList> {
  const schedule = await loadSchedule(db, serviceId, timeRange(window.from, window.until), extraIds)
  const slots = schedule.bookable ? listSlotViews(schedule.calendar, schedule.service, window, now) : []
  return { timeZone: schedule.calendar.timeZone, slots }
}

export interface StartList {
  timeZone: string
  /** Of the service with the extras asked for. */
  durationMinutes: number
  slots: StartView[]
}

/** The same as {@link listSlotsOfService}, as the API says it. */
export async function listStartsOfService(
  db: Queryable,
  serviceId: ServiceId,
  window: { from: Temporal.Instant; until: Temporal.Instant },
  now: Temporal.Instant,
  extraIds: readonly string[] = [],
): Promise<StartList> {
  const { bookable, calendar, service } = await loadSchedule(
    db,
    serviceId,
    timeRange(window.from, window.until),
    extraIds,
  )
  return {
    timeZone: calendar.timeZone,
    durationMinutes: service.durationMinutes,
    slots: bookable ? listStartViews(calendar, service, window, now) : [],
  }
}

/** The first `count` slots of one service from now on. */
export async function nextSlotsOfService(
  db: Queryable,
  serviceId: ServiceId,
  now: Temporal.Instant,
  count: number,
): Promise<SlotList> {
  const found = await nextSlotsOfServices(db, [serviceId], now, count)
  const slots = found.get(serviceId)
  if (!slots) throw refuse('service.not_found')
  return slots
}

/** Most calendars have free time within days; only those that do not are read further. Each booking on the way costs. */
const LOOK_AHEAD_DAYS = [4, 28, 366] as const

/** The first `count` slots of each service, in one query, or some more where a calendar is nearly full. Services that are not public are left out. */
export async function nextSlotsOfServices(
  db: Queryable,
  serviceIds: readonly ServiceId[],
  now: Temporal.Instant,
  count: number,
): Promise<Map<ServiceId, SlotList>> {
  const found = new Map<ServiceId, SlotList>()
  let missing = serviceIds
  for (const days of LOOK_AHEAD_DAYS) {
    if (missing.length === 0) break
    const until = now.add({ hours: days * 24 })
    const schedules = await loadSchedules(db, missing, timeRange(now, until))
    for (const [serviceId, { visible, bookable, calendar, service }] of schedules) {
      if (!visible) continue
      // Beyond `until` bookings are not known, so a slot found there does not count yet.
      const slots = bookable
        ? nextSlots(calendar, service, now, count).filter(
            (slot) => slot.start.epochMilliseconds < until.epochMilliseconds,
          )
        : []
      found.set(serviceId, { timeZone: calendar.timeZone, slots: slots.map(toSlotView) })
    }
    missing = missing.filter(
      (id) => schedules.get(id)?.bookable && (found.get(id)?.slots.length ?? 0) < count,
    )
  }
  return found
}

/** What of a service is frozen on its bookings. */
type BookedFacts = Pick<ServiceFacts, 'durationMinutes' | 'bufferBeforeMinutes' | 'bufferAfterMinutes'>

/** Looked at on both sides of the time that was lost. */
const ALTERNATIVES_DAYS = 7
const ALTERNATIVES_MAX = 5

/**
 * The free slots nearest to `startsAt`, in order of time: what to offer somebody whose slot is gone.
 * @param booked what of the service differs from its present offer: the duration with extras, or that of an older booking.
 */
export async function alternativesNear(
  db: Queryable,
  serviceId: ServiceId,
  startsAt: Temporal.Instant,
  now: Temporal.Instant,
  booked: Partial<BookedFacts> = {},
): Promise<SlotView[]> {
  const reach = { hours: 24 * ALTERNATIVES_DAYS }
  const from = laterOf(startsAt.subtract(reach), now)
  const until = laterOf(startsAt.add(reach), from.add(reach))
  const schedule = (await loadSchedules(db, [serviceId], timeRange(from, until))).get(serviceId)
  if (!schedule?.bookable) return []
  const service = { ...schedule.service, ...booked }
  // Many may have lost the same time at once: only the few that are shown become slots.
  const distanceMs = (startMs: number) => Math.abs(startMs - startsAt.epochMilliseconds)
  return listSlotStarts(schedule.calendar, service, { from, until }, now)
    .sort((one, other) => distanceMs(one) - distanceMs(other))
    .slice(0, ALTERNATIVES_MAX)
    .sort((one, other) => one - other)
    .flatMap((startMs) => {
      const check = checkSlot(
        schedule.calendar,
        service,
        Temporal.Instant.fromEpochMilliseconds(startMs),
        now,
      )
      return check.offered ? [toSlotView(check.slot)] : []
    })
}

async function loadSchedule(
  db: Queryable,
  serviceId: ServiceId,
  around: TimeRange,
  extraIds: readonly string[],
): Promise<Schedule> {
  const schedule = (await loadSchedules(db, [serviceId], around, extraIds)).get(serviceId)
  if (!schedule?.visible) throw refuse('service.not_found')
  if (schedule.extrasFound !== new Set(extraIds).size) throw refuse('booking.extra_not_found')
  return schedule
}
