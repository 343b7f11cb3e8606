import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasMinorOf, planMovement, settledStatus } from './payout-plan.ts'

const amount = fc.bigInt({ min: 0n, max: 100_000n })

test('a provider comes to have what was earned, whatever changes on the way', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, amount, amount), { minLength: 1, maxLength: 12 }), (changes) => {
      let transferredMinor = 0n
      let nettedMinor = 0n
      let recoveredMinor = 0n
      for (const [earnedMinor, debtMinor, keptElsewhereMinor] of changes) {
        // Of what there is too much, other payouts have made good a part.
        const before = hasMinorOf({ transferredMinor, nettedMinor, recoveredMinor })
        const tooMuchMinor = before > earnedMinor ? before - earnedMinor : 0n
        recoveredMinor += keptElsewhereMinor < tooMuchMinor ? keptElsewhereMinor : tooMuchMinor
        const plan = planMovement({
          earnedMinor,
          transferredMinor,
          nettedMinor,
          recoveredMinor,
          debtMinor,
          pullRefused: false,
        })
        if (plan?.kind === 'transfer') {
          expect(plan.nettedMinor).toBeLessThanOrEqual(debtMinor)
          expect(plan.amountMinor + plan.nettedMinor).toBe(
            earnedMinor - hasMinorOf({ transferredMinor, nettedMinor, recoveredMinor }),
          )
          transferredMinor += plan.amountMinor
          nettedMinor += plan.nettedMinor
        } else if (plan) {
          expect(plan.amountMinor).toBeGreaterThan(0n)
          transferredMinor -= plan.amountMinor
        }
        expect(transferredMinor).toBeGreaterThanOrEqual(0n)
        // Too much remains only where it was never sent, but kept for another debt.
        const hasMinor = hasMinorOf({ transferredMinor, nettedMinor, recoveredMinor })
        expect(hasMinor === earnedMinor || (hasMinor > earnedMinor && transferredMinor === 0n)).toBe(true)
        expect(settledStatus({ earnedMinor, transferredMinor, nettedMinor, recoveredMinor })).toBe(
          earnedMinor === 0n && hasMinor === 0n ? 'none' : 'paid',
        )
      }
    }),
  )
})

test('what could not be pulled back is not asked for again, and a transfer is not hindered by it', () => {
  const standing = {
    transferredMinor: 9_000n,
    nettedMinor: 0n,
    recoveredMinor: 0n,
    debtMinor: 0n,
    pullRefused: true,
  }
  expect(planMovement({ ...standing, earnedMinor: 0n })).toBeNull()
  expect(planMovement({ ...standing, earnedMinor: 10_000n })).toEqual({
    kind: 'transfer',
    amountMinor: 1_000n,
    nettedMinor: 0n,
  })
})

test('what was made good by other payouts is not pulled back as well, and is sent again when it is earned again', () => {
  const standing = {
    transferredMinor: 9_000n,
    nettedMinor: 0n,
    recoveredMinor: 4_500n,
    debtMinor: 0n,
    pullRefused: false,
  }
  expect(planMovement({ ...standing, earnedMinor: 4_500n })).toBeNull()
  expect(planMovement({ ...standing, earnedMinor: 0n })).toEqual({ kind: 'reversal', amountMinor: 4_500n })
  expect(planMovement({ ...standing, earnedMinor: 9_000n })).toEqual({
    kind: 'transfer',
    amountMinor: 4_500n,
    nettedMinor: 0n,
  })
})
