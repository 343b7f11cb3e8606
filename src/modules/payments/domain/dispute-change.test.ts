import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  disputeStateOf,
  isUndecided,
  laterDisputeStatus,
  restOfPromised,
  shareLoss,
  type DisputeStatus,
} from './dispute-change.ts'

const STATUSES: readonly DisputeStatus[] = ['inquiry', 'inquiry_closed', 'open', 'won', 'lost']
const anyStatus = fc.constantFrom(...STATUSES)

describe('a dispute', () => {
  test.each<[DisputeStatus, DisputeStatus, DisputeStatus]>([
    ['inquiry', 'open', 'open'], // the bank was not satisfied
    ['inquiry', 'inquiry_closed', 'inquiry_closed'],
    ['inquiry_closed', 'open', 'open'], // and asks again, in earnest
    ['open', 'inquiry', 'open'], // old news
    ['open', 'lost', 'lost'],
    ['lost', 'open', 'lost'],
    ['won', 'open', 'won'],
    ['won', 'lost', 'won'], // a verdict is final
  ])('that was %s and is seen as %s is %s', (before, seen, now) => {
    expect(laterDisputeStatus(before, seen)).toBe(now)
  })

  test('ends in its verdict, in whatever order its states are seen', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<DisputeStatus>('won', 'lost'),
        fc.array(fc.constantFrom<DisputeStatus>('inquiry', 'open')),
        fc.array(fc.constantFrom<DisputeStatus>('inquiry', 'open')),
        (verdict, before, after) => {
          const end = [...before, verdict, ...after].reduce<DisputeStatus>(laterDisputeStatus, 'inquiry')
          expect(end).toBe(verdict)
        },
      ),
    )
  })

  test('that is undecided freezes the payment whatever the others say; a loss outlives a win', () => {
    fc.assert(
      fc.property(fc.array(anyStatus), (statuses) => {
        const state = disputeStateOf(statuses)
        expect(state === 'open').toBe(statuses.some(isUndecided))
        if (state === null) expect(statuses).not.toContain('lost')
      }),
    )
  })
})

describe('a loss', () => {
  const figures = { currency: 'USD', baseMinor: 10_000n, surchargeMinor: 1_000n } as const
  const nothing = { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n }

  test('of everything takes price and surcharge whole', () => {
    expect(shareLoss(figures, nothing, 11_000n)).toEqual({
      basePartMinor: 10_000n,
      surchargePartMinor: 1_000n,
      platformMinor: 0n,
    })
  })

  test('of what was refunded before is the platform’s', () => {
    const refunded = { baseRefundedMinor: 4_000n, surchargeRefundedMinor: 400n }
    expect(shareLoss(figures, refunded, 11_000n)).toEqual({
      basePartMinor: 6_000n,
      surchargePartMinor: 600n,
      platformMinor: 4_400n,
    })
  })

  test('is shared out to the cent, and no part is more than was left', () => {
    const amount = fc.bigInt({ min: 0n, max: 1_000_000n })
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1_000_000n }),
        amount,
        amount,
        amount,
        amount,
        (baseMinor, surcharge, backOfBase, backOfSurcharge, lost) => {
          const paid = { currency: 'USD', baseMinor, surchargeMinor: surcharge } as const
          const refunded = {
            baseRefundedMinor: backOfBase % (baseMinor + 1n),
            surchargeRefundedMinor: backOfSurcharge % (surcharge + 1n),
          }
          const shares = shareLoss(paid, refunded, lost)
          expect(shares.basePartMinor + shares.surchargePartMinor + shares.platformMinor).toBe(lost)
          expect(shares.basePartMinor).toBeLessThanOrEqual(baseMinor - refunded.baseRefundedMinor)
          expect(shares.surchargePartMinor).toBeLessThanOrEqual(surcharge - refunded.surchargeRefundedMinor)
          expect(shares.platformMinor).toBeGreaterThanOrEqual(0n)
        },
      ),
    )
  })
})

test('with what a bank gave and its rest, exactly what was promised is given, or what the bank gave beyond it', () => {
  const minor = fc.bigInt({ min: 0n, max: 1_000_000n })
  const parts = fc.record({ basePartMinor: minor, surchargePartMinor: minor })
  const sumOf = (of: { basePartMinor: bigint; surchargePartMinor: bigint }) =>
    of.basePartMinor + of.surchargePartMinor
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 3 }), parts, (promised, given) => {
      const rest = restOfPromised(promised, given)
      const promisedMinor = promised.reduce((sum, refund) => sum + sumOf(refund), 0n)
      const missingMinor = promisedMinor - sumOf(given)
      expect(sumOf(rest)).toBe(missingMinor > 0n ? missingMinor : 0n)
      expect(rest.basePartMinor >= 0n && rest.surchargePartMinor >= 0n).toBe(true)
    }),
  )
})
