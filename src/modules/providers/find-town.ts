import { sql } from 'drizzle-orm'
import type { Queryable } from '#src/platform/db/database.ts'

export interface Position {
  latitude: number
  longitude: number
}

/**
 * Where a town is: the middle of the live providers whose postcode or town it is. Null for a town in which nobody offers
 * anything yet.
 */
export async function findTown(
  db: Queryable,
  { city, postalCode, country }: { city: string; postalCode: string; country: string },
): Promise<Position | null> {
  const { rows } = await db.execute<{ latitude: number | null; longitude: number | null }>(sql`
    select avg(latitude) as latitude, avg(longitude) as longitude
    from (
      select latitude, longitude,
        ${postalCode} <> '' and lower(postal_code) = lower(${postalCode}) as same_postcode,
        bool_or(${postalCode} <> '' and lower(postal_code) = lower(${postalCode})) over () as any_postcode
      from providers
      where status = 'live' and latitude is not null and country = ${country}
        and unaccent(lower(city)) = unaccent(lower(${city}))) near
    where same_postcode or not any_postcode`)
  const { latitude = null, longitude = null } = rows[0] ?? {}
  return latitude === null || longitude === null ? null : { latitude, longitude }
}
