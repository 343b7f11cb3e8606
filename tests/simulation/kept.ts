// Programs that once broke a promise, as short as they came to be: each is run again for ever.
import type { Step } from './steps.ts'

const NEWEST_CARD = { refundFails: 7 } as const
const step = (kind: Step['kind'], numbers: Partial<Omit<Step, 'kind'>> = {}): Step => ({
  ...{ kind, a: 0, b: 0, c: 0 },
  ...numbers,
})

/** A guest books and pays with a card whose refunds arrive and then come back; two weeks later the provider is paid. */
const PAID_OUT = [
  step('hold', { b: 1, c: 4 }),
  step('pay', { b: NEWEST_CARD.refundFails }),
  step('post', { a: 11 }),
  step('work'),
  step('clock', { a: 9 }),
  step('work'),
  step('work'),
]
const REFUND_COMES_BACK = [
  step('refund', { c: 5 }),
  step('work'),
  step('post', { a: 11 }),
  step('clock', { a: 8 }),
  step('sweeps'),
  step('post', { a: 11 }),
  step('work'),
]

export const KEPT: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  [
    'what was shared out, given back and shared out again is no difference',
    [...PAID_OUT, ...REFUND_COMES_BACK],
  ],
  [
    'what was given back outside of Stripe is no difference',
    [...PAID_OUT, ...REFUND_COMES_BACK, step('failedRefund', { b: 1 }), step('work')],
  ],
  [
    'what was accepted and could not be charged before its time never began',
    [
      step('hold', { a: 1, c: 8 }),
      step('pay', { b: 1 }),
      step('post', { a: 11 }),
      step('work'),
      step('accept'),
      step('clock', { a: 8 }),
    ],
  ],
  ['what nobody pays for is given back', [step('hold')]],
]
