import { sql, type SQL } from 'drizzle-orm'
import type { ServiceId } from '#src/kernel/ids.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import {
  calendarFactsSql,
  factsAround,
  SERVICE_FACTS_SQL,
  toCalendarFacts,
  withExtraMinutes,
  type CalendarFactsJson,
} from './calendar-facts.ts'
import type { CalendarFacts, ServiceFacts } from './domain/slots.ts'

/** What the slot engine needs to know of one service. */
export interface Schedule {
  /** Active, of a live provider that can be paid. A service that is not offers no slots. */
  readonly bookable: boolean
  /** Active, and of a provider whose page is public. */
  readonly visible: boolean
  readonly service: ServiceFacts
  readonly calendar: CalendarFacts
  /** How many of the extras asked for are on offer. */
  readonly extrasFound: number
}

interface Row extends Record<string, unknown> {
  live: boolean
  payable: boolean
  time_zone: string
  calendar_facts: CalendarFactsJson
  services: { active: boolean; facts: ServiceFacts; extraCount: number; extraMinutes: number }[]
}

interface Values extends Record<string, unknown> {
  readonly extraIds: readonly string[]
  readonly factsFrom: string
  readonly factsUntil: string
}

function selectSchedules(ofServices: SQL): SQL {
  return sql`
    select p.status = 'live' as live, p.payout_account_ready as payable, p.time_zone, s.services,
      ${calendarFactsSql(sql`c.id`, { bookings: true })} as calendar_facts
    from (
      select s.provider_id, json_agg(json_build_object('active', s.active, 'facts', ${SERVICE_FACTS_SQL},
        'extraCount', e.extra_count, 'extraMinutes', e.extra_minutes)) as services
      from services s
      cross join lateral (
        select count(*)::int as extra_count, coalesce(sum(x.extra_minutes), 0)::int as extra_minutes
        from service_extras x where x.service_id = s.id and x.active and x.id = any(${sql.placeholder('extraIds')}::uuid[])) e
      where ${ofServices} group by s.provider_id) s
    join providers p on p.id = s.provider_id join calendars c on c.provider_id = p.id`
}

// One service has a statement of its own: a plan for any number of services looks so much worse than one for the single
// service asked for that PostgreSQL would plan anew each time, and planning takes three times as long as reading.
const selectOne = prepared<Values & { serviceId: ServiceId }, Row>(() =>
  selectSchedules(sql`s.id = ${sql.placeholder('serviceId')}::uuid`),
)
const selectMany = prepared<Values & { serviceIds: readonly ServiceId[] }, Row>(() =>
  selectSchedules(sql`s.id = any(${sql.placeholder('serviceIds')}::uuid[])`),
)

/**
 * The schedules of many services in one query, live bookings included: a calendar is read once, whichever of its services
 * are asked about. `extraIds` lengthen the services they belong to.
 */
export async function loadSchedules(
  db: Queryable,
  serviceIds: readonly ServiceId[],
  around: TimeRange,
  extraIds: readonly string[] = [],
): Promise<Map<ServiceId, Schedule>> {
  const values = { extraIds, ...factsAround(around) }
  const [serviceId, ...others] = serviceIds
  const { rows } =
    serviceId !== undefined && others.length === 0
      ? await selectOne(db, { serviceId, ...values })
      : await selectMany(db, { serviceIds, ...values })
  return new Map(
    rows.flatMap((row) => {
      const calendar = toCalendarFacts(row.time_zone, row.calendar_facts)
      return row.services.map(({ active, facts, extraCount, extraMinutes }): [ServiceId, Schedule] => {
        const visible = row.live && active
        const service = withExtraMinutes(facts, extraMinutes)
        return [
          facts.id as ServiceId,
          { bookable: visible && row.payable, visible, service, calendar, extrasFound: extraCount },
        ]
      })
    }),
  )
}
