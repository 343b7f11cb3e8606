import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planMovement, settledStatus } from './payout-plan.ts'

const amount = fc.bigInt({ min: 0n, max: 100_000n })

test('a provider comes to have what was earned, whatever changes on the way', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 12 }), (changes) => {
      let transferredMinor = 0n
      let nettedMinor = 0n
      for (const [earnedMinor, debtMinor] of changes) {
        const plan = planMovement({
          earnedMinor,
          transferredMinor,
          nettedMinor,
          debtMinor,
          pullRefused: false,
        })
        if (plan?.kind === 'transfer') {
          expect(plan.nettedMinor).toBeLessThanOrEqual(debtMinor)
          expect(plan.amountMinor + plan.nettedMinor).toBe(earnedMinor - transferredMinor - nettedMinor)
          transferredMinor += plan.amountMinor
          nettedMinor += plan.nettedMinor
        } else if (plan) {
          expect(plan.amountMinor).toBeGreaterThan(0n)
          transferredMinor -= plan.amountMinor
        }
        expect(transferredMinor).toBeGreaterThanOrEqual(0n)
        // Too much remains only where it was never sent, but kept for another debt.
        const hasMinor = transferredMinor + nettedMinor
        expect(hasMinor === earnedMinor || (hasMinor > earnedMinor && transferredMinor === 0n)).toBe(true)
        expect(settledStatus({ earnedMinor, transferredMinor, nettedMinor })).toBe(
          earnedMinor === 0n && hasMinor === 0n ? 'none' : 'paid',
        )
      }
    }),
  )
})

test('what could not be pulled back is not asked for again, and a transfer is not hindered by it', () => {
  const standing = { transferredMinor: 9_000n, nettedMinor: 0n, debtMinor: 0n, pullRefused: true }
  expect(planMovement({ ...standing, earnedMinor: 0n })).toBeNull()
  expect(planMovement({ ...standing, earnedMinor: 10_000n })).toEqual({
    kind: 'transfer',
    amountMinor: 1_000n,
    nettedMinor: 0n,
  })
})
