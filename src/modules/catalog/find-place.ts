import { sql } from 'drizzle-orm'
import type { Queryable } from '#src/platform/db/database.ts'

export interface Place {
  label: string
  latitude: number
  longitude: number
}

/** Below this a name is another name, not a misspelt one. */
const SIMILARITY_MIN = 0.45

interface Row extends Record<string, unknown> {
  city: string
  region: string
  country: string
  latitude: number
  longitude: number
}

/**
 * The place people mean by "Denver", "denver, CO", "Zurich" (Zürich), "80202" or "CO": the middle of our own live
 * providers there. Same spelling before beginning before similar spelling; then the named region or country; then where
 * most providers are. Null when we have nobody in any such place.
 */
export async function findPlace(db: Queryable, text: string): Promise<Place | null> {
  const [name = '', ...within] = text.split(',').map((part) => part.trim().toLowerCase())
  if (name === '') return null
  const { rows } = await db.execute<Row>(sql`
    with wanted as (select unaccent(${name}::text) as name),
    cities as (
      select p.city, p.region, p.country, unaccent(lower(p.city)) as name, count(*) as providers,
        avg(p.latitude) as latitude, avg(p.longitude) as longitude,
        bool_or(lower(p.postal_code) = w.name) as postal_code
      from providers p cross join wanted w
      where p.status = 'live' and p.latitude is not null
      group by p.city, p.region, p.country)
    select c.city, c.region, c.country, c.latitude, c.longitude
    from cities c cross join wanted w
    cross join lateral (select case
      when c.name = w.name then 0
      when c.postal_code then 1
      when lower(c.region) = w.name then 2
      when starts_with(c.name, w.name) then 3
      when similarity(c.name, w.name) >= ${SIMILARITY_MIN}::real then 4 end as nearness) n
    where n.nearness is not null
    order by n.nearness,
      (lower(c.region) = any(${sql.param(within)}::text[]) or lower(c.country) = any(${sql.param(within)}::text[])) desc,
      case when n.nearness = 4 then similarity(c.name, w.name) end desc,
      c.providers desc, c.country, c.region, c.city
    limit 1`)
  const row = rows[0]
  if (!row) return null
  const label = [row.city, row.region || row.country].filter((part) => part !== '').join(', ')
  return { label, latitude: row.latitude, longitude: row.longitude }
}
