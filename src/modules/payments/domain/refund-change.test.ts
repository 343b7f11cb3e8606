import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideRefund, type RefundStatus } from './refund-change.ts'

const STATUSES: RefundStatus[] = ['requested', 'pending', 'succeeded', 'failed']

test.each<[RefundStatus, RefundStatus, object]>([
  [
    'requested',
    'pending',
    { changes: true, leaves: true, comesBack: false, refunded: 0n, reserved: 0n, news: null },
  ],
  [
    'requested',
    'succeeded',
    { changes: true, leaves: true, comesBack: false, refunded: 1n, reserved: 0n, news: 'payment.refunded' },
  ],
  [
    'pending',
    'succeeded',
    { changes: true, leaves: false, comesBack: false, refunded: 1n, reserved: 0n, news: 'payment.refunded' },
  ],
  [
    'requested',
    'failed',
    {
      changes: true,
      leaves: false,
      comesBack: false,
      refunded: 0n,
      reserved: -1n,
      news: 'payment.refund_failed',
    },
  ],
  [
    'pending',
    'failed',
    {
      changes: true,
      leaves: false,
      comesBack: true,
      refunded: 0n,
      reserved: -1n,
      news: 'payment.refund_failed',
    },
  ],
  [
    'succeeded',
    'failed',
    {
      changes: true,
      leaves: false,
      comesBack: true,
      refunded: -1n,
      reserved: -1n,
      news: 'payment.refund_failed',
    },
  ],
  [
    'succeeded',
    'pending',
    { changes: false, leaves: false, comesBack: false, refunded: 0n, reserved: 0n, news: null },
  ],
  [
    'failed',
    'succeeded',
    { changes: false, leaves: false, comesBack: false, refunded: 0n, reserved: 0n, news: null },
  ],
])('a refund that was %s and is seen %s', (before, seen, expected) => {
  expect(decideRefund(before, seen)).toEqual(expected)
})

test('in whatever order its states are seen, the money has left as often as it should', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STATUSES), { maxLength: 12 }), (seen) => {
      let status: RefundStatus = 'requested'
      const sum = { out: 0, refunded: 0n, reserved: 1n }
      for (const next of seen) {
        const decision = decideRefund(status, next)
        if (!decision.changes) continue
        status = next
        sum.out += (decision.leaves ? 1 : 0) - (decision.comesBack ? 1 : 0)
        sum.refunded += decision.refunded
        sum.reserved += decision.reserved
      }
      expect(sum.out).toBe(status === 'pending' || status === 'succeeded' ? 1 : 0)
      expect(sum.refunded).toBe(status === 'succeeded' ? 1n : 0n)
      expect(sum.reserved).toBe(status === 'failed' ? 0n : 1n)
    }),
  )
})
