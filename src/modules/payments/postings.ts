import type { BalanceEntry } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Transfer, TransferFacts } from '#src/modules/ledger/index.ts'
import type { Payment, Refund } from './tables.ts'

// Which account to which, for each thing that happens to a payment. Keyed by the object at Stripe: an answer, a webhook and
// the sweeper that speak of one charge all write the same row.

/** What of a payment is price and what is guest fee. */
export interface PriceParts {
  readonly baseMinor: bigint
  readonly surchargeMinor: bigint
}

/** The customer's money is at Stripe, and in escrow for the booking. */
export function capturePosting(
  payment: Payment,
  chargeId: string,
  parts: PriceParts | null,
  occurredAt: Temporal.Instant,
): Transfer {
  return {
    ...(parts && { facts: sumOf(parts.baseMinor, parts.surchargeMinor) }),
    kind: 'capture',
    debit: { code: 'stripe_balance' },
    credit: { code: 'escrow' },
    amount: { amountMinor: payment.amountMinor, currency: payment.currency },
    subjectId: payment.bookingId,
    effectKey: `stripe:${chargeId}:capture`,
    externalId: chargeId,
    description: 'Paid by the customer',
    occurredAt,
  }
}

function sumOf(baseMinor: bigint, surchargeMinor: bigint): TransferFacts {
  return {
    formula: 'base + guest fee',
    baseMinor: Number(baseMinor),
    guestFeeMinor: Number(surchargeMinor),
  }
}

/** What Stripe kept of a charge. */
export function feePosting(
  payment: Payment,
  chargeId: string,
  feeMinor: bigint,
  occurredAt: Temporal.Instant,
): Transfer[] {
  if (feeMinor === 0n) return []
  return [
    {
      kind: 'processing_fee',
      debit: { code: 'processing_fees' },
      credit: { code: 'stripe_balance' },
      amount: { amountMinor: feeMinor, currency: payment.currency },
      subjectId: payment.bookingId,
      effectKey: `stripe:${chargeId}:fee`,
      externalId: chargeId,
      description: "Stripe's fee for the charge",
      facts: { formula: 'as Stripe says', chargeMinor: Number(payment.amountMinor) },
      occurredAt,
    },
  ]
}

/** Money on its way back to the customer. */
export function refundPosting(
  refund: Refund,
  stripeRefundId: string,
  occurredAt: Temporal.Instant,
): Transfer {
  return {
    kind: 'refund',
    debit: { code: 'escrow' },
    credit: { code: 'stripe_balance' },
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    subjectId: refund.bookingId,
    effectKey: `stripe:${stripeRefundId}:refund`,
    externalId: stripeRefundId,
    description: 'Refund to the customer',
    facts: { ...sumOf(refund.basePartMinor, refund.surchargePartMinor), cause: refund.cause },
    occurredAt,
  }
}

/** The bank did not take a refund: Stripe gave it back to us. */
export function failedRefundPosting(
  refund: Refund,
  stripeRefundId: string,
  occurredAt: Temporal.Instant,
): Transfer {
  return {
    kind: 'refund_failed',
    debit: { code: 'stripe_balance' },
    credit: { code: 'escrow' },
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    subjectId: refund.bookingId,
    effectKey: `stripe:${stripeRefundId}:refund_failed`,
    externalId: stripeRefundId,
    reverses: `stripe:${stripeRefundId}:refund`,
    description: 'Refund that did not arrive, given back',
    facts: { ...sumOf(refund.basePartMinor, refund.surchargePartMinor), cause: refund.cause },
    occurredAt,
  }
}

/**
 * One entry that a dispute made on our balance: the bank takes the amount, gives it back, or Stripe takes its fee. Keyed by
 * the entry, which is heard of again with each event of the dispute.
 */
export function disputeEntryPostings(payment: Payment, disputeId: string, entry: BalanceEntry): Transfer[] {
  assert(entry.currency === payment.currency, `a dispute of ${payment.currency} moves that currency`)
  const taking = (minor: bigint, account: Transfer['debit']) => {
    const balance = { code: 'stripe_balance' } as const
    return {
      debit: minor > 0n ? account : balance,
      credit: minor > 0n ? balance : account,
      amount: { amountMinor: minor > 0n ? minor : -minor, currency: entry.currency },
      subjectId: payment.bookingId,
      externalId: disputeId,
      occurredAt: entry.createdAt,
    }
  }
  const taken = entry.amountMinor < 0n
  const feeTaken = entry.feeMinor > 0n
  const all: Transfer[] = [
    {
      ...taking(-entry.amountMinor, { code: 'disputed_funds' }),
      kind: taken ? 'dispute_withdrawal' : 'dispute_reinstatement',
      effectKey: `stripe:${entry.id}:dispute`,
      description: taken ? 'Taken by the bank while it decides' : 'Given back by the bank',
    },
    {
      ...taking(entry.feeMinor, { code: 'dispute_fees' }),
      kind: feeTaken ? 'dispute_fee' : 'dispute_fee_returned',
      effectKey: `stripe:${entry.id}:dispute_fee`,
      description: feeTaken ? "Stripe's fee for the dispute" : "Stripe's fee for the dispute, given back",
    },
  ]
  return all.filter(({ amount }) => amount.amountMinor > 0n)
}

/** Of {@link lossPostings}: a loss is in the ledger under one of them or both. */
export function lossEffectKeys(disputeId: string): [borne: string, beyond: string] {
  return [`stripe:${disputeId}:loss`, `stripe:${disputeId}:platform_loss`]
}

/** The bank keeps what it took: the booking bears it like a refund, and the platform what is beyond that. */
export function lossPostings(
  payment: Payment,
  disputeId: string,
  { borneMinor, platformMinor }: { borneMinor: bigint; platformMinor: bigint },
  occurredAt: Temporal.Instant,
): Transfer[] {
  const common = {
    credit: { code: 'disputed_funds' },
    subjectId: payment.bookingId,
    externalId: disputeId,
    occurredAt,
  } as const
  const { currency } = payment
  const [borneKey, beyondKey] = lossEffectKeys(disputeId)
  const all: Transfer[] = [
    {
      ...common,
      kind: 'dispute_loss',
      debit: { code: 'escrow' },
      amount: { amountMinor: borneMinor, currency },
      effectKey: borneKey,
      description: 'Lost to the customer by dispute',
    },
    {
      ...common,
      kind: 'platform_loss',
      debit: { code: 'losses' },
      amount: { amountMinor: platformMinor, currency },
      effectKey: beyondKey,
      description: 'Lost by dispute beyond what was left of the payment',
    },
  ]
  return all.filter(({ amount }) => amount.amountMinor > 0n)
}

/** A refund that did not arrive was given to the customer in some other way. */
export function outsideRefundPosting(refund: Refund, occurredAt: Temporal.Instant): Transfer {
  return {
    kind: 'refund_outside',
    debit: { code: 'escrow' },
    credit: { code: 'outside_payments' },
    amount: { amountMinor: refund.amountMinor, currency: refund.currency },
    subjectId: refund.bookingId,
    effectKey: `refund:${refund.id}:outside`,
    externalId: null,
    description: 'Given back in another way than through Stripe',
    occurredAt,
  }
}
