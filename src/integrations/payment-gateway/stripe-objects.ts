import type Stripe from 'stripe'
import { assert } from '#src/kernel/assert.ts'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type {
  BalanceEntry,
  GatewayCharge,
  GatewayDispute,
  GatewayPayment,
  GatewayRefund,
  GatewayReversal,
  GatewayTransfer,
  PayoutAccount,
} from './port.ts'
import { currencyFromStripe, fromStripeAmount } from './stripe-amounts.ts'

// Stripe's objects in our words.

const PAYMENT_STATUS = {
  requires_payment_method: 'unpaid',
  requires_confirmation: 'unpaid',
  requires_action: 'unpaid',
  processing: 'processing',
  requires_capture: 'authorized',
  succeeded: 'captured',
  canceled: 'canceled',
} as const satisfies Record<string, GatewayPayment['status']>

/** Stripe may add words; one that we do not know is not guessed at. */
export function known<Word>(words: Readonly<Record<string, Word>>, word: string | null): Word {
  const meaning = word === null ? undefined : words[word]
  assert(meaning !== undefined, `'${word}' is a status we know`)
  return meaning
}

export function paymentOf(intent: Stripe.PaymentIntent): GatewayPayment {
  const charge = expanded(intent.latest_charge)
  const currency = currencyFromStripe(intent.currency)
  return {
    intentId: intent.id,
    status: known(PAYMENT_STATUS, intent.status),
    amountMinor: fromStripeAmount(intent.amount, currency),
    currency,
    paymentId: intent.metadata['payment_id'] ?? null,
    bookingId: intent.metadata['booking_id'] ?? null,
    decline: intent.last_payment_error?.message ?? null,
    charge: charge && chargeOf(charge, currency),
  }
}

function chargeOf(charge: Stripe.Charge, currency: Currency): GatewayCharge {
  const settled = expanded(charge.balance_transaction)
  const settledCurrency = settled && currencyFromStripe(settled.currency)
  return {
    id: charge.id,
    capturedMinor: fromStripeAmount(charge.amount_captured, currency),
    refundedMinor: fromStripeAmount(charge.amount_refunded, currency),
    feeMinor: settled && settledCurrency ? fromStripeAmount(settled.fee, settledCurrency) : null,
    settledCurrency,
    disputed: charge.disputed,
  }
}

/** Status words: https://docs.stripe.com/api/disputes/object#dispute_object-status */
const DISPUTE_STATUS = {
  warning_needs_response: 'inquiry',
  warning_under_review: 'inquiry',
  warning_closed: 'inquiry_closed',
  prevented: 'inquiry_closed',
  needs_response: 'open',
  under_review: 'open',
  won: 'won',
  lost: 'lost',
} as const satisfies Record<string, GatewayDispute['status']>

export function disputeOf(dispute: Stripe.Dispute): GatewayDispute {
  const currency = currencyFromStripe(dispute.currency)
  const { due_by: dueBy, submission_count: submissions } = dispute.evidence_details
  return {
    id: dispute.id,
    status: known(DISPUTE_STATUS, dispute.status),
    reason: dispute.reason,
    amountMinor: fromStripeAmount(dispute.amount, currency),
    currency,
    evidenceDueAt: dueBy === null ? null : instantOf(dueBy),
    evidenceSubmitted: submissions > 0,
    openedAt: instantOf(dispute.created),
    entries: dispute.balance_transactions.map(balanceEntryOf),
  }
}

export function refundOf(refund: Stripe.Refund): GatewayRefund {
  const currency = currencyFromStripe(refund.currency)
  const failed = refund.status === 'failed' || refund.status === 'canceled'
  return {
    id: refund.id,
    intentId: idOf(refund.payment_intent),
    status: failed ? 'failed' : refund.status === 'succeeded' ? 'succeeded' : 'pending',
    amountMinor: fromStripeAmount(refund.amount, currency),
    currency,
    failureReason: failed ? (refund.failure_reason ?? refund.status ?? 'unknown') : null,
    refundId: refund.metadata?.['refund_id'] ?? null,
  }
}

export function transferOf(transfer: Stripe.Transfer): GatewayTransfer {
  const currency = currencyFromStripe(transfer.currency)
  return {
    id: transfer.id,
    // Transfers made before movements had names of their own carry that of their payout.
    movementId: transfer.metadata['movement_id'] ?? transfer.metadata['payout_id'] ?? null,
    accountId: idOf(transfer.destination),
    amountMinor: fromStripeAmount(transfer.amount, currency),
    reversedMinor: fromStripeAmount(transfer.amount_reversed, currency),
    currency,
  }
}

export function reversalOf(reversal: Stripe.TransferReversal): GatewayReversal {
  const currency = currencyFromStripe(reversal.currency)
  return {
    id: reversal.id,
    movementId: reversal.metadata?.['movement_id'] ?? null,
    amountMinor: fromStripeAmount(reversal.amount, currency),
    currency,
  }
}

/** `payouts`: what went to its bank, newest first. */
export function payoutAccountOf(
  account: Stripe.Account,
  payouts: readonly Stripe.Payout[] = [],
): PayoutAccount {
  const ended = payouts.find(({ status }) => status === 'paid' || status === 'failed')
  return {
    id: account.id,
    providerId: account.metadata?.['provider_id'] ?? null,
    ready: account.capabilities?.transfers === 'active' && account.payouts_enabled,
    requirements: account.requirements?.currently_due ?? [],
    bankFailure: ended?.status === 'failed' ? (ended.failure_code ?? 'unknown') : null,
  }
}

export function balanceEntryOf(entry: Stripe.BalanceTransaction): BalanceEntry {
  const currency = currencyFromStripe(entry.currency)
  return {
    id: entry.id,
    type: entry.type,
    sourceId: idOf(entry.source),
    amountMinor: fromStripeAmount(entry.amount, currency),
    feeMinor: fromStripeAmount(entry.fee, currency),
    netMinor: fromStripeAmount(entry.net, currency),
    currency,
    createdAt: instantOf(entry.created),
  }
}

export function idOf(reference: string | { readonly id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null
  return typeof reference === 'string' ? reference : reference.id
}

/** The object of a reference that was asked for in full; null when there is none. */
export function expanded<T extends object>(reference: string | T | null | undefined): T | null {
  return typeof reference === 'object' ? reference : null
}

export function instantOf(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
}

export function secondsOf(instant: Temporal.Instant): number {
  return Math.floor(instant.epochMilliseconds / 1000)
}
