import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quotePrice, settlementOf, splitRefund, type PriceFigures } from './fees.ts'

const RUNS = 20_000
const FEES = { platformFee: 1_000, guestFee: 2_000 }

const quotes = fc
  .record({
    baseMinor: fc.bigInt({ min: 1n, max: 10_000_000_000n }),
    guest: fc.boolean(),
    fees: fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 9_000 })),
  })
  .map(({ baseMinor, guest, fees: [one, other] }) => ({
    baseMinor,
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
    expect(quotePrice({ baseMinor, guest, ...FEES })).toEqual({ baseMinor, ...expected })
  })

  test('is what the provider gets and what the platform takes, to the last minor unit', () => {
    fc.assert(
      fc.property(quotes, (input) => {
        const { baseMinor, commissionMinor, surchargeMinor, providerNetMinor, totalMinor } = quotePrice(input)
        expect(providerNetMinor + commissionMinor + surchargeMinor).toBe(totalMinor)
        expect(providerNetMinor + commissionMinor).toBe(baseMinor)
        expect(baseMinor + surchargeMinor).toBe(totalMinor)
        expect([providerNetMinor, commissionMinor, surchargeMinor].every((part) => part >= 0n)).toBe(true)
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

  test("has a platform's whole take on a guest within half a minor unit of its percentage", () => {
    fc.assert(
      fc.property(quotes, (input) => {
        const { baseMinor, commissionMinor, surchargeMinor } = quotePrice({ ...input, guest: true })
        const exactTimes10000 = baseMinor * BigInt(input.guestFee)
        const error = (commissionMinor + surchargeMinor) * 10_000n - exactTimes10000
        expect(error <= 5_000n && error > -5_000n).toBe(true)
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

const kept = quotes.chain((input) => {
  const figures = quotePrice(input)
  return fc.record({
    figures: fc.constant(figures),
    baseRefundedMinor: fc.bigInt({ min: 0n, max: figures.baseMinor }),
    surchargeRefundedMinor: fc.bigInt({ min: 0n, max: figures.surchargeMinor }),
  })
})

describe('what is kept after refunds', () => {
  test('is shared out to the last minor unit', () => {
    fc.assert(
      fc.property(kept, ({ figures, ...refunded }) => {
        const { providerNetMinor, commissionMinor, surchargeMinor } = settlementOf(figures, refunded)
        const left = figures.totalMinor - refunded.baseRefundedMinor - refunded.surchargeRefundedMinor
        expect(providerNetMinor + commissionMinor + surchargeMinor).toBe(left)
        expect([providerNetMinor, commissionMinor, surchargeMinor].every((part) => part >= 0n)).toBe(true)
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
      fc.property(kept, ({ figures, baseRefundedMinor, surchargeRefundedMinor }) => {
        fc.pre(baseRefundedMinor > 0n)
        const less = settlementOf(figures, {
          baseRefundedMinor: baseRefundedMinor - 1n,
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

  test('in any number of steps gives back exactly what was paid, and never more of a part than is left', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 1_000_000n }), { maxLength: 20 })
    fc.assert(
      fc.property(quotes, amounts, (input, steps) => {
        const figures: PriceFigures = quotePrice(input)
        const refunded = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }
        const left = () => figures.totalMinor - refunded.baseRefundedMinor - refunded.surchargeRefundedMinor
        for (const step of [...steps, figures.totalMinor]) {
          if (left() === 0n) break
          const amount = step < left() ? step : left()
          const { basePartMinor, surchargePartMinor } = splitRefund(figures, refunded, amount)
          expect(basePartMinor + surchargePartMinor).toBe(amount)
          expect(basePartMinor >= 0n && surchargePartMinor >= 0n).toBe(true)
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
