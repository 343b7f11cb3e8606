import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chargeStepOf } from '#src/kernel/charges.ts'
import { CURRENCY_EXPONENTS } from '#src/kernel/currencies.ts'
import type { Currency } from '#src/kernel/money.ts'
import { quotePrice, settlementOf, splitRefund, type PriceFigures } from './fees.ts'

const RUNS = 20_000
const FEES = { currency: 'USD', platformFee: 1_000, guestFee: 2_000 } as const

const currencies = fc.constantFrom(...(Object.keys(CURRENCY_EXPONENTS) as Currency[]))
const quotes = fc
  .record({
    currency: currencies,
    baseSteps: fc.bigInt({ min: 1n, max: 10_000_000_000n }),
    guest: fc.boolean(),
    fees: fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9_000 })),
  })
  .map(({ currency, baseSteps, guest, fees: [one, other] }) => ({
    currency,
    baseMinor: baseSteps * chargeStepOf(currency),
    guest,
    platformFee: Math.min(one, other),
    guestFee: Math.max(one, other),
  }))

describe('a price', () => {
  test.each([
    [
      10_000n,
      false,
      { commissionMinor: 1_000n, surchargeMinor: 0n, providerNetMinor: 9_000n, totalMinor: 10_000n },
    ],
    [
      10_000n,
      true,
      { commissionMinor: 1_000n, surchargeMinor: 1_000n, providerNetMinor: 9_000n, totalMinor: 11_000n },
    ],
    // Half of a cent goes up: to the platform, from the provider's side.
    [505n, true, { commissionMinor: 51n, surchargeMinor: 50n, providerNetMinor: 454n, totalMinor: 555n }],
    [504n, true, { commissionMinor: 50n, surchargeMinor: 51n, providerNetMinor: 454n, totalMinor: 555n }],
    [1n, true, { commissionMinor: 0n, surchargeMinor: 0n, providerNetMinor: 1n, totalMinor: 1n }],
    [5n, true, { commissionMinor: 1n, surchargeMinor: 0n, providerNetMinor: 4n, totalMinor: 5n }],
  ])('of %s minor units (guest: %s) is shared out as the contract says', (baseMinor, guest, expected) => {
    expect(quotePrice({ baseMinor, guest, ...FEES })).toEqual({ currency: 'USD', baseMinor, ...expected })
  })

  test('is shared out in what can be charged: yen, tens of fils, whole ariary', () => {
    const asGuest = (currency: Currency, baseMinor: bigint) => {
      const figures = quotePrice({ ...FEES, currency, baseMinor, guest: true })
      return [figures.commissionMinor, figures.surchargeMinor, figures.providerNetMinor, figures.totalMinor]
    }
    expect(asGuest('JPY', 505n)).toEqual([51n, 50n, 454n, 555n])
    expect(asGuest('KWD', 5_630n)).toEqual([560n, 570n, 5_070n, 6_200n]) // 0.563 and 1.126 exactly
    expect(asGuest('KWD', 5_650n)).toEqual([570n, 560n, 5_080n, 6_210n]) // 0.565 goes up
    expect(asGuest('MGA', 12_300n)).toEqual([1_200n, 1_300n, 11_100n, 13_600n])
  })

  test('F43, F46 is what the provider gets and what the platform takes, to the last minor unit', () => {
    fc.assert(
      fc.property(quotes, (input) => {
        const { baseMinor, commissionMinor, surchargeMinor, providerNetMinor, totalMinor } = quotePrice(input)
        expect(providerNetMinor + commissionMinor + surchargeMinor).toBe(totalMinor)
        expect(providerNetMinor + commissionMinor).toBe(baseMinor)
        expect(baseMinor + surchargeMinor).toBe(totalMinor)
        const parts = [providerNetMinor, commissionMinor, surchargeMinor]
        expect(parts.every((part) => part >= 0n && part % chargeStepOf(input.currency) === 0n)).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('leaves the provider with the same, whoever books', () => {
    fc.assert(
      fc.property(quotes, (input) => {
        const [asGuest, signedIn] = [
          quotePrice({ ...input, guest: true }),
          quotePrice({ ...input, guest: false }),
        ]
        expect(asGuest.providerNetMinor).toBe(signedIn.providerNetMinor)
        expect(signedIn.surchargeMinor).toBe(0n)
      }),
      { numRuns: RUNS },
    )
  })

  test("has a platform's whole take on a guest within half a charge step of its percentage", () => {
    fc.assert(
      fc.property(quotes, (input) => {
        const { baseMinor, commissionMinor, surchargeMinor } = quotePrice({ ...input, guest: true })
        const exactTimes10000 = baseMinor * BigInt(input.guestFee)
        const error = (commissionMinor + surchargeMinor) * 10_000n - exactTimes10000
        const half = 5_000n * chargeStepOf(input.currency)
        expect(error <= half && error > -half).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('is what plain arithmetic says, for 100,000 prices spread over 0.01 to 100,000.00', () => {
    const STEP = 97n // prime, so that every ending occurs
    let wrong = 0
    for (let baseMinor = 1n; baseMinor <= 10_000_000n; baseMinor += STEP) {
      const guest = quotePrice({ baseMinor, guest: true, ...FEES })
      const commission = (baseMinor + 5n) / 10n
      const take = (2n * baseMinor + 5n) / 10n
      const right =
        guest.commissionMinor === commission &&
        guest.surchargeMinor === take - commission &&
        guest.providerNetMinor === baseMinor - commission &&
        guest.totalMinor === baseMinor + take - commission
      if (!right) wrong += 1
    }
    expect(wrong).toBe(0)
  })
})

const onStep = (step: bigint, max: bigint) =>
  fc.bigInt({ min: 0n, max: max / step }).map((steps) => steps * step)
const kept = quotes.chain((input) => {
  const figures = quotePrice(input)
  const step = chargeStepOf(input.currency)
  return fc.record({
    figures: fc.constant(figures),
    step: fc.constant(step),
    baseRefundedMinor: onStep(step, figures.baseMinor),
    surchargeRefundedMinor: onStep(step, figures.surchargeMinor),
  })
})

describe('what is kept after refunds', () => {
  test('is shared out to the last minor unit', () => {
    fc.assert(
      fc.property(kept, ({ figures, step, ...refunded }) => {
        const { providerNetMinor, commissionMinor, surchargeMinor } = settlementOf(figures, refunded)
        const left = figures.totalMinor - refunded.baseRefundedMinor - refunded.surchargeRefundedMinor
        expect(providerNetMinor + commissionMinor + surchargeMinor).toBe(left)
        const parts = [providerNetMinor, commissionMinor, surchargeMinor]
        expect(parts.every((part) => part >= 0n && part % step === 0n)).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('is everything when nothing was given back, and nothing when everything was', () => {
    fc.assert(
      fc.property(kept, ({ figures }) => {
        const { providerNetMinor, commissionMinor, surchargeMinor } = figures
        expect(settlementOf(figures, { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n })).toEqual({
          providerNetMinor,
          commissionMinor,
          surchargeMinor,
        })
        const all = { baseRefundedMinor: figures.baseMinor, surchargeRefundedMinor: figures.surchargeMinor }
        expect(settlementOf(figures, all)).toEqual({
          providerNetMinor: 0n,
          commissionMinor: 0n,
          surchargeMinor: 0n,
        })
      }),
    )
  })

  test('never gives the provider more for a larger refund', () => {
    fc.assert(
      fc.property(kept, ({ figures, step, baseRefundedMinor, surchargeRefundedMinor }) => {
        fc.pre(baseRefundedMinor > 0n)
        const less = settlementOf(figures, {
          baseRefundedMinor: baseRefundedMinor - step,
          surchargeRefundedMinor,
        })
        const more = settlementOf(figures, { baseRefundedMinor, surchargeRefundedMinor })
        expect(more.providerNetMinor <= less.providerNetMinor).toBe(true)
        expect(more.commissionMinor <= less.commissionMinor).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('refuses to share out more than there is', () => {
    const figures = quotePrice({ baseMinor: 10_000n, guest: true, ...FEES })
    expect(() => settlementOf(figures, { baseRefundedMinor: 10_001n, surchargeRefundedMinor: 0n })).toThrow(
      'within the price',
    )
    expect(() => settlementOf(figures, { baseRefundedMinor: 0n, surchargeRefundedMinor: 1_001n })).toThrow(
      'within the surcharge',
    )
    expect(() => settlementOf(figures, { baseRefundedMinor: -1n, surchargeRefundedMinor: 0n })).toThrow(
      'within the price',
    )
  })
})

describe('a refund of some amount', () => {
  test('is split in proportion', () => {
    const figures = quotePrice({ baseMinor: 10_000n, guest: true, ...FEES })
    const none = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }
    expect(splitRefund(figures, none, 5_500n)).toEqual({ basePartMinor: 5_000n, surchargePartMinor: 500n })
    expect(splitRefund(figures, none, 11_000n)).toEqual({
      basePartMinor: 10_000n,
      surchargePartMinor: 1_000n,
    })
    expect(splitRefund(figures, none, 1n)).toEqual({ basePartMinor: 1n, surchargePartMinor: 0n })
  })

  test('F43 in any number of steps gives back exactly what was paid, and never more of a part than is left', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 1_000_000n }), { maxLength: 20 })
    fc.assert(
      fc.property(quotes, amounts, (input, steps) => {
        const figures: PriceFigures = quotePrice(input)
        const refunded = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }
        const left = () => figures.totalMinor - refunded.baseRefundedMinor - refunded.surchargeRefundedMinor
        const step = chargeStepOf(input.currency)
        for (const wanted of [...steps.map((count) => count * step), figures.totalMinor]) {
          if (left() === 0n) break
          const amount = wanted < left() ? wanted : left()
          const { basePartMinor, surchargePartMinor } = splitRefund(figures, refunded, amount)
          expect(basePartMinor + surchargePartMinor).toBe(amount)
          expect(basePartMinor >= 0n && surchargePartMinor >= 0n).toBe(true)
          expect([basePartMinor % step, surchargePartMinor % step]).toEqual([0n, 0n])
          refunded.baseRefundedMinor += basePartMinor
          refunded.surchargeRefundedMinor += surchargePartMinor
          settlementOf(figures, refunded) // asserts that both are within what was paid
        }
        expect(left()).toBe(0n)
      }),
      { numRuns: 5_000 },
    )
  })
})
