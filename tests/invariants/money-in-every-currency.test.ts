import { describe, expect, test } from 'vitest'
import { checkChargeAmount, isCurrency as isChargedAtStripe } from '#sandbox/stripe/money.ts'
import { fromStripeAmount, toStripeAmount } from '#src/integrations/payment-gateway/stripe-amounts.ts'
import {
  canBeCharged,
  chargeMaximumOf,
  chargeMinimumOf,
  chargeStepOf,
  isChargeable,
  minimumPriceOf,
} from '#src/kernel/charges.ts'
import { CURRENCY_EXPONENTS } from '#src/kernel/currencies.ts'
import type { Currency } from '#src/kernel/money.ts'
import { refundParts } from '#src/modules/bookings/domain/cancellation.ts'
import { quotePrice, settlementOf, splitRefund } from '#src/modules/payments/domain/fees.ts'

const CURRENCIES = (Object.keys(CURRENCY_EXPONENTS) as Currency[]).filter(isChargeable)

describe('what we hold chargeable', () => {
  test('is in the currencies that the gateway charges in', () => {
    const known = Object.keys(CURRENCY_EXPONENTS) as Currency[]
    expect(known.filter((currency) => isChargedAtStripe(currency.toLowerCase()))).toEqual(CURRENCIES)
  })

  test('F43 the gateway takes, at both ends and from step to step; a minor unit off the step it does not', () => {
    const charge = (amountMinor: bigint, currency: Currency) =>
      checkChargeAmount(toStripeAmount(amountMinor, currency), currency.toLowerCase(), 'amount')
    for (const currency of CURRENCIES) {
      const [step, least, most] = [
        chargeStepOf(currency),
        chargeMinimumOf(currency),
        chargeMaximumOf(currency),
      ]
      for (const amountMinor of [least, least + step, least + 2n * step, most - step, most]) {
        charge(amountMinor, currency)
        expect(fromStripeAmount(toStripeAmount(amountMinor, currency), currency)).toBe(amountMinor)
      }
      expect(() => charge(most + step, currency)).toThrow('no more than')
      if (step > 1n) expect(() => charge(least + 1n, currency)).toThrow(/must end in 0|a whole number/)
    }
  })
})

const CASES = 10_000_000
const SEED = 20_261_125
/** It takes 14 s of one core; the rest is for a machine that is busy with other tests. */
const TEN_MILLION_MS_MAX = 120_000
const FEES = [
  { platformFee: 1_000, guestFee: 2_000 },
  { platformFee: 0, guestFee: 1_250 },
  { platformFee: 733, guestFee: 733 },
  { platformFee: 9_000, guestFee: 9_000 },
] as const
const SMALL_PRICES = 1_000 // steps above the least: where every rounding shows
const LARGE_PRICES = 200_000
const NOTHING = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }
const LIMITS = CURRENCIES.map((currency) => ({
  currency,
  step: Number(chargeStepOf(currency)),
  least: Number(minimumPriceOf(currency, 500)),
}))

interface MoneyCase {
  currency: Currency
  step: number
  baseMinor: number
  guest: boolean
  platformFee: number
  guestFee: number
  /** What a policy gives back first. */
  percent: number
  /** Drawn for a refund of some part of the rest, by hand. */
  draw: number
}

// Plain loops and plain comparisons, since a matcher or a generator for each case would take an hour. What is expected is
// reckoned a second time, in steps and in numbers that hold it exactly.
test(
  'F43 ten million prices in every currency, refunded by policy and by hand, are shared out to the last step that can be moved',
  () => {
    const random = randomFrom(SEED)
    let wrong: [MoneyCase, string] | null = null
    let count = 0
    for (; count < CASES && wrong === null; count += 1) {
      const { currency, step, least } = LIMITS[count % LIMITS.length] ?? {
        currency: 'USD',
        step: 1,
        least: 500,
      }
      const { platformFee, guestFee } = FEES[random() & 3] ?? FEES[0]
      const prices = (random() & 1) === 0 ? SMALL_PRICES : LARGE_PRICES
      const each = {
        ...{ currency, step, platformFee, guestFee },
        baseMinor: least + (random() % prices) * step,
        guest: (random() & 1) === 0,
        percent: random() % 101,
        draw: random(),
      }
      const problem = problemOf(each)
      if (problem !== null) wrong = [each, problem]
    }
    expect(wrong).toBeNull()
    expect(count).toBe(CASES)
  },
  TEN_MILLION_MS_MAX,
)

function problemOf({ currency, step, baseMinor, guest, platformFee, guestFee, percent, draw }: MoneyCase) {
  const figures = quotePrice({ currency, baseMinor: BigInt(baseMinor), guest, platformFee, guestFee })
  const commission = Number(figures.commissionMinor)
  const surcharge = Number(figures.surchargeMinor)
  const total = Number(figures.totalMinor)
  const base = baseMinor / step
  if (commission !== step * halfUp(base * platformFee, 10_000)) return 'the commission'
  if (guest && commission + surcharge !== step * halfUp(base * guestFee, 10_000)) return "a guest's share"
  if (!guest && surcharge !== 0) return "a member's share"
  if (surcharge < 0 || Number(figures.providerNetMinor) !== baseMinor - commission)
    return "the provider's share"
  if (total !== baseMinor + surcharge || !canBeCharged(figures.totalMinor, currency)) return 'the total'

  const { baseMinor: priceMinor, surchargeMinor } = figures
  const back = refundParts({ currency, baseMinor: priceMinor, surchargeMinor, refunded: NOTHING }, percent)
  const baseBack = Number(back.baseRefundMinor)
  const surchargeBack = Number(back.surchargeRefundMinor)
  if (baseBack !== step * halfUp(base * percent, 100)) return 'what comes back of the price'
  if (surchargeBack !== step * halfUp((surcharge / step) * percent, 100)) return 'what comes back of the fee'

  const refunded = {
    baseRefundedMinor: back.baseRefundMinor,
    surchargeRefundedMinor: back.surchargeRefundMinor,
  }
  const left = total - baseBack - surchargeBack
  const byHand = step * (draw % (left / step + 1))
  if (byHand > 0) {
    const parts = splitRefund(figures, refunded, BigInt(byHand))
    const [ofPrice, ofFee] = [Number(parts.basePartMinor), Number(parts.surchargePartMinor)]
    if (ofPrice + ofFee !== byHand || ofPrice % step !== 0) return 'a refund by hand'
    if (ofPrice < 0 || ofPrice > baseMinor - baseBack) return 'a refund by hand of the price'
    if (ofFee < 0 || ofFee > surcharge - surchargeBack) return 'a refund by hand of the fee'
    refunded.baseRefundedMinor += parts.basePartMinor
    refunded.surchargeRefundedMinor += parts.surchargePartMinor
  }

  const kept = settlementOf(figures, refunded)
  const keptBase = baseMinor - Number(refunded.baseRefundedMinor)
  const keptCommission = Number(kept.commissionMinor)
  if (keptCommission !== step * halfUp((commission / step) * keptBase, baseMinor))
    return 'the commission kept'
  if (Number(kept.providerNetMinor) !== keptBase - keptCommission || keptBase < keptCommission)
    return "the provider's share of what is kept"
  const shared = keptBase + Number(kept.surchargeMinor)
  return shared === left - byHand ? null : 'what is kept, all in all'
}

/** numerator / denominator, rounded half up. Exact: both stay below 2^40, far from where a double's division could err. */
function halfUp(numerator: number, denominator: number): number {
  return Math.floor((2 * numerator + denominator) / (2 * denominator))
}

/** Whole numbers below 2^31, the same ones every time (xorshift32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 1
  }
}
