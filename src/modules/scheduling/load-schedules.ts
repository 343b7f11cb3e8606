import { sql } from 'drizzle-orm'
import type { ServiceId } from '#src/kernel/ids.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import {
  calendarFactsSql,
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
  service_id: ServiceId
  visible: boolean
  payable: boolean
  time_zone: string
  service_facts: ServiceFacts
  calendar_facts: CalendarFactsJson
  extra_count: number
  extra_minutes: number
}

/** The schedules of many services in one query, live bookings included. `extraIds` lengthen the services they belong to. */
export async function loadSchedules(
  db: Queryable,
  serviceIds: readonly ServiceId[],
  around: TimeRange,
  extraIds: readonly string[] = [],
): Promise<Map<ServiceId, Schedule>> {
  const { rows } = await db.execute<Row>(sql`
    select s.id as service_id, s.active and p.status = 'live' as visible, p.payout_account_ready as payable, p.time_zone,
      ${SERVICE_FACTS_SQL} as service_facts,
      ${calendarFactsSql(sql`c.id`, around, { bookings: true })} as calendar_facts,
      ${extraIds.length === 0 ? sql`0 as extra_count, 0 as extra_minutes` : sql`e.extra_count, e.extra_minutes`}
    from services s join providers p on p.id = s.provider_id join calendars c on c.provider_id = p.id
    ${
      extraIds.length === 0
        ? sql``
        : sql`cross join lateral (
            select count(*)::int as extra_count, coalesce(sum(x.extra_minutes), 0)::int as extra_minutes
            from service_extras x where x.service_id = s.id and x.active and x.id = any(${sql.param(extraIds)}::uuid[])) e`
    }
    where s.id = any(${sql.param(serviceIds)}::uuid[])`)
  return new Map(
    rows.map((row) => [
      row.service_id,
      {
        bookable: row.visible && row.payable,
        visible: row.visible,
        service: withExtraMinutes(row.service_facts, row.extra_minutes),
        calendar: toCalendarFacts(row.time_zone, row.calendar_facts),
        extrasFound: row.extra_count,
      },
    ]),
  )
}
