import { sql } from 'drizzle-orm'
import type { CalendarId, ProviderId, ServiceId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { writeServices, type NewExtra, type NewService } from '#src/modules/catalog/index.ts'
import { writeCalendars, type OpeningRule } from '#src/modules/scheduling/index.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { stableId } from '#src/platform/stable-id.ts'

/** A provider with everything that makes it bookable, payouts apart. */
export interface Listing {
  /** Where it comes from and which one it is there: written again under the same two, it is changed and not doubled. */
  readonly importSource: string
  readonly importKey: string
  readonly status: 'draft' | 'live'
  readonly slug: string
  readonly name: string
  readonly headline: string
  readonly description: string
  readonly timeZone: string
  readonly currency: Currency
  readonly addressLine: string
  readonly city: string
  readonly region: string
  readonly postalCode: string
  readonly country: string
  readonly latitude: number | null
  readonly longitude: number | null
  readonly contactEmail: string | null
  readonly contactPhone: string | null
  readonly photos: readonly string[]
  readonly rules: readonly OpeningRule[]
  /** Their names tell them apart. */
  readonly services: readonly ListedService[]
}

export interface ListedService extends Omit<
  NewService,
  'id' | 'providerId' | 'currency' | 'position' | 'extras'
> {
  readonly extras: readonly Omit<NewExtra, 'id'>[]
}

export interface WrittenListings {
  created: number
  updated: number
  /** They have an owner by now, whose word counts more than the file's. */
  claimed: number
}

export function providerIdOf(listing: Pick<Listing, 'importSource' | 'importKey'>): ProviderId {
  return stableId('provider', listing.importSource, listing.importKey)
}

export function serviceIdOf(providerId: ProviderId, serviceName: string): ServiceId {
  return stableId('service', providerId, serviceName)
}

function servicesOf(listing: Listing): NewService[] {
  const providerId = providerIdOf(listing)
  return listing.services.map((service, position) => {
    const id = serviceIdOf(providerId, service.name)
    const extras = service.extras.map((extra) => ({
      ...extra,
      id: stableId<'service extra'>('extra', id, extra.name),
    }))
    return { ...service, id, providerId, currency: listing.currency, position, extras }
  })
}

/**
 * Writes listings in a handful of statements, however many there are. One that is there in another currency stays as it is:
 * its prices would be read in the old one.
 */
export async function writeListings(
  tx: Tx,
  listings: readonly Listing[],
  now: Temporal.Instant,
): Promise<WrittenListings> {
  const rows = JSON.stringify(
    listings.map(({ rules: _rules, services: _services, ...columns }) => ({
      ...columns,
      id: providerIdOf(columns),
      spareSlug: `${columns.slug}-${providerIdOf(columns).slice(0, 8)}`,
    })),
  )
  // The first of a name has the plain slug; a later one has its id in it. Slugs stand in links, so they never change.
  const { rows: written } = await tx.execute<{ id: ProviderId; created: boolean }>(sql`
    insert into providers (id, slug, status, name, headline, description, time_zone, currency, address_line, city, region,
      postal_code, country, latitude, longitude, contact_email, contact_phone, photos, import_source, import_key, created_at, updated_at)
    select n."id",
      case when row_number() over (partition by n."slug" order by n."position") = 1
        and not exists (select from providers p where p.slug = n."slug") then n."slug" else n."spareSlug" end,
      n."status", n."name", n."headline", n."description", n."timeZone", n."currency", n."addressLine", n."city", n."region",
      n."postalCode", n."country", n."latitude", n."longitude", n."contactEmail", n."contactPhone",
      array(select jsonb_array_elements_text(n."photos")), n."importSource", n."importKey",
      ${now.toString()}::timestamptz, ${now.toString()}::timestamptz
    from (select r.*, row_number() over () as "position" from jsonb_to_recordset(${rows}::jsonb) as r("id" uuid, "slug" text, "spareSlug" text, "status" text,
      "name" text, "headline" text, "description" text, "timeZone" text, "currency" text, "addressLine" text, "city" text,
      "region" text, "postalCode" text, "country" text, "latitude" float8, "longitude" float8, "contactEmail" citext,
      "contactPhone" text, "photos" jsonb, "importSource" text, "importKey" text)) n
    on conflict (import_source, import_key) do update set name = excluded.name, headline = excluded.headline,
      description = excluded.description, time_zone = excluded.time_zone, address_line = excluded.address_line,
      city = excluded.city, region = excluded.region, postal_code = excluded.postal_code, country = excluded.country,
      latitude = excluded.latitude, longitude = excluded.longitude, updated_at = excluded.updated_at
      where providers.currency = excluded.currency
        and not exists (select from provider_members m where m.provider_id = providers.id)
    returning id, xmax = 0 as created`)

  const ids = new Set(written.map(({ id }) => id))
  const fresh = listings.filter((listing) => ids.has(providerIdOf(listing)))
  await writeCalendars(
    tx,
    fresh.map((listing) => {
      const providerId = providerIdOf(listing)
      return {
        id: stableId<'calendar'>('calendar', providerId) satisfies CalendarId,
        providerId,
        rules: listing.rules,
      }
    }),
    now,
  )
  await writeServices(tx, fresh.flatMap(servicesOf), now)
  const created = written.filter((row) => row.created).length
  return { created, updated: written.length - created, claimed: listings.length - written.length }
}
