import type Stripe from 'stripe'
import { newId } from '../ids.ts'

export function buildReversal(
  now: number,
  transfer: Stripe.Transfer,
  amount: number,
  request: { metadata?: Record<string, string> | undefined },
): Stripe.TransferReversal {
  return {
    id: newId('trr'),
    object: 'transfer_reversal',
    amount,
    balance_transaction: null,
    created: now,
    currency: transfer.currency,
    destination_payment_refund: null,
    metadata: request.metadata ?? {},
    source_refund: null,
    transfer: transfer.id,
  }
}

/** What the connected account sees when a transfer is reversed. */
export function buildDestinationRefund(now: number, payment: Stripe.Charge, amount: number): Stripe.Refund {
  return {
    id: newId('pyr'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: payment.id,
    created: now,
    currency: payment.currency,
    customer: null,
    customer_account: null,
    metadata: {},
    payment_intent: null,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  }
}
