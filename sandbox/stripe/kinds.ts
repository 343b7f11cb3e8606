import type Stripe from 'stripe'
import type { TestCard } from './cards.ts'

/** Every object the sandbox keeps, as the SDK types it. */
export interface Kinds {
  account: Stripe.Account
  account_link: Stripe.AccountLink & { id: string }
  balance_transaction: Stripe.BalanceTransaction
  charge: Stripe.Charge
  customer: Stripe.Customer
  dispute: Stripe.Dispute
  early_fraud_warning: Stripe.Radar.EarlyFraudWarning
  event: StoredEvent
  oauth_code: OAuthCode
  payment_intent: Stripe.PaymentIntent
  payment_method: Stripe.PaymentMethod
  payout: Stripe.Payout
  refund: Stripe.Refund
  session: Stripe.Checkout.Session
  topup: Stripe.Topup
  transfer: Stripe.Transfer
  transfer_reversal: Stripe.TransferReversal
  webhook_endpoint: Stripe.WebhookEndpoint
}
export type Kind = keyof Kinds

/** The SDK's Event is a union over every type; what the sandbox stores is its common shape. */
export type StoredEvent = Omit<Stripe.EventBase, 'data'> & {
  data: { object: Stripe.Event.Data.Object; previous_attributes?: Stripe.Event.Data.PreviousAttributes }
}

/** What somebody who connects an account brings back to the platform; no call of the API shows it. */
export interface OAuthCode {
  id: string
  object: 'oauth_code'
  account: string
  created: number
  expires_at: number
  scope: 'read_only' | 'read_write'
}

/** What the sandbox remembers beside an object and Stripe would not show. */
export interface Asides {
  account: {
    individual?: Record<string, unknown>
    payoutFailure?: string
    restricted?: boolean
    /** The platform has no access: not connected yet, or no more. */
    disconnected?: boolean
    /** Capabilities that Stripe took away, whatever else is in order. */
    lost?: Capability[]
  }
  account_link: {
    account: string
    token: string
    type: string
    refreshUrl: string | null
    returnUrl: string | null
    usedAt: number | null
    finished: boolean
  }
  balance_transaction: Record<string, never>
  charge: { card?: TestCardNumber; due?: 'dispute'; transferred?: number }
  customer: Record<string, never>
  dispute: { withdrawn: boolean }
  early_fraud_warning: Record<string, never>
  event: Record<string, never>
  /** A token lives from the first use of its code until a second use, which betrays that somebody else has it. */
  oauth_code: { state: 'fresh' | 'revoked' | 'used' }
  payment_intent: { session?: string; returnUrl?: string | null; challenge?: 'open' }
  payment_method: { card: TestCardNumber }
  payout: { failure?: string; balanceTransactions?: string[] }
  /** `wait`: until the balance covers it. */
  refund: { plan?: 'fail' | 'succeed' | 'wait' }
  session: {
    lineItems: Stripe.LineItem[]
    paymentIntentData: PaymentIntentData
    submitNote?: string
  }
  topup: Record<string, never>
  transfer: Record<string, never>
  transfer_reversal: Record<string, never>
  webhook_endpoint: { secret: string; connect: boolean; fixed: boolean }
}

export type Capability = 'card_payments' | 'legacy_payments' | 'transfers'
export type TestCardNumber = TestCard['number']

/** What a Checkout Session will give to its PaymentIntent when the customer pays. */
export interface PaymentIntentData {
  capture_method: 'automatic' | 'automatic_async' | 'manual'
  description: string | null
  metadata: Record<string, string>
  receipt_email: string | null
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  transfer_group: string | null
}

export interface Row<K extends Kind> {
  kind: K
  seq: number
  account: string
  object: Kinds[K]
  aside: Asides[K]
}

/** Columns a list may be filtered by; each has a partial index. */
export interface Columns {
  created: number
  status?: string | null
  subtype?: string | null
  currency?: string | null
  payment_intent?: string | null
  charge?: string | null
  transfer_group?: string | null
  destination?: string | null
  source?: string | null
  customer?: string | null
  payout?: string | null
  email?: string | null
}

function idOf(value: string | { id: string } | null | undefined): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : value.id
}

type Describe = { [K in Kind]: (object: Kinds[K], aside: Asides[K]) => Columns }

export const COLUMNS_OF: Describe = {
  account: (account, aside) => ({
    created: account.created ?? 0,
    email: account.email,
    status: aside.disconnected ? 'disconnected' : 'connected',
  }),
  account_link: (link) => ({ created: link.created }),
  balance_transaction: (transaction) => ({
    created: transaction.created,
    subtype: transaction.type,
    currency: transaction.currency,
    source: idOf(transaction.source),
    status: transaction.status,
  }),
  charge: (charge) => ({
    created: charge.created,
    payment_intent: idOf(charge.payment_intent),
    transfer_group: charge.transfer_group,
    customer: idOf(charge.customer),
    status: charge.status,
  }),
  customer: (customer) => ({ created: customer.created, email: customer.email }),
  dispute: (dispute) => ({
    created: dispute.created,
    charge: idOf(dispute.charge),
    payment_intent: idOf(dispute.payment_intent),
    status: dispute.status,
  }),
  early_fraud_warning: (warning) => ({
    created: warning.created,
    charge: idOf(warning.charge),
    payment_intent: idOf(warning.payment_intent),
  }),
  event: (event) => ({ created: event.created, subtype: event.type }),
  oauth_code: (code) => ({ created: code.created }),
  payment_intent: (intent) => ({
    created: intent.created,
    customer: idOf(intent.customer),
    transfer_group: intent.transfer_group,
    status: intent.status,
  }),
  payment_method: (method) => ({ created: method.created, customer: idOf(method.customer) }),
  payout: (payout) => ({
    created: payout.created,
    status: payout.status,
    destination: idOf(payout.destination),
    currency: payout.currency,
  }),
  refund: (refund) => ({
    created: refund.created,
    charge: idOf(refund.charge),
    payment_intent: idOf(refund.payment_intent),
    status: refund.status,
  }),
  session: (session) => ({
    created: session.created,
    payment_intent: idOf(session.payment_intent),
    customer: idOf(session.customer),
    status: session.status,
    email: session.customer_email,
  }),
  topup: (topup) => ({ created: topup.created, status: topup.status }),
  transfer: (transfer) => ({
    created: transfer.created,
    transfer_group: transfer.transfer_group,
    destination: idOf(transfer.destination),
    source: idOf(transfer.source_transaction),
    currency: transfer.currency,
  }),
  transfer_reversal: (reversal) => ({ created: reversal.created, source: idOf(reversal.transfer) }),
  webhook_endpoint: (endpoint) => ({ created: endpoint.created, status: endpoint.status }),
}
