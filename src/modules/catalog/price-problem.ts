import { chargeMaximumOf, chargeStepOf, minimumPriceOf } from '#src/kernel/charges.ts'
import { formatMoney, money, type Money } from '#src/kernel/money.ts'
import type { Config } from '#src/platform/config.ts'
import { guestTotalMinor, type Fees } from './service-view.ts'

export interface PriceProblem {
  readonly kind: 'too_low' | 'off_step' | 'too_high'
  /** The least, the step or the most that it could be. */
  readonly limit: Money
}

/** Why a service could not be sold at this price to everybody, guests included; null when it can. */
export function priceProblemOf(
  settings: Fees & Pick<Config, 'MINIMUM_PRICE_MINOR'>,
  { amountMinor, currency }: Money,
): PriceProblem | null {
  const leastMinor = minimumPriceOf(currency, settings.MINIMUM_PRICE_MINOR)
  if (amountMinor < leastMinor) return { kind: 'too_low', limit: money(leastMinor, currency) }
  const offStep = stepProblemOf({ amountMinor, currency })
  if (offStep) return offStep
  const mostMinor = chargeMaximumOf(currency)
  const tooHigh = guestTotalMinor(settings, currency, amountMinor) > mostMinor
  return tooHigh ? { kind: 'too_high', limit: money(mostMinor, currency) } : null
}

/** Of an extra, which may cost anything that can be charged with the rest. */
export function stepProblemOf({ amountMinor, currency }: Money): PriceProblem | null {
  const stepMinor = chargeStepOf(currency)
  return amountMinor % stepMinor === 0n ? null : { kind: 'off_step', limit: money(stepMinor, currency) }
}

/** As the end of a sentence that begins with what costs so much: 'must be a multiple of KWD 0.010'. */
export function sayPriceProblem({ kind, limit }: PriceProblem): string {
  const amount = formatMoney(limit)
  switch (kind) {
    case 'too_low':
      return `is below the minimum price of ${amount}`
    case 'off_step':
      return `must be a multiple of ${amount}`
    case 'too_high':
      return `is too high: with the guest booking fee, a card can be charged ${amount} at most`
  }
}
