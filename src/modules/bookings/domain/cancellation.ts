import { chargeStepOf } from '#src/kernel/charges.ts'
import { proportionHalfUp, type Currency } from '#src/kernel/money.ts'
import { mayAs, type Role } from '#src/kernel/rights.ts'
import type { CancellationPolicy } from '#src/kernel/service-terms.ts'
import { isBefore, plusMinutes, type Temporal } from '#src/kernel/time.ts'
import { findTransition, type BookingState } from './lifecycle.ts'
import { partyAs } from './party.ts'

export interface PolicyStep {
  /** Counted back from the start, in elapsed hours: the step holds while at least this much is left. */
  readonly hoursBefore: number
  readonly refundPercent: number
}

/** From generous to not; the last step holds until the start. */
const POLICY_STEPS: Readonly<Record<CancellationPolicy, readonly PolicyStep[]>> = {
  flexible: [
    { hoursBefore: 24, refundPercent: 100 },
    { hoursBefore: 0, refundPercent: 50 },
  ],
  moderate: [
    { hoursBefore: 72, refundPercent: 100 },
    { hoursBefore: 24, refundPercent: 50 },
    { hoursBefore: 0, refundPercent: 0 },
  ],
  strict: [
    { hoursBefore: 7 * 24, refundPercent: 50 },
    { hoursBefore: 0, refundPercent: 0 },
  ],
  non_refundable: [{ hoursBefore: 0, refundPercent: 0 }],
}

/** The policy with its real dates: up to and including `until`, that much of the price comes back. */
export interface DatedPolicyStep {
  readonly until: Temporal.Instant
  readonly refundPercent: number
}

/** The same, counted back from a start that is not chosen yet. */
export function policySteps(policy: CancellationPolicy, refundPercentMax: number): PolicyStep[] {
  return POLICY_STEPS[policy].map(({ hoursBefore, refundPercent }) => ({
    hoursBefore,
    refundPercent: Math.min(refundPercent, refundPercentMax),
  }))
}

export function datedPolicy(
  policy: CancellationPolicy,
  startsAt: Temporal.Instant,
  refundPercentMax = 100,
): DatedPolicyStep[] {
  return policySteps(policy, refundPercentMax).map(({ hoursBefore, refundPercent }) => ({
    until: plusMinutes(startsAt, -60 * hoursBefore),
    refundPercent,
  }))
}

/** How much of the price the policy gives back to a customer who cancels now. */
export function refundPercentAt(
  policy: CancellationPolicy,
  startsAt: Temporal.Instant,
  now: Temporal.Instant,
): number {
  return datedPolicy(policy, startsAt).find(({ until }) => !isBefore(until, now))?.refundPercent ?? 0
}

export interface CancellableBooking {
  readonly state: BookingState
  readonly startsAt: Temporal.Instant
  readonly cancellationPolicy: CancellationPolicy
  readonly refundPercentMax: number
  readonly currency: Currency
  readonly baseMinor: bigint
  readonly surchargeMinor: bigint
  /** What has come back of the money that was taken; null while none was taken, but only reserved or asked for. */
  readonly refunded: Refunded | null
}

interface Refunded {
  readonly baseRefundedMinor: bigint
  readonly surchargeRefundedMinor: bigint
}

export type CancellationDecision =
  | { readonly refused: 'booking.wrong_state' | 'booking.too_late_to_cancel' }
  | {
      readonly refused: null
      readonly refundPercent: number
      readonly baseRefundMinor: bigint
      readonly surchargeRefundMinor: bigint
    }

/**
 * Who may cancel, until when, and what comes back. The customer gets what the policy says of what was paid, less what has
 * come back before, whether they cancel or support does it for them; the provider, and operators who may refund, give
 * everything back. The guest surcharge comes back in the same proportion as the price; each is rounded half up by itself,
 * to the smallest step that can be refunded.
 */
export function decideCancellation(
  booking: CancellableBooking,
  role: Role,
  now: Temporal.Instant,
): CancellationDecision {
  if (booking.state !== 'held' && booking.state !== 'awaiting_provider' && booking.state !== 'confirmed') {
    return { refused: booking.state === 'in_progress' ? 'booking.too_late_to_cancel' : 'booking.wrong_state' }
  }
  if (!findTransition('cancel', booking.state, partyAs(role))) return { refused: 'booking.wrong_state' }
  const byCustomer = role === 'customer' || role === 'guest'
  if (byCustomer && !isBefore(now, booking.startsAt)) return { refused: 'booking.too_late_to_cancel' }
  const refundPercent = mayAs(role, 'booking.exceed_policy')
    ? 100
    : Math.min(refundPercentAt(booking.cancellationPolicy, booking.startsAt, now), booking.refundPercentMax)
  return { refused: null, refundPercent, ...refundParts(booking, refundPercent) }
}

interface RefundParts {
  readonly baseRefundMinor: bigint
  readonly surchargeRefundMinor: bigint
}

type Paid = Pick<CancellableBooking, 'currency' | 'baseMinor' | 'surchargeMinor' | 'refunded'>

/** What is still to come back until `percent` of what was paid has, minor units on the charge step. */
export function refundParts(
  { currency, baseMinor, surchargeMinor, refunded }: Paid,
  percent: number,
): RefundParts {
  if (refunded === null) return { baseRefundMinor: 0n, surchargeRefundMinor: 0n }
  const stepMinor = chargeStepOf(currency)
  const part = (paidMinor: bigint, backMinor: bigint) => {
    const dueMinor = proportionHalfUp(paidMinor, BigInt(percent), 100n, stepMinor) - backMinor
    return dueMinor > 0n ? dueMinor : 0n
  }
  return {
    baseRefundMinor: part(baseMinor, refunded.baseRefundedMinor),
    surchargeRefundMinor: part(surchargeMinor, refunded.surchargeRefundedMinor),
  }
}
