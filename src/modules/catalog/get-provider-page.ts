import { sql, type SQL } from 'drizzle-orm'
import { isId, type ProviderId, type ServiceId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { listReviews } from '#src/modules/reviews/index.ts'
import { hoursAndMinutes, nextSlotsOfServices } from '#src/modules/scheduling/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { ratingAverage } from './search-providers.ts'
import { SERVICE_JSON_SQL, SERVICES_MAX, toServiceView, type Fees, type ServiceJson } from './service-view.ts'
import type { OpeningDay, ProviderPage } from './views.ts'

const NEXT_SLOTS = 6
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]

interface Row extends Record<string, unknown> {
  id: ProviderId
  slug: string
  name: string
  headline: string
  description: string
  address_line: string
  city: string
  region: string
  postal_code: string
  country: string
  latitude: number | null
  longitude: number | null
  photos: string[]
  rating_sum: number
  rating_count: number
  time_zone: string
  bookable: boolean
  services: ServiceJson[] | null
  rules: [weekday: number, opensMinute: number, closesMinute: number][] | null
  spread: Record<string, number> | null
}

/** Everything on a provider's public page. Null where there is none: no such provider, or not live. */
export async function getProviderPage(
  db: Queryable,
  fees: Fees,
  slugOrId: string,
  now: Temporal.Instant,
): Promise<ProviderPage | null> {
  const { rows } = await db.execute<Row>(sql`
    select p.id, p.slug, p.name, p.headline, p.description, p.address_line, p.city, p.region, p.postal_code, p.country,
      p.latitude, p.longitude, p.photos, p.rating_sum, p.rating_count, p.time_zone, p.payout_account_ready as bookable,
      (select json_agg(o.service order by o.position, o.id) from (
         select ${SERVICE_JSON_SQL} as service, s.position, s.id
         from services s join categories k on k.id = s.category_id where s.provider_id = p.id and s.active
         order by s.position, s.id limit ${SERVICES_MAX}) o) as services,
      (select json_agg(json_build_array(r.weekday, r.opens_minute, r.closes_minute) order by r.weekday, r.opens_minute)
       from opening_rules r join calendars c on c.id = r.calendar_id where c.provider_id = p.id) as rules,
      (select json_object_agg(g.rating, g.count) from (
         select r.rating, count(*)::int as count from reviews r
         where r.provider_id = p.id and r.status = 'published' group by r.rating) g) as spread
    from providers p
    where ${isPublicPageOf(slugOrId)}`)
  const row = rows[0]
  if (!row) return null
  const services = (row.services ?? []).map((service) => toServiceView(fees, service))
  const [service = null] = services
  const serviceId = service?.id as ServiceId | undefined
  const [reviews, next] = await Promise.all([
    listReviews(db, row.id),
    serviceId ? nextSlotsOfServices(db, [serviceId], now, NEXT_SLOTS) : null,
  ])
  const {
    id,
    slug,
    name,
    headline,
    description,
    city,
    region,
    country,
    latitude,
    longitude,
    photos,
    bookable,
  } = row
  return {
    id,
    slug,
    name,
    headline,
    description,
    city,
    region,
    country,
    latitude,
    longitude,
    photos,
    bookable,
    photo: photos[0] ?? null,
    ratingAverage: ratingAverage(row.rating_sum, row.rating_count),
    ratingCount: row.rating_count,
    timeZone: row.time_zone,
    address: { line: row.address_line, city, region, postalCode: row.postal_code, country },
    service,
    nextSlots: (serviceId && next?.get(serviceId)?.slots) ?? [],
    services,
    openingHours: openingDays(row.rules ?? []),
    reviews,
    ratingSpread: [5, 4, 3, 2, 1].map((rating) => ({ rating, count: row.spread?.[String(rating)] ?? 0 })),
  }
}

/** Of `providers p`. */
function isPublicPageOf(slugOrId: string): SQL {
  return sql`p.status = 'live' and ${isId(slugOrId) ? sql`p.id = ${slugOrId}::uuid` : sql`p.slug = ${slugOrId}`}`
}

/** The provider that {@link getProviderPage} would show, and nothing of it. */
export async function findPublicProvider(db: Queryable, slugOrId: string): Promise<ProviderId | null> {
  const { rows } = await db.execute<{ id: ProviderId }>(
    sql`select p.id from providers p where ${isPublicPageOf(slugOrId)}`,
  )
  return rows[0]?.id ?? null
}

function openingDays(
  rules: readonly [weekday: number, opensMinute: number, closesMinute: number][],
): OpeningDay[] {
  return WEEKDAYS.map((weekday) => ({
    weekday,
    windows: rules
      .filter(([day]) => day === weekday)
      .map(([, opens, closes]) => ({ opens: hoursAndMinutes(opens), closes: hoursAndMinutes(closes) })),
  }))
}
