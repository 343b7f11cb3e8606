import type { Currency } from '#src/kernel/money.ts'
import type { Temporal } from '#src/kernel/time.ts'

/**
 * What we need of the company that moves the money, in our words. Requests are plain JSON with amounts as integers of the
 * minor unit: each is stored before it is sent, and sent again unchanged under the same key if the answer was lost.
 *
 * Every call throws one of two errors. `GatewayRejected`: a definitive no, which will stay one. `Trouble('payments')`: no
 * answer, or not now; whether the call took effect is unknown, and the same key must be used again. Where its `happened` is
 * `nothing`, the call was not made: the gateway has not answered for some time, or it was not our turn before the deadline.
 */
export interface PaymentGateway {
  /** Whether the key moves real money. An event of the other mode is stored and ignored. */
  readonly livemode: boolean

  createCheckout(request: CheckoutRequest, key: string): Promise<Checkout>
  /** The checkout can no longer be paid. Rejected with `checkout_not_open` when it was paid or expired before. */
  expireCheckout(checkoutId: string): Promise<Checkout>
  readCheckout(checkoutId: string): Promise<Checkout>
  /** What `createCheckout` made under this key, asked for the first time at `since` and the last time at `until`. */
  findCheckout(key: string, since: Temporal.Instant, until: Temporal.Instant): Promise<Checkout | null>

  readPayment(intentId: string): Promise<GatewayPayment>
  /** The payment that a charge or a refund belongs to; null for anything else, and for what is not there. */
  findPaymentOf(objectId: string): Promise<GatewayPayment | null>
  capture(intentId: string, key: string): Promise<GatewayPayment>
  /** Gives an authorization back without capturing it. */
  void(intentId: string, key: string): Promise<GatewayPayment>

  refund(request: RefundRequest, key: string): Promise<GatewayRefund>
  readRefund(refundId: string): Promise<GatewayRefund>
  /** All refunds of a payment, those made by hand at the gateway included. */
  listRefunds(intentId: string): Promise<GatewayRefund[]>

  /** All disputes of a payment, inquiries included. */
  listDisputes(intentId: string): Promise<GatewayDispute[]>
  /** Hands evidence in, for good: it cannot be taken back or added to. */
  submitEvidence(disputeId: string, evidence: DisputeEvidence, key: string): Promise<GatewayDispute>

  transfer(request: TransferRequest, key: string): Promise<GatewayTransfer>
  /** All transfers of a booking, to learn whether one of unknown outcome was made. */
  listTransfers(bookingId: string): Promise<GatewayTransfer[]>
  /** Takes a transfer back, whole or in part. Rejected with `balance_insufficient` when the account has less. */
  reverseTransfer(request: ReversalRequest, key: string): Promise<GatewayReversal>
  listReversals(transferId: string): Promise<GatewayReversal[]>
  /** What an account has that could be taken back, minor units; below zero when it owes. */
  readAvailable(accountId: string, currency: Currency): Promise<bigint>

  createPayoutAccount(request: PayoutAccountRequest, key: string): Promise<PayoutAccount>
  /** Rejected with `account_invalid` when it is not connected to us any more. */
  readPayoutAccount(accountId: string): Promise<PayoutAccount>
  /** A page of the gateway where the provider gives what it asks for, bank details included. Works once and for minutes. */
  payoutOnboardingLink(accountId: string, returnUrl: string, refreshUrl: string): Promise<{ url: string }>

  /** A page of the gateway where somebody connects the account they have there; it leads back to `redirectUri` with `state`. */
  connectUrl(state: string, redirectUri: string): string
  /** The account behind a code that page led back with, connected from now on. Rejected with `invalid_grant`: used, or too old. */
  exchangeConnectCode(code: string): Promise<string>
  /** Gives the access to a connected account back. */
  disconnect(accountId: string): Promise<void>

  /**
   * Checks that these bytes were signed with a secret of the endpoint, and not long ago. The gateway's clock is the real one, whatever a demo says.
   * @throws {EventUnsigned} when not.
   */
  verifyEvent(body: string, signature: string, endpoint: EventEndpoint): GatewayEvent
  /** Reads bytes that were verified when they came in. */
  parseEvent(body: string): GatewayEvent
  /** Events made since `since`, newest first, as the bytes a webhook would bring: a page, and where the next one starts. */
  listEvents(
    since: Temporal.Instant,
    cursor?: string,
  ): Promise<{ bodies: string[]; nextCursor: string | null }>
  /** The gateway's own account of every movement of our balance since `since`, newest first. */
  listBalanceEntries(
    since: Temporal.Instant,
    cursor?: string,
  ): Promise<{ entries: BalanceEntry[]; nextCursor: string | null }>
}

export interface CheckoutRequest {
  readonly paymentId: string
  readonly bookingId: string
  readonly currency: string
  readonly lines: readonly { readonly name: string; readonly amountMinor: number }[]
  readonly captureMethod: 'automatic' | 'manual'
  readonly customerEmail: string | null
  readonly successUrl: string
  readonly cancelUrl: string
  /** ISO instant, at least 30 minutes ahead. */
  readonly expiresAt: string
}

export interface Checkout {
  readonly id: string
  /** Null once it can no longer be paid. */
  readonly url: string | null
  readonly status: 'open' | 'complete' | 'expired'
  readonly expiresAt: Temporal.Instant
  readonly payment: GatewayPayment | null
}

/** A payment as the gateway sees it now. */
export interface GatewayPayment {
  readonly intentId: string
  readonly status: 'unpaid' | 'processing' | 'authorized' | 'captured' | 'canceled'
  /** What was asked. */
  readonly amountMinor: bigint
  readonly currency: Currency
  readonly paymentId: string | null
  readonly bookingId: string | null
  /** Why the last try failed, in words for the person who pays. */
  readonly decline: string | null
  /** The charge that holds or moved the money; null while nothing was authorized. */
  readonly charge: GatewayCharge | null
}

export interface GatewayCharge {
  readonly id: string
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  /** The gateway's own fee; null until it is known. */
  readonly feeMinor: bigint | null
  /** The currency our balance got, which is not always that of the charge. */
  readonly settledCurrency: Currency | null
  /** Whether there is, or was, a dispute: see {@link PaymentGateway.listDisputes}. */
  readonly disputed: boolean
}

export interface RefundRequest {
  readonly refundId: string
  readonly bookingId: string
  readonly intentId: string
  readonly amountMinor: number
  readonly currency: string
}

export interface GatewayRefund {
  readonly id: string
  readonly intentId: string | null
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly amountMinor: bigint
  readonly currency: Currency
  readonly failureReason: string | null
  /** Our id; null for a refund made by hand at the gateway. */
  readonly refundId: string | null
}

export interface GatewayDispute {
  readonly id: string
  /** inquiry: the bank asks, and has taken nothing yet. open: it has, and decides. */
  readonly status: 'inquiry' | 'inquiry_closed' | 'open' | 'won' | 'lost'
  /** The bank's word: fraudulent, product_not_received, … */
  readonly reason: string
  readonly amountMinor: bigint
  readonly currency: Currency
  /** After this the bank decides without us. */
  readonly evidenceDueAt: Temporal.Instant | null
  readonly evidenceSubmitted: boolean
  readonly openedAt: Temporal.Instant
  /** What it moved on our balance: the amount and the fee taken, the amount given back. */
  readonly entries: readonly BalanceEntry[]
}

/** What speaks for us, as sentences a bank reads. */
export interface DisputeEvidence {
  readonly customerName: string
  readonly customerEmail: string
  readonly service: string
  readonly serviceDate: string
  readonly policy: string
  readonly policyDisclosure: string
  /** What happened, in order: booking, payment, mails, changes, completion. */
  readonly history: string
  /** Why it was not refunded, in an operator's words. */
  readonly refusal: string | null
}

export interface TransferRequest {
  readonly movementId: string
  readonly bookingId: string
  readonly accountId: string
  /** The money of this charge is what is passed on, even before it is available. */
  readonly chargeId: string
  readonly amountMinor: number
  readonly currency: string
}

export interface ReversalRequest {
  readonly movementId: string
  readonly bookingId: string
  readonly transferId: string
  readonly amountMinor: number
  readonly currency: string
}

export interface GatewayReversal {
  readonly id: string
  /** Our id; null for one made by hand at the gateway. */
  readonly movementId: string | null
  readonly amountMinor: bigint
  readonly currency: Currency
}

export interface GatewayTransfer {
  readonly id: string
  /** Our id; null for one made by hand at the gateway. */
  readonly movementId: string | null
  /** The account that got it. */
  readonly accountId: string | null
  readonly amountMinor: bigint
  readonly reversedMinor: bigint
  readonly currency: Currency
}

export interface PayoutAccountRequest {
  readonly providerId: string
  readonly country: string
  readonly email: string | null
  /** Filled in with what the gateway's test mode accepts, so that it can be paid at once. Rejected with a live key. */
  readonly testData?: true
}

export interface PayoutAccount {
  readonly id: string
  readonly providerId: string | null
  /** Money can be sent to it. */
  readonly ready: boolean
  /** What the gateway still asks of the provider, in its own keys. */
  readonly requirements: readonly string[]
  /** Why its bank sent the last payout back that has ended, in the gateway's word; null when it arrived, or there was none. */
  readonly bankFailure: string | null
}

/** Who the gateway speaks to: us about our own account, or us about the accounts of providers. */
export type EventEndpoint = 'platform' | 'connect'

/** An event only says that something changed; what is so now is read from the gateway. */
export interface GatewayEvent {
  readonly id: string
  readonly type: string
  readonly accountId: string | null
  readonly livemode: boolean
  readonly apiVersion: string | null
  readonly createdAt: Temporal.Instant
  /** The object to read again: events with one root are handled together. */
  readonly rootId: string
  readonly subject: EventSubject
}

export type EventSubject =
  | {
      readonly kind: 'payment'
      readonly paymentId: string | null
      readonly intentId: string | null
      /** What the event says has been reached. Whoever knows that already need not read again: it is never unreached. */
      readonly reached: 'authorized' | 'captured' | null
    }
  | {
      readonly kind: 'refund'
      readonly gatewayRefundId: string
      readonly refundId: string | null
      readonly intentId: string | null
    }
  | { readonly kind: 'payout_account'; readonly accountId: string }
  | { readonly kind: 'dispute'; readonly disputeId: string; readonly intentId: string | null }
  /** A transfer that was taken back, by us or by hand. */
  | { readonly kind: 'transfer'; readonly transferId: string; readonly movementId: string | null }
  /** Nothing we act on. */
  | { readonly kind: 'none' }

export interface BalanceEntry {
  readonly id: string
  /** The gateway's word: charge, refund, transfer, adjustment, … */
  readonly type: string
  readonly sourceId: string | null
  readonly amountMinor: bigint
  readonly feeMinor: bigint
  readonly netMinor: bigint
  readonly currency: Currency
  readonly createdAt: Temporal.Instant
}

/** The gateway said no and will go on saying no to this request: a new try needs a new request and a new key. */
export class GatewayRejected extends Error {
  override readonly name = 'GatewayRejected'
  /** The gateway's code: 'card_declined', 'balance_insufficient', 'checkout_not_open', … */
  readonly code: string
  /** Words for the person who pays; null when the reason is none of theirs. */
  readonly sentence: string | null

  constructor(code: string, message: string, sentence: string | null = null, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.sentence = sentence
  }
}

/** These bytes do not come from the gateway, or came too late. */
export class EventUnsigned extends Error {
  override readonly name = 'EventUnsigned'
}
