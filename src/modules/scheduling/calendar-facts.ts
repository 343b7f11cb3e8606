import { sql, type SQL } from 'drizzle-orm'
import { LIVE_STATES } from '#src/kernel/booking-states.ts'
import { isoText, plusMinutes, Temporal } from '#src/kernel/time.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import { BUFFER_MINUTES_MAX, DURATION_MINUTES_MAX, EXTRA_MINUTES_MAX, EXTRAS_MAX } from './domain/limits.ts'
import type { DayWindow, Weekday } from './domain/opening-hours.ts'
import type { CalendarFacts, ServiceFacts, Session } from './domain/slots.ts'

// Times leave the database as epoch milliseconds inside one JSON value per calendar: a month of one calendar is one row,
// and nothing is parsed twice.

/** Where a start lies in the range, what it occupies may reach this far out of it: the longest service with all that can be added. */
const REACH_BEFORE_MINUTES = BUFFER_MINUTES_MAX
const REACH_AFTER_MINUTES = DURATION_MINUTES_MAX + EXTRAS_MAX * EXTRA_MINUTES_MAX + BUFFER_MINUTES_MAX
/** A local date may differ from the date in UTC by one, and where a date is repeated or left out by one more. */
const OVERRIDE_REACH_DAYS = 2

type Milliseconds = readonly [startMs: number, endMs: number]
type BookedRow = readonly [
  serviceId: string,
  startsMs: number,
  fromMs: number,
  untilMs: number,
  capacity: number,
]

/** What {@link calendarFactsSql} selects. */
export interface CalendarFactsJson {
  readonly rules: readonly (readonly [Weekday, number, number])[] | null
  readonly overrides: readonly (readonly [string, readonly DayWindow[]])[] | null
  readonly timeOff: readonly Milliseconds[] | null
  readonly busy: readonly Milliseconds[] | null
  readonly booked: readonly BookedRow[] | null
}

export interface CalendarFactsOptions {
  /** Live bookings are left out where the database's own constraint decides about them. */
  bookings: boolean
}

const FROM = sql`${sql.placeholder('factsFrom')}::timestamptz`
const UNTIL = sql`${sql.placeholder('factsUntil')}::timestamptz`

/** What stands in the placeholders of {@link calendarFactsSql} for starts in `around`. */
export function factsAround({ start, end }: TimeRange): { factsFrom: string; factsUntil: string } {
  return {
    factsFrom: isoText(plusMinutes(start, -REACH_BEFORE_MINUTES)),
    factsUntil: isoText(plusMinutes(end, REACH_AFTER_MINUTES)),
  }
}

/** Written out and not passed: the index of the constraint is of these very words. */
const LIVE = sql.raw(LIVE_STATES.map((state) => `'${state}'`).join(', '))

/**
 * One JSON object with everything about the calendar `calendarId` (an SQL expression) that decides over starts in a range,
 * for a prepared statement: the range is that of {@link factsAround}. The states are those of the constraint
 * bookings_no_overlap, so that its index answers.
 */
export function calendarFactsSql(calendarId: SQL, options: CalendarFactsOptions): SQL {
  const range = sql`tstzrange(${FROM}, ${UNTIL})`
  const booked = options.bookings
    ? sql`(select json_agg(json_build_array(b.service_id, ${ms(sql`b.starts_at`)}, ${ms(sql`lower(b.occupied)`)},
            ${ms(sql`upper(b.occupied)`)}, b.capacity))
           from bookings b where b.calendar_id = ${calendarId} and b.occupied && ${range}
             and b.state in (${LIVE}))`
    : sql`null`
  return sql`json_build_object(
    'rules', (select json_agg(json_build_array(r.weekday, r.opens_minute, r.closes_minute))
              from opening_rules r where r.calendar_id = ${calendarId}),
    'overrides', (select json_agg(json_build_array(o.on_date, o.windows)) from date_overrides o
              where o.calendar_id = ${calendarId}
                and o.on_date between (${FROM} at time zone 'UTC')::date - ${OVERRIDE_REACH_DAYS}::int
                and (${UNTIL} at time zone 'UTC')::date + ${OVERRIDE_REACH_DAYS}::int),
    'timeOff', (select json_agg(json_build_array(${ms(sql`lower(t.during)`)}, ${ms(sql`upper(t.during)`)}))
              from time_off t where t.calendar_id = ${calendarId} and t.during && ${range}),
    'busy', (select json_agg(json_build_array(${ms(sql`lower(t.during)`)}, ${ms(sql`upper(t.during)`)}))
              from busy_times t where t.calendar_id = ${calendarId} and t.during && ${range}),
    'booked', ${booked})`
}

function ms(instant: SQL): SQL {
  return sql`(extract(epoch from ${instant}) * 1000)::bigint`
}

/** The slot engine's view of a calendar. */
export function toCalendarFacts(timeZone: string, json: CalendarFactsJson): CalendarFacts {
  const busy = (json.busy ?? []).map(toRange)
  const sessions: Session[] = []
  for (const [serviceId, startsMs, fromMs, untilMs, capacity] of json.booked ?? []) {
    if (capacity === 1) busy.push(toRange([fromMs, untilMs]))
    else
      sessions.push({
        serviceId,
        start: toInstant(startsMs),
        occupied: toRange([fromMs, untilMs]),
        seatsTaken: 1,
      })
  }
  return {
    timeZone,
    openingRules: (json.rules ?? []).map(([weekday, opensMinute, closesMinute]) => ({
      weekday,
      opensMinute,
      closesMinute,
    })),
    overrides: (json.overrides ?? []).map(([date, windows]) => ({ date, windows })),
    timeOff: (json.timeOff ?? []).map(toRange),
    busy,
    sessions,
  }
}

function toRange([startMs, endMs]: Milliseconds): TimeRange {
  return { start: toInstant(startMs), end: toInstant(endMs) }
}

function toInstant(epochMs: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
}

/** The columns of `services s` that the slot engine needs, as one JSON object. */
export const SERVICE_FACTS_SQL = sql`json_build_object(
  'id', s.id, 'durationMinutes', s.duration_minutes, 'bufferBeforeMinutes', s.buffer_before_minutes,
  'bufferAfterMinutes', s.buffer_after_minutes, 'stepMinutes', s.step_minutes,
  'minimumNoticeMinutes', s.minimum_notice_minutes, 'horizonDays', s.horizon_days, 'capacity', s.capacity)`

/** The service as it is with extras that take time. */
export function withExtraMinutes(service: ServiceFacts, extraMinutes: number): ServiceFacts {
  return extraMinutes === 0
    ? service
    : { ...service, durationMinutes: service.durationMinutes + extraMinutes }
}
