import { sql } from 'drizzle-orm'
import type { CalendarId, ProviderId, ServiceId, UserId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import {
  calendarFactsSql,
  factsAround,
  SERVICE_FACTS_SQL,
  toCalendarFacts,
  type CalendarFacts,
  type CalendarFactsJson,
  type ServiceFacts,
} from '#src/modules/scheduling/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import type { ProviderStatus } from './tables.ts'

export interface BookableService {
  readonly service: {
    readonly id: ServiceId
    readonly name: string
    readonly active: boolean
    readonly priceMinor: bigint
    readonly currency: Currency
    readonly bookingMode: BookingMode
    readonly cancellationPolicy: CancellationPolicy
    readonly locationKind: LocationKind
    /** What the slot engine and `occupiedRange` take. */
    readonly facts: ServiceFacts
    /** Those on offer, in their order. */
    readonly extras: readonly BookableExtra[]
  }
  readonly provider: {
    readonly id: ProviderId
    readonly slug: string
    readonly name: string
    readonly status: ProviderStatus
    readonly timeZone: string
    readonly payoutAccountReady: boolean
    /** They cannot book here themselves. */
    readonly memberUserIds: readonly UserId[]
  }
  readonly calendarId: CalendarId
  /** Without live bookings: the constraint of the table decides about those. */
  readonly calendar: CalendarFacts
}

export interface BookableExtra {
  readonly id: string
  readonly name: string
  readonly priceMinor: bigint
  readonly extraMinutes: number
}

interface Row extends Record<string, unknown> {
  name: string
  active: boolean
  price_minor: string
  currency: Currency
  booking_mode: BookingMode
  cancellation_policy: CancellationPolicy
  location_kind: LocationKind
  provider_id: ProviderId
  slug: string
  provider_name: string
  status: ProviderStatus
  time_zone: string
  payout_account_ready: boolean
  member_user_ids: UserId[]
  calendar_id: CalendarId
  service_facts: ServiceFacts
  calendar_facts: CalendarFactsJson
  extras: { id: string; name: string; price: string; minutes: number }[] | null
}

const selectBookable = prepared<Record<'serviceId' | 'factsFrom' | 'factsUntil', string>, Row>(
  () => sql`
    select s.name, s.active, s.price_minor, s.currency, s.booking_mode, s.cancellation_policy, s.location_kind,
      p.id as provider_id, p.slug, p.name as provider_name, p.status, p.time_zone, p.payout_account_ready,
      array(select m.user_id from provider_members m where m.provider_id = p.id) as member_user_ids,
      c.id as calendar_id, ${SERVICE_FACTS_SQL} as service_facts,
      ${calendarFactsSql(sql`c.id`, { bookings: false })} as calendar_facts,
      (select json_agg(json_build_object('id', e.id, 'name', e.name, 'price', e.price_minor::text, 'minutes', e.extra_minutes)
                       order by e.position, e.id)
       from service_extras e where e.service_id = s.id and e.active) as extras
    from services s join providers p on p.id = s.provider_id join calendars c on c.provider_id = p.id
    where s.id = ${sql.placeholder('serviceId')}::uuid`,
)

/**
 * Everything a hold needs to know, in one query, since each booking waits for it. Null where there is no such service;
 * whether it can be booked now (active, provider live and payable) is for the caller to decide and to say.
 */
export async function getBookableService(
  db: Queryable,
  serviceId: ServiceId,
  around: TimeRange,
): Promise<BookableService | null> {
  const { rows } = await selectBookable(db, { serviceId, ...factsAround(around) })
  const row = rows[0]
  if (!row) return null
  return {
    service: {
      id: serviceId,
      name: row.name,
      active: row.active,
      priceMinor: BigInt(row.price_minor),
      currency: row.currency,
      bookingMode: row.booking_mode,
      cancellationPolicy: row.cancellation_policy,
      locationKind: row.location_kind,
      facts: row.service_facts,
      extras: (row.extras ?? []).map(({ id, name, price, minutes }) => ({
        id,
        name,
        priceMinor: BigInt(price),
        extraMinutes: minutes,
      })),
    },
    provider: {
      id: row.provider_id,
      slug: row.slug,
      name: row.provider_name,
      status: row.status,
      timeZone: row.time_zone,
      payoutAccountReady: row.payout_account_ready,
      memberUserIds: row.member_user_ids,
    },
    calendarId: row.calendar_id,
    calendar: toCalendarFacts(row.time_zone, row.calendar_facts),
  }
}
