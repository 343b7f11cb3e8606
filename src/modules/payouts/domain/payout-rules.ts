import { isBefore, type Temporal } from '#src/kernel/time.ts'

/** Why a payout waits or failed, in words for the provider and the operator. Codes are stored and stay. */
export const WAIT_SENTENCES = {
  disputed: 'The customer disputes the payment. The payout waits for the outcome.',
  refund_failed: 'A refund to the customer did not arrive. The payout waits until that is settled.',
  account_not_ready: 'Your payout account cannot receive money yet. Finish setting it up.',
  platform_balance: 'The money is not available at the payment company yet. The payout is tried again.',
  refused: 'The payment company refused the transfer.',
  owed: 'This was given back to the customer after it was paid to you. It is kept from your next payouts.',
  reversed_by_hand: 'The transfer was taken back by hand. We are looking into it.',
} as const
export type WaitCode = keyof typeof WAIT_SENTENCES

/** The same once the payout has been sent, for a date that was not kept. Only what can hold up a first sending. */
export const SLIP_SENTENCES = {
  disputed: 'The customer had disputed the payment, and the payout waited for the outcome.',
  refund_failed: 'A refund to the customer had not arrived, and the payout waited until that was settled.',
  account_not_ready: 'Your payout account could not receive money when it was due.',
  platform_balance: 'The money was not available at the payment company when it was due.',
  refused: 'The payment company had refused the transfer.',
} as const satisfies Partial<Record<WaitCode, string>>
export type SlipCode = keyof typeof SLIP_SENTENCES

/** What keeps a date from being kept that has come by now; null before it, and once the payout has been sent. */
export function slipCodeOf(
  {
    dueAt,
    paidAt,
    waitsFor,
  }: { dueAt: Temporal.Instant; paidAt: Temporal.Instant | null; waitsFor: WaitCode | null },
  now: Temporal.Instant,
): SlipCode | null {
  if (paidAt !== null || waitsFor === null || isBefore(now, dueAt)) return null
  return waitsFor in SLIP_SENTENCES ? (waitsFor as SlipCode) : null
}

/** After the first, second and third failed attempt; after the fourth it is left to an operator. */
const RETRY_AFTER_HOURS = [1, 6, 24] as const
/** Our own balance at Stripe fills by itself, or is topped up by an operator, whose queue has the payout as overdue: it stays due. */
const BALANCE_RETRY_HOURS = 6

/** When to try again after `attempts` failed ones; null: left to an operator, in whose queue it stands as failed. */
export function nextAttemptAt(
  attempts: number,
  waitsFor: WaitCode,
  now: Temporal.Instant,
): Temporal.Instant | null {
  if (waitsFor === 'platform_balance') return now.add({ hours: BALANCE_RETRY_HOURS })
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
  /** Refunds that failed and were neither made again nor settled in another way. */
  readonly openFailedRefunds: number
}

/** What keeps the money where it is beyond its date, if anything does. */
export function holdOf({ paymentStatus, openFailedRefunds }: HoldFacts): 'disputed' | 'refund_failed' | null {
  if (paymentStatus === 'disputed') return 'disputed'
  return openFailedRefunds > 0 ? 'refund_failed' : null
}
