import { canBeCharged } from '#src/kernel/charges.ts'
import type { ServiceId } from '#src/kernel/ids.ts'
import { money, moneyToJson, type MoneyJson } from '#src/kernel/money.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import { quotePrice, type PriceFigures } from '#src/modules/payments/index.ts'
import { getBookableService, type BookableService } from '#src/modules/providers/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import type { BookedExtra } from './tables.ts'

/** What somebody would get, and for how much: decided here, never by the client. */
export interface Offer {
  readonly bookable: BookableService
  readonly extras: readonly BookedExtra[]
  readonly figures: PriceFigures
  readonly guest: boolean
  /** Duration with extras. */
  readonly durationMinutes: number
}

/**
 * The offer to whoever asks, as it is now.
 * @throws refusals service.not_found, provider.not_bookable (also in a currency that is not sold any more),
 * provider.own_service, booking.extra_not_found, service.not_chargeable (before a slot is held that could not be paid).
 */
export async function makeOffer(
  ctx: Ctx,
  serviceId: ServiceId,
  extraIds: readonly string[],
  around: TimeRange,
): Promise<Offer> {
  const bookable = await getBookableService(ctx.db, serviceId, around)
  if (!bookable?.service.active) throw refuse('service.not_found')
  const { provider, service } = bookable
  if (provider.status !== 'live' || !provider.payoutAccountReady) throw refuse('provider.not_bookable')
  if (!ctx.config.currencies.includes(service.currency)) throw refuse('provider.not_bookable')
  if (ctx.actor.kind === 'user' && provider.memberUserIds.includes(ctx.actor.userId))
    throw refuse('provider.own_service')

  const extras = [...new Set(extraIds)].map((id): BookedExtra => {
    const extra = service.extras.find((each) => each.id === id)
    if (!extra) throw refuse('booking.extra_not_found', { extraId: id })
    return { id, name: extra.name, priceMinor: extra.priceMinor.toString(), extraMinutes: extra.extraMinutes }
  })
  const guest = ctx.actor.kind !== 'user'
  const baseMinor = extras.reduce((sum, extra) => sum + BigInt(extra.priceMinor), service.priceMinor)
  const { platformFee, guestFee } = ctx.config
  const durationMinutes = extras.reduce(
    (sum, extra) => sum + extra.extraMinutes,
    service.facts.durationMinutes,
  )
  const figures = quotePrice({ currency: service.currency, baseMinor, guest, platformFee, guestFee })
  if (!canBeCharged(figures.totalMinor, service.currency)) throw refuse('service.not_chargeable')
  return { bookable, extras, guest, durationMinutes, figures }
}

export type QuoteJson = {
  serviceId: string
  isGuest: boolean
  base: MoneyJson
  guestFee: MoneyJson
  total: MoneyJson
  extras: { id: string; name: string; price: MoneyJson }[]
  durationMinutes: number
}

export function quoteJson({
  bookable: { service },
  extras,
  figures,
  guest,
  durationMinutes,
}: Offer): QuoteJson {
  const amount = (minor: bigint) => moneyToJson(money(minor, service.currency))
  return {
    serviceId: service.id,
    isGuest: guest,
    base: amount(figures.baseMinor),
    guestFee: amount(figures.surchargeMinor),
    total: amount(figures.totalMinor),
    extras: extras.map(({ id, name, priceMinor }) => ({ id, name, price: amount(BigInt(priceMinor)) })),
    durationMinutes,
  }
}
