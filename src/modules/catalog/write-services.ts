import { sql } from 'drizzle-orm'
import type { ProviderId, ServiceId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Tx } from '#src/platform/db/database.ts'
import type { ServiceExtraId } from './tables.ts'

export interface NewService {
  readonly id: ServiceId
  readonly providerId: ProviderId
  readonly categoryId: string
  readonly name: string
  readonly description: string
  readonly durationMinutes: number
  readonly bufferBeforeMinutes: number
  readonly bufferAfterMinutes: number
  readonly stepMinutes: number
  readonly minimumNoticeMinutes: number
  readonly horizonDays: number
  readonly capacity: number
  readonly bookingMode: BookingMode
  readonly cancellationPolicy: CancellationPolicy
  readonly locationKind: LocationKind
  readonly priceMinor: bigint
  readonly currency: Currency
  readonly position: number
  readonly extras: readonly NewExtra[]
}

export interface NewExtra {
  readonly id: ServiceExtraId
  readonly name: string
  readonly priceMinor: bigint
  readonly extraMinutes: number
}

/** What a service is where nobody said otherwise (product.md, section 2). */
export const SERVICE_DEFAULTS = {
  description: '',
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  stepMinutes: 15,
  minimumNoticeMinutes: 120,
  horizonDays: 60,
  capacity: 1,
  bookingMode: 'instant',
  cancellationPolicy: 'flexible',
  locationKind: 'on_site',
  extras: [],
} as const satisfies Partial<NewService>

/** Writes many services, in two statements however many there are. One that is there already takes the new offer. */
export async function writeServices(
  tx: Tx,
  services: readonly NewService[],
  now: Temporal.Instant,
): Promise<void> {
  const rows = JSON.stringify(
    services.map(({ priceMinor, extras: _extras, ...same }) => ({
      ...same,
      priceMinor: priceMinor.toString(),
    })),
  )
  await tx.execute(sql`
    insert into services (id, provider_id, category_id, name, description, duration_minutes, buffer_before_minutes,
      buffer_after_minutes, step_minutes, minimum_notice_minutes, horizon_days, capacity, booking_mode, cancellation_policy,
      location_kind, price_minor, currency, active, position, created_at, updated_at)
    select n."id", n."providerId", n."categoryId", n."name", n."description", n."durationMinutes", n."bufferBeforeMinutes",
      n."bufferAfterMinutes", n."stepMinutes", n."minimumNoticeMinutes", n."horizonDays", n."capacity", n."bookingMode",
      n."cancellationPolicy", n."locationKind", n."priceMinor", n."currency", true, n."position",
      ${now.toString()}::timestamptz, ${now.toString()}::timestamptz
    from jsonb_to_recordset(${rows}::jsonb) as n("id" uuid, "providerId" uuid, "categoryId" text, "name" text, "description" text,
      "durationMinutes" int, "bufferBeforeMinutes" int, "bufferAfterMinutes" int, "stepMinutes" int, "minimumNoticeMinutes" int,
      "horizonDays" int, "capacity" int, "bookingMode" text, "cancellationPolicy" text, "locationKind" text, "priceMinor" bigint,
      "currency" text, "position" int)
    on conflict (id) do update set category_id = excluded.category_id, name = excluded.name, description = excluded.description,
      duration_minutes = excluded.duration_minutes, price_minor = excluded.price_minor, position = excluded.position,
      active = true, updated_at = excluded.updated_at`)
  const extras = JSON.stringify(
    services.flatMap((service) =>
      service.extras.map(({ priceMinor, ...same }, position) => ({
        ...same,
        serviceId: service.id,
        priceMinor: priceMinor.toString(),
        position,
      })),
    ),
  )
  await tx.execute(sql`
    insert into service_extras (id, service_id, name, price_minor, extra_minutes, active, position)
    select n."id", n."serviceId", n."name", n."priceMinor", n."extraMinutes", true, n."position"
    from jsonb_to_recordset(${extras}::jsonb) as n("id" uuid, "serviceId" uuid, "name" text, "priceMinor" bigint, "extraMinutes" int, "position" int)
    on conflict (id) do update set name = excluded.name, price_minor = excluded.price_minor, extra_minutes = excluded.extra_minutes`)
}
