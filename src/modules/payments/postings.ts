import type { Transfer, TransferFacts } from '#src/modules/ledger/index.ts'
import type { Temporal } from '#src/kernel/time.ts'
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
