import { assert } from '#src/kernel/assert.ts'
import type { Money } from '#src/kernel/money.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Account } from './accounts.ts'

/** Why money moved. */
export const TRANSFER_KINDS = [
  'capture',
  'processing_fee',
  'refund',
  'refund_failed',
  'provider_share',
  'commission',
  'surcharge',
  'provider_share_returned',
  'commission_returned',
  'surcharge_returned',
  'provider_transfer',
  'transfer_reversal',
  'refund_outside',
  'dispute_withdrawal',
  'dispute_reinstatement',
  'dispute_fee',
  'dispute_fee_returned',
  'dispute_loss',
  'platform_loss',
  'bank_payout',
  'bank_payout_failed',
  'top_up',
  'top_up_failed',
  'stripe_fee',
] as const
export type TransferKind = (typeof TRANSFER_KINDS)[number]

/**
 * What an amount was worked out from, for whoever asks why. Names end in their unit: `…Minor` are minor units of the
 * transfer's currency, `…BasisPoints` hundredths of a percent; anything else is a word. Stored as JSON, read by people only.
 */
export interface TransferFacts {
  /** 'base + guest fee': how the inputs make the amount. */
  readonly formula: string
  readonly [input: string]: string | number
}

/** One positive amount from one account to another. What is debited grows an asset, what is credited grows a debt or revenue. */
export interface Transfer {
  readonly kind: TransferKind
  readonly debit: Account
  readonly credit: Account
  readonly amount: Money
  /** What the money belongs to; for everything around a booking, the booking. */
  readonly subjectId: string
  /** One effect of each kind for each object, however often it is heard of: 'stripe:ch_…:capture'. */
  readonly effectKey: string
  /** The object at Stripe behind it; null for a movement of our own. */
  readonly externalId: string | null
  /** The effect key of the transfer that this one takes back. */
  readonly reverses?: string
  readonly description: string
  readonly facts?: TransferFacts
  readonly occurredAt: Temporal.Instant
}

/** What must hold before a transfer is written; Postgres refuses the same. */
export function assertTransfer(transfer: Transfer): void {
  assert(transfer.amount.amountMinor > 0n, `${transfer.effectKey}: a transfer moves a positive amount`)
  assert(
    !sameAccount(transfer.debit, transfer.credit),
    `${transfer.effectKey}: a transfer is between two accounts`,
  )
}

function sameAccount(one: Account, other: Account): boolean {
  return (
    one.code === other.code &&
    ('ownerId' in one ? one.ownerId : null) === ('ownerId' in other ? other.ownerId : null)
  )
}
