import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ROLES } from '#src/kernel/rights.ts'
import { CANCELLATION_POLICIES, type CancellationPolicy } from '#src/kernel/service-terms.ts'
import { Temporal } from '#src/kernel/time.ts'
import { decideCancellation, refundPercentAt, type CancellableBooking } from './cancellation.ts'
import { BOOKING_STATES } from './lifecycle.ts'

const START = Temporal.Instant.from('2026-11-26T19:00:00Z')
const MINUTES_PER_HOUR = 60

function percentMinutesBefore(policy: CancellationPolicy, minutes: number): number {
  return refundPercentAt(policy, START, START.subtract({ minutes }))
}

const booking: CancellableBooking = {
  state: 'confirmed',
  startsAt: START,
  cancellationPolicy: 'flexible',
  refundPercentMax: 100,
  currency: 'USD',
  baseMinor: 10_000n,
  surchargeMinor: 1_000n,
  refunded: { baseRefundedMinor: 0n, surchargeRefundedMinor: 0n },
}

describe('the four policies, a minute to each side of every boundary', () => {
  it.each([
    // policy, hours before the start, then: a minute earlier, exactly, a minute later
    ['flexible', 24, 100, 100, 50],
    ['moderate', 72, 100, 100, 50],
    ['moderate', 24, 50, 50, 0],
    ['strict', 7 * 24, 50, 50, 0],
    ['non_refundable', 24, 0, 0, 0],
  ] as const)('%s at %i h: %i %%, %i %%, %i %%', (policy, hours, earlier, exactly, later) => {
    const boundary = hours * MINUTES_PER_HOUR
    expect(percentMinutesBefore(policy, boundary + 1)).toBe(earlier)
    expect(percentMinutesBefore(policy, boundary)).toBe(exactly)
    expect(percentMinutesBefore(policy, boundary - 1)).toBe(later)
  })

  it('counts elapsed hours, also over the night the clocks change', () => {
    const start = Temporal.ZonedDateTime.from('2026-11-01T12:00[America/Toronto]').toInstant()
    const sameWallTimeTheDayBefore = Temporal.ZonedDateTime.from(
      '2026-10-31T12:00[America/Toronto]',
    ).toInstant()
    expect(refundPercentAt('flexible', start, sameWallTimeTheDayBefore)).toBe(100) // 25 hours earlier
    expect(refundPercentAt('flexible', start, sameWallTimeTheDayBefore.add({ hours: 1, minutes: 1 }))).toBe(
      50,
    )
  })
})

describe('who cancels decides what comes back', () => {
  const late = START.subtract({ hours: 1 })

  it('gives a customer what the policy says, the surcharge in the same proportion', () => {
    expect(decideCancellation(booking, 'guest', late)).toEqual({
      refused: null,
      refundPercent: 50,
      baseRefundMinor: 5_000n,
      surchargeRefundMinor: 500n,
    })
  })

  it.each(['provider', 'finance', 'admin', 'system'] as const)(
    'gives everything back when %s cancels, surcharge included',
    (role) => {
      const decision = decideCancellation({ ...booking, cancellationPolicy: 'non_refundable' }, role, late)
      expect(decision).toEqual({
        refused: null,
        refundPercent: 100,
        baseRefundMinor: 10_000n,
        surchargeRefundMinor: 1_000n,
      })
    },
  )

  it('has support give what the policy says, also after the start', () => {
    expect(decideCancellation(booking, 'support', late)).toEqual(decideCancellation(booking, 'guest', late))
    expect(decideCancellation(booking, 'support', START.add({ minutes: 1 }))).toMatchObject({
      refundPercent: 0,
    })
  })

  it('gives no more back after a move than before it', () => {
    const moved = { ...booking, refundPercentMax: 50 }
    expect(decideCancellation(moved, 'customer', START.subtract({ hours: 100 }))).toMatchObject({
      refundPercent: 50,
    })
  })

  it('refunds nothing where nothing was taken', () => {
    expect(decideCancellation({ ...booking, refunded: null }, 'provider', late)).toMatchObject({
      baseRefundMinor: 0n,
      surchargeRefundMinor: 0n,
    })
  })

  it('counts what has come back before', () => {
    const refunded = { baseRefundedMinor: 2_000n, surchargeRefundedMinor: 200n }
    expect(decideCancellation({ ...booking, refunded }, 'guest', late)).toMatchObject({
      baseRefundMinor: 3_000n, // half of what was paid, less what is back
      surchargeRefundMinor: 300n,
    })
    expect(decideCancellation({ ...booking, refunded }, 'provider', late)).toMatchObject({
      baseRefundMinor: 8_000n,
      surchargeRefundMinor: 800n,
    })
  })

  it('refuses a customer once it has begun', () => {
    expect(decideCancellation(booking, 'customer', START)).toEqual({ refused: 'booking.too_late_to_cancel' })
    expect(decideCancellation(booking, 'customer', START.subtract({ milliseconds: 1 }))).toMatchObject({
      refused: null,
    })
  })
})

describe('for every booking', () => {
  const anyBooking = fc.record({
    state: fc.constantFrom(...BOOKING_STATES),
    startsAt: fc.constant(START),
    cancellationPolicy: fc.constantFrom(...CANCELLATION_POLICIES),
    refundPercentMax: fc.constantFrom(0, 50, 100),
    currency: fc.constantFrom('USD', 'JPY'),
    baseMinor: fc.bigInt({ min: 1n, max: 100_000_000n }),
    surchargeMinor: fc.bigInt({ min: 0n, max: 10_000_000n }),
    refunded: fc.option(
      fc.record({
        baseRefundedMinor: fc.bigInt({ min: 0n, max: 100_000_000n }),
        surchargeRefundedMinor: fc.bigInt({ min: 0n, max: 10_000_000n }),
      }),
    ),
  })
  const minutesBefore = fc.integer({ min: -10_000, max: 20_000 })

  it('a refund is never more than what is left of what was paid, part by part', () => {
    fc.assert(
      fc.property(anyBooking, fc.constantFrom(...ROLES), minutesBefore, (each, role, minutes) => {
        const decision = decideCancellation(each, role, START.subtract({ minutes }))
        if (decision.refused) return
        const left = (paid: bigint, back = 0n) => (paid > back ? paid - back : 0n)
        expect(decision.baseRefundMinor).toBeLessThanOrEqual(
          left(each.baseMinor, each.refunded?.baseRefundedMinor),
        )
        expect(decision.surchargeRefundMinor).toBeLessThanOrEqual(
          left(each.surchargeMinor, each.refunded?.surchargeRefundedMinor),
        )
        expect(decision.baseRefundMinor >= 0n && decision.surchargeRefundMinor >= 0n).toBe(true)
      }),
    )
  })

  it('a refund never grows as the start comes nearer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CANCELLATION_POLICIES),
        minutesBefore,
        fc.nat(10_000),
        (policy, minutes, later) => {
          expect(percentMinutesBefore(policy, minutes - later)).toBeLessThanOrEqual(
            percentMinutesBefore(policy, minutes),
          )
        },
      ),
    )
  })
})
