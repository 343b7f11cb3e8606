import { assert } from '#src/kernel/assert.ts'
import type { Account, Transfer, TransferKind } from '#src/modules/ledger/index.ts'
import { stableId } from '#src/platform/stable-id.ts'
import type { BalanceTransaction } from './tables.ts'

interface OwnMovement {
  readonly kind: TransferKind
  readonly account: Account
  readonly description: string
}

// What moves our own balance and no booking's: nothing of ours asked for it, so that Stripe's line is all there is to it.
const OWN_MOVEMENTS: Readonly<Record<string, OwnMovement>> = {
  payout: { kind: 'bank_payout', account: { code: 'bank' }, description: 'Paid out to our bank' },
  payout_failure: {
    kind: 'bank_payout_failed',
    account: { code: 'bank' },
    description: 'Sent back by our bank',
  },
  payout_cancel: {
    kind: 'bank_payout_failed',
    account: { code: 'bank' },
    description: 'Payout to our bank cancelled',
  },
  topup: { kind: 'top_up', account: { code: 'bank' }, description: 'Paid in from our bank' },
  topup_reversal: { kind: 'top_up_failed', account: { code: 'bank' }, description: 'Taken back by our bank' },
  stripe_fee: {
    kind: 'stripe_fee',
    account: { code: 'processing_fees' },
    description: "Stripe's fee for our account",
  },
}

/** Stripe's words for the lines that are booked as they are read. */
export const OWN_MOVEMENT_TYPES: readonly string[] = Object.keys(OWN_MOVEMENTS)

/** The posting of a line that is nobody's but ours, and of the fee Stripe kept of it. Keyed by the line: one object has several. */
export function ownMovementPostings(line: BalanceTransaction): Transfer[] {
  const movement = OWN_MOVEMENTS[line.type]
  assert(movement, `${line.type} is a movement of our own`)
  const whole = posting(line, movement.kind, movement.account, movement.description, line.amountMinor)
  const fee = posting(line, 'stripe_fee', { code: 'processing_fees' }, "Stripe's fee for it", -line.feeMinor)
  return [...whole, ...fee]
}

/** @param grownByMinor what our balance grew by; negative when it shrank */
function posting(
  line: BalanceTransaction,
  kind: TransferKind,
  account: Account,
  description: string,
  grownByMinor: bigint,
): Transfer[] {
  if (grownByMinor === 0n) return []
  const balance: Account = { code: 'stripe_balance' }
  const grows = grownByMinor > 0n
  const objectId = line.sourceId ?? line.id
  return [
    {
      kind,
      debit: grows ? balance : account,
      credit: grows ? account : balance,
      amount: { amountMinor: grows ? grownByMinor : -grownByMinor, currency: line.currency },
      subjectId: stableId('own_movement', objectId),
      effectKey: `stripe:${line.id}:${kind}`,
      externalId: objectId,
      description,
      facts: { formula: 'as Stripe says', balanceTransaction: line.id },
      occurredAt: line.createdAt,
    },
  ]
}
