import { expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { SLIP_SENTENCES, slipCodeOf, WAIT_SENTENCES, type SlipCode, type WaitCode } from './payout-rules.ts'
import { slipReason } from './slip.ts'

const dueAt = Temporal.Instant.from('2026-11-08T15:00:00Z')
const kept = { dueAt, paidAt: null, waitsFor: null, slippedFor: null, nothingDue: false }
const onTime = { ...kept, paidAt: dueAt.add({ minutes: 1 }) }
const late = { ...kept, paidAt: dueAt.add({ hours: 48 }) }
const LATER = '2026-12-09T16:00:00Z'

test.each([
  ['before its date', kept, '2026-11-08T14:00:00Z', null],
  ['in the minutes after it', kept, '2026-11-08T15:05:00Z', null],
  ['a day later', kept, '2026-11-09T16:00:00Z', 'It is being sent.'],
  ['a day later, with nothing to send', { ...kept, nothingDue: true }, '2026-11-09T16:00:00Z', null],
  [
    'with a reason to wait',
    { ...kept, waitsFor: 'disputed' },
    '2026-11-08T14:00:00Z',
    WAIT_SENTENCES.disputed,
  ],
  ['sent on its date', onTime, LATER, null],
  ['sent on its date, though it had waited', { ...onTime, slippedFor: 'account_not_ready' }, LATER, null],
  ['sent two days later, nobody knows why', late, LATER, 'It was sent later than promised.'],
  ['sent two days later', { ...late, slippedFor: 'disputed' }, LATER, SLIP_SENTENCES.disputed],
  [
    'sent, and disputed since',
    { ...onTime, waitsFor: 'disputed' },
    LATER,
    'The customer disputes the payment. If the dispute is lost, what was sent is taken back.',
  ],
  ['sent, and a refund to the customer failed since', { ...onTime, waitsFor: 'refund_failed' }, LATER, null],
  [
    'sent two days later, and owed since',
    { ...late, slippedFor: 'refused', waitsFor: 'owed' },
    LATER,
    `${SLIP_SENTENCES.refused} ${WAIT_SENTENCES.owed}`,
  ],
] as const)('the reason of a payout %s', (_, promised, now, reason) => {
  expect(slipReason(promised, Temporal.Instant.from(now))).toBe(reason)
})

test.each([
  ['before its date', { ...kept, waitsFor: 'disputed' }, '2026-11-08T14:59:59Z', null],
  ['when its date has come', { ...kept, waitsFor: 'disputed' }, '2026-11-08T15:00:00Z', 'disputed'],
  ['that waits for nothing', kept, LATER, null],
  ['that was sent already', { ...late, waitsFor: 'disputed' }, LATER, null],
  ['that is owed', { ...kept, waitsFor: 'owed' }, LATER, null],
] satisfies [
  string,
  { dueAt: Temporal.Instant; paidAt: Temporal.Instant | null; waitsFor: WaitCode | null },
  string,
  SlipCode | null,
][])('what a payout %s slipped for', (_, payout, now, code) => {
  expect(slipCodeOf(payout, Temporal.Instant.from(now))).toBe(code)
})
