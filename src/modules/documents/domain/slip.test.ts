import { expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { slipReason } from './slip.ts'

const dueAt = Temporal.Instant.from('2026-11-08T15:00:00Z')
const kept = { dueAt, paidAt: null, waitReason: null, nothingDue: false }

test.each([
  ['before its date', kept, '2026-11-08T14:00:00Z', null],
  ['in the minutes after it', kept, '2026-11-08T15:05:00Z', null],
  ['a day later', kept, '2026-11-09T16:00:00Z', 'It is being sent.'],
  ['a day later, with nothing to send', { ...kept, nothingDue: true }, '2026-11-09T16:00:00Z', null],
  ['sent on its date', { ...kept, paidAt: dueAt.add({ minutes: 1 }) }, '2026-12-09T16:00:00Z', null],
  [
    'sent two days later',
    { ...kept, paidAt: dueAt.add({ hours: 48 }) },
    '2026-12-09T16:00:00Z',
    'It was sent later than promised.',
  ],
  [
    'with a reason to wait',
    { ...kept, waitReason: 'The customer disputes the payment.' },
    '2026-11-08T14:00:00Z',
    'The customer disputes the payment.',
  ],
])('the reason of a payout %s', (_, promised, now, reason) => {
  expect(slipReason(promised, Temporal.Instant.from(now))).toBe(reason)
})
