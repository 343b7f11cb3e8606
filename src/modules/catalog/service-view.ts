import { sql } from 'drizzle-orm'
import { money, moneyToJson, type Currency } from '#src/kernel/money.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import { quotePrice } from '#src/modules/payments/index.ts'
import type { Config } from '#src/platform/config.ts'
import type { ServiceView } from './views.ts'

export type Fees = Pick<Config, 'platformFee' | 'guestFee'>

/** Of a provider, those off the page included, since none is ever deleted. The page shows all that are on it at once. */
export const SERVICES_MAX = 200

/** One service as {@link SERVICE_JSON_SQL} selects it. */
export interface ServiceJson {
  id: string
  name: string
  description: string
  durationMinutes: number
  bookingMode: BookingMode
  cancellationPolicy: CancellationPolicy
  locationKind: LocationKind
  capacity: number
  priceMinor: number
  currency: Currency
  categoryId: string
  categoryName: string
  extras: { id: string; name: string; priceMinor: number; extraMinutes: number }[] | null
}

/** Of `services s join categories k`. Prices are far below 2^53, so JSON numbers hold them. */
export const SERVICE_JSON_SQL = sql`json_build_object(
  'id', s.id, 'name', s.name, 'description', s.description, 'durationMinutes', s.duration_minutes,
  'bookingMode', s.booking_mode, 'cancellationPolicy', s.cancellation_policy, 'locationKind', s.location_kind,
  'capacity', s.capacity, 'priceMinor', s.price_minor, 'currency', s.currency, 'categoryId', k.id, 'categoryName', k.name,
  'extras', (select json_agg(json_build_object('id', e.id, 'name', e.name, 'priceMinor', e.price_minor, 'extraMinutes', e.extra_minutes)
                             order by e.position, e.id)
             from service_extras e where e.service_id = s.id and e.active))`

export function guestTotalMinor(
  { platformFee, guestFee }: Fees,
  currency: Currency,
  baseMinor: bigint,
): bigint {
  return quotePrice({ currency, baseMinor, guest: true, platformFee, guestFee }).totalMinor
}

export function toServiceView(fees: Fees, service: ServiceJson): ServiceView {
  const { priceMinor, currency, categoryId, categoryName, extras, ...same } = service
  const quote = quotePrice({
    currency,
    baseMinor: BigInt(priceMinor),
    guest: true,
    platformFee: fees.platformFee,
    guestFee: fees.guestFee,
  })
  const json = (amountMinor: bigint | number) => moneyToJson(money(amountMinor, currency))
  return {
    ...same,
    price: json(priceMinor),
    guestTotal: json(quote.totalMinor),
    guestFee: json(quote.surchargeMinor),
    category: { id: categoryId, name: categoryName },
    extras: (extras ?? []).map(({ id, name, priceMinor: extraMinor, extraMinutes }) => ({
      id,
      name,
      price: json(extraMinor),
      extraMinutes,
    })),
  }
}
