import { expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { dueAtOf, holdOf, isOver, nextAttemptAt } from './payout-rules.ts'

const NOW = Temporal.Instant.from('2026-11-01T00:00:00Z')

test.each([
  [1, '2026-11-01T01:00:00Z'],
  [2, '2026-11-01T06:00:00Z'],
  [3, '2026-11-02T00:00:00Z'],
])('after %s failed attempts the next one is at %s', (attempts, at) => {
  expect(nextAttemptAt(attempts, 'refused', NOW)?.toString()).toBe(at)
})

test('after four failed attempts an operator decides', () => {
  expect(nextAttemptAt(4, 'refused', NOW)).toBeNull()
})

test('for our own balance it is asked again for as long as it takes', () => {
  expect(nextAttemptAt(40, 'platform_balance', NOW)?.toString()).toBe('2026-11-01T06:00:00Z')
})

test('escrow ends a number of days of 24 hours after the service, whatever the clocks do in between', () => {
  expect(dueAtOf(Temporal.Instant.from('2026-10-30T15:00:00Z'), 7).toString()).toBe('2026-11-06T15:00:00Z')
  expect(dueAtOf(NOW, 0).equals(NOW)).toBe(true)
})

test.each([
  ['held', false],
  ['awaiting_provider', false],
  ['confirmed', false],
  ['in_progress', false],
  ['completed', true],
  ['no_show', true],
  ['cancelled', true],
  ['declined', false],
  ['expired', false],
])('what a provider has earned with a booking that is %s is settled: %s', (state, over) => {
  expect(isOver(state)).toBe(over)
})

test.each([
  ['captured', 0, null],
  ['disputed', 0, 'disputed'],
  ['dispute_lost', 0, null], // decided: what is left is paid
  ['captured', 1, 'refund_failed'],
  ['disputed', 1, 'disputed'],
] as const)(
  'a payment that is %s with %i failed refunds is held because: %s',
  (paymentStatus, openFailedRefunds, hold) => {
    expect(holdOf({ paymentStatus, openFailedRefunds })).toBe(hold)
  },
)
