import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decideChange,
  mismatchOf,
  statusOfCaptured,
  type KnownPayment,
  type PaymentChange,
  type SeenPayment,
} from './payment-change.ts'

const KNOWN: KnownPayment = {
  id: 'payment',
  bookingId: 'booking',
  status: 'unpaid',
  currency: 'USD',
  amountMinor: 11_000n,
  paymentIntentId: null,
  capturedMinor: 0n,
  refundedMinor: 0n,
  processingFeeMinor: null,
  lastError: null,
}
const CHARGE = {
  id: 'ch_1',
  capturedMinor: 11_000n,
  feeMinor: 349n,
  settledCurrency: 'USD',
} as const
const SEEN: SeenPayment = {
  intentId: 'pi_1',
  status: 'captured',
  amountMinor: 11_000n,
  currency: 'USD',
  paymentId: 'payment',
  bookingId: 'booking',
  decline: null,
  charge: CHARGE,
}

const after = (known: KnownPayment, { news: _, ...change }: PaymentChange): KnownPayment => ({
  ...known,
  ...change,
})

// What Stripe would show at each point of a payment's life.
const UNPAID: SeenPayment = { ...SEEN, status: 'unpaid', charge: null }
const DECLINED: SeenPayment = {
  ...SEEN,
  status: 'unpaid',
  decline: 'Your card was declined.',
  charge: { ...CHARGE, id: 'ch_0', capturedMinor: 0n },
}
const AUTHORIZED: SeenPayment = {
  ...SEEN,
  status: 'authorized',
  charge: { ...CHARGE, capturedMinor: 0n, feeMinor: null },
}
const PROCESSING: SeenPayment = { ...UNPAID, status: 'processing' }
const CAPTURED_WITHOUT_FEE: SeenPayment = {
  ...SEEN,
  charge: { ...CHARGE, feeMinor: null, settledCurrency: null },
}
const CANCELED: SeenPayment = {
  ...SEEN,
  status: 'canceled',
  charge: { ...CHARGE, capturedMinor: 0n, feeMinor: null },
}
const LIFE = [UNPAID, PROCESSING, DECLINED, AUTHORIZED, CAPTURED_WITHOUT_FEE, SEEN]

describe('a payment', () => {
  test.each<[string, KnownPayment, SeenPayment, Partial<PaymentChange>]>([
    [
      'paid at once',
      KNOWN,
      SEEN,
      {
        status: 'captured',
        capturedMinor: 11_000n,
        processingFeeMinor: 349n,
        news: [{ type: 'payment.captured' }],
      },
    ],
    [
      'set aside',
      KNOWN,
      AUTHORIZED,
      { status: 'authorized', capturedMinor: 0n, news: [{ type: 'payment.authorized' }] },
    ],
    [
      'set aside, then taken',
      { ...KNOWN, status: 'authorized' },
      SEEN,
      { status: 'captured', news: [{ type: 'payment.captured' }] },
    ],
    [
      'set aside, then given back',
      { ...KNOWN, status: 'authorized' },
      CANCELED,
      { status: 'voided', news: [{ type: 'payment.voided' }] },
    ],
    ['never paid and closed', KNOWN, CANCELED, { status: 'unpaid', news: [] }],
    [
      'F33 that is being processed waits',
      KNOWN,
      PROCESSING,
      { status: 'unpaid', capturedMinor: 0n, news: [] },
    ],
    [
      'F33 processed before, and refused now',
      after(KNOWN, decideChange(KNOWN, PROCESSING)),
      DECLINED,
      { status: 'unpaid', news: [{ type: 'payment.failed', reason: 'Your card was declined.' }] },
    ],
    [
      'declined',
      KNOWN,
      DECLINED,
      {
        status: 'unpaid',
        lastError: 'Your card was declined.',
        news: [{ type: 'payment.failed', reason: 'Your card was declined.' }],
      },
    ],
    [
      'declined before, and paid now',
      { ...KNOWN, lastError: 'Your card was declined.' },
      SEEN,
      { status: 'captured', lastError: null },
    ],
    ['whose fee comes later', KNOWN, CAPTURED_WITHOUT_FEE, { status: 'captured', processingFeeMinor: null }],
    [
      'disputed stays so: what becomes of it is read from the dispute',
      { ...KNOWN, status: 'disputed', capturedMinor: 11_000n },
      SEEN,
      { status: 'disputed', news: [] },
    ],
  ])('%s', (_, known, seen, expected) => {
    expect(decideChange(known, seen)).toMatchObject(expected)
  })

  test('seen again as it is known says nothing new', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIFE, CANCELED), fc.constantFrom(...LIFE, CANCELED), (one, other) => {
        const before = after(KNOWN, decideChange(KNOWN, one))
        const known = after(before, decideChange(before, other))
        const again = decideChange(known, other)
        expect(again.news).toEqual([])
        expect(after(known, again)).toEqual(known)
      }),
    )
  })

  test('ends the same in whatever order its states are seen, and is captured once', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(LIFE, { minLength: LIFE.length }),
        fc.array(fc.constantFrom(...LIFE)),
        (order, repeats) => {
          let known = KNOWN
          let captures = 0
          for (const seen of [...order, ...repeats]) {
            const change = decideChange(known, seen)
            captures += change.news.filter(({ type }) => type === 'payment.captured').length
            known = after(known, change)
          }
          expect(known).toEqual({
            ...KNOWN,
            status: 'captured',
            capturedMinor: 11_000n,
            processingFeeMinor: 349n,
          })
          expect(captures).toBe(1)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test.each([
    [0n, null, 'captured'],
    [1n, null, 'partially_refunded'],
    [10_999n, null, 'partially_refunded'],
    [11_000n, null, 'refunded'],
    [1n, 'open', 'disputed'],
    [0n, 'lost', 'dispute_lost'],
  ] as const)('with %s refunded and dispute %s is %s', (refundedMinor, dispute, status) => {
    expect(statusOfCaptured(11_000n, refundedMinor, dispute)).toBe(status)
  })
})

describe('F34, F45 a payment at the gateway', () => {
  test('that is what we asked for matches', () => {
    for (const seen of [...LIFE, CANCELED]) expect(mismatchOf(KNOWN, seen)).toBeNull()
  })

  test.each<[string, Partial<SeenPayment>]>([
    ['for a cent more', { amountMinor: 11_001n }],
    ['for a cent less', { amountMinor: 10_999n }],
    ['in another currency', { currency: 'CAD' }],
    ['for another payment', { paymentId: 'another' }],
    ['for no payment', { paymentId: null }],
    ['for another booking', { bookingId: 'another' }],
    ['captured in part', { charge: { ...CHARGE, capturedMinor: 10_999n } }],
    ['settled in another currency', { charge: { ...CHARGE, settledCurrency: 'EUR' } }],
  ])('%s does not match', (_, tampered) => {
    expect(mismatchOf(KNOWN, { ...SEEN, ...tampered })).not.toBeNull()
  })

  test('that is another one than before does not match', () => {
    expect(mismatchOf({ ...KNOWN, paymentIntentId: 'pi_before' }, SEEN)).toBe('another payment than before')
  })
})
