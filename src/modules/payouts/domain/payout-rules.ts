import type { Temporal } from '#src/kernel/time.ts'

/** Why a payout waits or failed, in words for the provider and the operator. */
export const PAYOUT_REASONS = {
  disputed: 'The customer disputes the payment. The payout waits for the outcome.',
  refund_failed: 'A refund to the customer did not arrive. The payout waits until that is settled.',
  account_not_ready: 'Your payout account cannot receive money yet. Finish setting it up.',
} as const

/** After the first, second and third failed attempt; after the fourth it is left to an operator. */
const RETRY_AFTER_HOURS = [1, 6, 24] as const

/** When to try again after `attempts` failed ones; null: an operator decides. */
export function nextAttemptAt(attempts: number, now: Temporal.Instant): Temporal.Instant | null {
  const hours = RETRY_AFTER_HOURS[attempts - 1]
  return hours === undefined ? null : now.add({ hours })
}

/** The date promised to the provider: the end of the service and of the escrow after it. */
export function dueAtOf(endsAt: Temporal.Instant, escrowDays: number): Temporal.Instant {
  return endsAt.add({ hours: escrowDays * 24 })
}

/** States in which it is settled what the provider has earned. */
const OVER = new Set(['completed', 'no_show', 'cancelled'])

export function isOver(bookingState: string): boolean {
  return OVER.has(bookingState)
}

export interface HoldFacts {
  readonly paymentStatus: string
  readonly refundStatuses: readonly string[]
}

/** What keeps the money in escrow beyond its date, if anything does. */
export function holdOf({ paymentStatus, refundStatuses }: HoldFacts): 'disputed' | 'refund_failed' | null {
  if (paymentStatus === 'disputed' || paymentStatus === 'dispute_lost') return 'disputed'
  return refundStatuses.includes('failed') ? 'refund_failed' : null
}
