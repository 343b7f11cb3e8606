import { describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import {
  compareSides,
  DIFFERENCE_KINDS,
  DIFFERENCES,
  GRACE_MINUTES,
  isOnItsWay,
  objectWord,
  whatHappensNext,
} from './differences.ts'

describe('the two sides of an object', () => {
  test.each([
    [10_651n, 10_651n, null],
    [null, null, null],
    [0n, null, null], // refunded and failed by hand before anybody heard of it
    [null, 0n, null],
    [10_651n, null, 'missing_in_ledger'],
    [null, -9_000n, 'missing_at_stripe'],
    [0n, -4_000n, 'amount_differs'], // the failure of a refund was not heard of
    [10_651n, 11_000n, 'amount_differs'], // the fee is not booked
    [-1n, 1n, 'amount_differs'],
  ] as const)('%s at Stripe and %s in the ledger: %s', (stripeMinor, ledgerMinor, kind) => {
    expect(compareSides({ stripeMinor, ledgerMinor })).toBe(kind)
  })
})

test('what happened within the grace period is on its way, and a moment later it is late', () => {
  const now = Temporal.Instant.from('2026-11-01T12:00:00Z')
  const edge = now.subtract({ minutes: GRACE_MINUTES })
  expect(isOnItsWay(edge.add({ seconds: 1 }), now)).toBe(true)
  expect(isOnItsWay(edge, now)).toBe(false)
})

test('every kind says what is so and what happens next, and asks for a person when replaying has not helped', () => {
  for (const kind of DIFFERENCE_KINDS) {
    const { name, sentence, replay, help } = DIFFERENCES[kind]
    expect(name).not.toBe('')
    expect(sentence).toMatch(/\.$/)
    expect(whatHappensNext(kind, 0)).toBe(replay ?? help)
    expect(whatHappensNext(kind, 2)).toContain(help)
  }
})

test('an id says what it names', () => {
  expect(['ch_1', 're_1', 'tr_1', 'trr_1', 'dp_1', 'po_1'].map(objectWord)).toEqual([
    'charge',
    'refund',
    'transfer',
    'transfer reversal',
    'dispute',
    'bank payout',
  ])
  expect(objectWord('8f0e')).toBe('posting')
})
