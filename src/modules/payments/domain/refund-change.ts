import { chargeStepOf } from '#src/kernel/charges.ts'
import type { Money } from '#src/kernel/money.ts'

export type RefundStatus = 'requested' | 'pending' | 'succeeded' | 'failed'

/** What follows when a refund is seen in a state. */
export interface RefundDecision {
  readonly changes: boolean
  /** The money leaves our balance with this step. */
  readonly leaves: boolean
  /** The money that had left comes back with this step. */
  readonly comesBack: boolean
  /** How many times its amount is added to what is refunded, and to what is reserved. */
  readonly refunded: 1n | 0n | -1n
  readonly reserved: 0n | -1n
  readonly news: 'payment.refunded' | 'payment.refund_failed' | null
}

// A refund that succeeded can still fail, days later; nothing comes after that. Older news than what we know changes nothing.
const RANK = { requested: 0, pending: 1, succeeded: 2, failed: 3 } as const

export function decideRefund(before: RefundStatus, seen: RefundStatus): RefundDecision {
  const changes = RANK[seen] > RANK[before]
  const failed = changes && seen === 'failed'
  const succeeded = changes && seen === 'succeeded'
  return {
    changes,
    leaves: changes && before === 'requested' && !failed,
    comesBack: failed && before !== 'requested',
    refunded: succeeded ? 1n : failed && before === 'succeeded' ? -1n : 0n,
    reserved: failed ? -1n : 0n,
    news: succeeded ? 'payment.refunded' : failed ? 'payment.refund_failed' : null,
  }
}

/** Whether an amount is one that a card can be given: a positive multiple of the currency's step. */
export function isOnStep({ amountMinor, currency }: Money): boolean {
  return amountMinor > 0n && amountMinor % chargeStepOf(currency) === 0n
}
