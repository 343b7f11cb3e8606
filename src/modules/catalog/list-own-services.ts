import { and, asc, eq } from 'drizzle-orm'
import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import { money, moneyToJson, type MoneyJson } from '#src/kernel/money.ts'
import { may } from '#src/kernel/rights.ts'
import type { BookingMode, CancellationPolicy, LocationKind } from '#src/kernel/service-terms.ts'
import { quotePrice } from '#src/modules/payments/index.ts'
import { EXTRAS_MAX } from '#src/modules/scheduling/index.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { SERVICES_MAX, type Fees } from './service-view.ts'
import { categories, serviceExtras, services } from './tables.ts'

/** A service as the provider sees it: all settings, and what each kind of customer pays. */
export interface OwnServiceView {
  id: string
  name: string
  description: string
  category: { id: string; name: string }
  durationMinutes: number
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  stepMinutes: number
  minimumNoticeMinutes: number
  horizonDays: number
  capacity: number
  bookingMode: BookingMode
  cancellationPolicy: CancellationPolicy
  locationKind: LocationKind
  active: boolean
  price: MoneyJson
  guestTotal: MoneyJson
  /** What is paid out to the provider. */
  providerNet: MoneyJson
  extras: { id: string; name: string; price: MoneyJson; extraMinutes: number }[]
}

/** All services of one's own provider, those off the page included. @throws provider.not_found for anybody else. */
export async function listOwnServices(
  db: Queryable,
  fees: Fees,
  actor: Actor,
  providerId: ProviderId,
): Promise<OwnServiceView[]> {
  if (!may(actor, 'provider.manage', { providerId })) throw refuse('provider.not_found')
  const rows = await db
    .select({ service: services, categoryName: categories.name })
    .from(services)
    .innerJoin(categories, eq(categories.id, services.categoryId))
    .where(eq(services.providerId, providerId))
    .orderBy(asc(services.position), asc(services.id))
    .limit(SERVICES_MAX)
  const extras = await db
    .select({ extra: serviceExtras })
    .from(serviceExtras)
    .innerJoin(services, eq(services.id, serviceExtras.serviceId))
    .where(and(eq(services.providerId, providerId), serviceExtras.active))
    .orderBy(asc(serviceExtras.position), asc(serviceExtras.id))
    .limit(SERVICES_MAX * EXTRAS_MAX)
  return rows.map(({ service, categoryName }) => {
    const {
      providerId: _provider,
      categoryId,
      priceMinor,
      currency,
      position: _position,
      createdAt: _made,
      updatedAt: _changed,
      ...same
    } = service
    const quote = quotePrice({
      currency,
      baseMinor: priceMinor,
      guest: true,
      platformFee: fees.platformFee,
      guestFee: fees.guestFee,
    })
    const json = (amountMinor: bigint) => moneyToJson(money(amountMinor, currency))
    return {
      ...same,
      category: { id: categoryId, name: categoryName },
      price: json(priceMinor),
      guestTotal: json(quote.totalMinor),
      providerNet: json(quote.providerNetMinor),
      extras: extras
        .filter(({ extra }) => extra.serviceId === service.id)
        .map(({ extra: { id, name, priceMinor: extraMinor, extraMinutes } }) => ({
          id,
          name,
          price: json(extraMinor),
          extraMinutes,
        })),
    }
  })
}
