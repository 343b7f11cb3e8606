import http from 'node:http'
import https from 'node:https'
import Stripe from 'stripe'
import { assert } from '#src/kernel/assert.ts'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Config } from '#src/platform/config.ts'
import { assertNoOpenTransaction } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import {
  EventUnsigned,
  GatewayRejected,
  type BalanceEntry,
  type Checkout,
  type EventSubject,
  type GatewayCharge,
  type GatewayEvent,
  type GatewayPayment,
  type GatewayRefund,
  type GatewayTransfer,
  type PaymentGateway,
  type PayoutAccount,
  type PayoutAccountRequest,
} from './port.ts'
import { currencyFromStripe, fromStripeAmount, toStripeAmount } from './stripe-amounts.ts'

// The only file that knows Stripe's words. Its host is Stripe or the sandbox; everything else is the same.

type StripeSettings = Pick<
  Config,
  'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE' | 'STRIPE_WEBHOOK_SECRET' | 'STRIPE_CONNECT_WEBHOOK_SECRET'
>

const CALL_TIMEOUT_MS = 8_000
const SOCKETS_MAX = 64
const SIGNATURE_TOLERANCE_SECONDS = 300
const PAGE = 100
const SEARCH_PAGES_MAX = 20 // 2,000 checkouts since the one we look for: more than a minute of the busiest day

const EXPAND_CHARGE = 'latest_charge.balance_transaction'

// We charge, we bear losses and fees; Stripe asks the provider for what the law wants.
const ONBOARDED_BY_STRIPE = {
  controller: {
    fees: { payer: 'application' },
    losses: { payments: 'application' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'express' },
  },
} as const satisfies Stripe.AccountCreateParams

/** What Stripe documents for testing: https://docs.stripe.com/connect/testing. A live key refuses it. */
function testAccount({ country, email }: PayoutAccountRequest): Stripe.AccountCreateParams {
  return {
    controller: {
      ...ONBOARDED_BY_STRIPE.controller,
      requirement_collection: 'application',
      stripe_dashboard: { type: 'none' },
    },
    business_type: 'individual',
    individual: {
      ...{ first_name: 'Jenny', last_name: 'Rosen', dob: { day: 1, month: 1, year: 1902 } },
      ...(email !== null && { email }),
      address: { line1: 'address_full_match', city: 'Testville', postal_code: '10001', country },
    },
    external_account: 'btok_us_verified',
    tos_acceptance: { date: 1_767_225_600, ip: '127.0.0.1' },
  }
}

export function stripeGateway(settings: StripeSettings): PaymentGateway {
  const stripe = connect(settings)
  const secrets = {
    platform: settings.STRIPE_WEBHOOK_SECRET,
    connect: settings.STRIPE_CONNECT_WEBHOOK_SECRET,
  }

  const paymentFrom = async (intent: Stripe.PaymentIntent): Promise<GatewayPayment> => {
    const charge = expanded(intent.latest_charge)
    const disputes = charge?.disputed
      ? (await stripe.disputes.list({ charge: charge.id, limit: PAGE })).data
      : []
    return paymentOf(intent, charge, disputes)
  }
  const checkoutFrom = async (session: Stripe.Checkout.Session): Promise<Checkout> => {
    const intent = expanded(session.payment_intent)
    return {
      id: session.id,
      url: session.url,
      status: known(CHECKOUT_STATUS, session.status),
      expiresAt: instantOf(session.expires_at),
      payment: intent && (await paymentFrom(intent)),
    }
  }

  return {
    livemode: /^(sk|rk)_live_/.test(settings.STRIPE_SECRET_KEY),

    createCheckout: (request, key) =>
      ask(async () => {
        const currency = currencyFromStripe(request.currency)
        const metadata = { booking_id: request.bookingId, payment_id: request.paymentId }
        const session = await stripe.checkout.sessions.create(
          {
            mode: 'payment',
            allowed_payment_method_types: ['card'],
            client_reference_id: request.bookingId,
            line_items: request.lines.map((line) => ({
              quantity: 1,
              price_data: {
                currency: currency.toLowerCase(),
                unit_amount: toStripeAmount(line.amountMinor, currency),
                product_data: { name: line.name },
              },
            })),
            payment_intent_data: {
              capture_method: request.captureMethod,
              transfer_group: request.bookingId,
              metadata,
            },
            // The key, so that a checkout whose answer was lost can be found again.
            metadata: { ...metadata, operation_id: key },
            ...(request.customerEmail !== null && { customer_email: request.customerEmail }),
            success_url: request.successUrl,
            cancel_url: request.cancelUrl,
            expires_at: Math.floor(Temporal.Instant.from(request.expiresAt).epochMilliseconds / 1000),
          },
          { idempotencyKey: key },
        )
        return checkoutFrom(session)
      }),

    expireCheckout: (checkoutId) =>
      ask(async () => checkoutFrom(await stripe.checkout.sessions.expire(checkoutId))).catch(
        (error: unknown) => {
          // Stripe has no code for it: what is open can be expired, and nothing else can.
          if (error instanceof GatewayRejected && error.code !== 'resource_missing') {
            throw new GatewayRejected('checkout_not_open', error.message, null, error)
          }
          throw error
        },
      ),

    readCheckout: (checkoutId) =>
      ask(async () =>
        checkoutFrom(
          await stripe.checkout.sessions.retrieve(checkoutId, {
            expand: [`payment_intent.${EXPAND_CHARGE}`],
          }),
        ),
      ),

    findCheckout: (key, since) =>
      ask(async () => {
        const created = { gte: secondsOf(since) - SIGNATURE_TOLERANCE_SECONDS } // Stripe's clock is not ours
        const recent = stripe.checkout.sessions.list({ created, limit: PAGE })
        let seen = 0
        for await (const session of recent) {
          if (session.metadata?.['operation_id'] === key) return checkoutFrom(session)
          if ((seen += 1) >= PAGE * SEARCH_PAGES_MAX)
            throw new Trouble('payments', 'too many checkouts to look through')
        }
        return null
      }),

    readPayment: (intentId) =>
      ask(async () =>
        paymentFrom(await stripe.paymentIntents.retrieve(intentId, { expand: [EXPAND_CHARGE] })),
      ),

    findPaymentOf: (objectId) =>
      ask(async () => {
        const intentId = await intentOf(stripe, objectId)
        if (intentId === null) return null
        return paymentFrom(await stripe.paymentIntents.retrieve(intentId, { expand: [EXPAND_CHARGE] }))
      }),

    capture: (intentId, key) =>
      ask(async () =>
        paymentFrom(
          await stripe.paymentIntents.capture(intentId, { expand: [EXPAND_CHARGE] }, { idempotencyKey: key }),
        ),
      ),

    void: (intentId, key) =>
      ask(async () =>
        paymentFrom(
          await stripe.paymentIntents.cancel(intentId, { expand: [EXPAND_CHARGE] }, { idempotencyKey: key }),
        ),
      ),

    refund: (request, key) =>
      ask(async () =>
        refundOf(
          await stripe.refunds.create(
            {
              payment_intent: request.intentId,
              amount: toStripeAmount(request.amountMinor, currencyFromStripe(request.currency)),
              metadata: { refund_id: request.refundId, booking_id: request.bookingId },
            },
            { idempotencyKey: key },
          ),
        ),
      ),

    readRefund: (refundId) => ask(async () => refundOf(await stripe.refunds.retrieve(refundId))),

    listRefunds: (intentId) =>
      ask(async () => {
        const refunds = await stripe.refunds.list({ payment_intent: intentId, limit: PAGE })
        assert(!refunds.has_more, 'a payment has at most a hundred refunds')
        return refunds.data.map(refundOf)
      }),

    transfer: (request, key) =>
      ask(async () => {
        const currency = currencyFromStripe(request.currency)
        return transferOf(
          await stripe.transfers.create(
            {
              amount: toStripeAmount(request.amountMinor, currency),
              currency: currency.toLowerCase(),
              destination: request.accountId,
              source_transaction: request.chargeId,
              transfer_group: request.bookingId,
              metadata: { payout_id: request.payoutId, booking_id: request.bookingId },
            },
            { idempotencyKey: key },
          ),
        )
      }),

    readTransfer: (transferId) => ask(async () => transferOf(await stripe.transfers.retrieve(transferId))),

    listTransfers: (bookingId) =>
      ask(async () =>
        (await stripe.transfers.list({ transfer_group: bookingId, limit: PAGE })).data.map(transferOf),
      ),

    createPayoutAccount: (request, key) =>
      ask(async () =>
        payoutAccountOf(
          await stripe.accounts.create(
            {
              country: request.country,
              ...(request.email !== null && { email: request.email }),
              capabilities: { transfers: { requested: true } },
              metadata: { provider_id: request.providerId },
              ...(request.testData ? testAccount(request) : ONBOARDED_BY_STRIPE),
            },
            { idempotencyKey: key },
          ),
        ),
      ),

    readPayoutAccount: (accountId) =>
      ask(async () => payoutAccountOf(await stripe.accounts.retrieve(accountId))),

    payoutOnboardingLink: (accountId, returnUrl, refreshUrl) =>
      ask(async () => {
        const { url } = await stripe.accountLinks.create({
          account: accountId,
          type: 'account_onboarding',
          return_url: returnUrl,
          refresh_url: refreshUrl,
        })
        return { url }
      }),

    verifyEvent(body, signature, endpoint) {
      try {
        return eventOf(
          stripe.webhooks.constructEvent(body, signature, secrets[endpoint], SIGNATURE_TOLERANCE_SECONDS),
        )
      } catch (error) {
        if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError) {
          throw new EventUnsigned('the signature does not verify', { cause: error })
        }
        throw error
      }
    },

    parseEvent: (body) => eventOf(JSON.parse(body) as Stripe.Event),

    listEvents: (since, cursor) =>
      ask(async () => {
        const page = await stripe.events.list({
          created: { gte: secondsOf(since) },
          limit: PAGE,
          ...(cursor !== undefined && { starting_after: cursor }),
        })
        const last = page.data.at(-1)?.id ?? null
        return {
          bodies: page.data.map((event) => JSON.stringify(event)),
          nextCursor: page.has_more ? last : null,
        }
      }),

    listBalanceEntries: (since, cursor) =>
      ask(async () => {
        const page = await stripe.balanceTransactions.list({
          created: { gte: secondsOf(since) },
          limit: PAGE,
          ...(cursor !== undefined && { starting_after: cursor }),
        })
        const last = page.data.at(-1)?.id ?? null
        return { entries: page.data.map(balanceEntryOf), nextCursor: page.has_more ? last : null }
      }),
  }
}

function connect(settings: StripeSettings): Stripe {
  const base = settings.STRIPE_API_BASE ? new URL(settings.STRIPE_API_BASE) : null
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX, maxFreeSockets: SOCKETS_MAX }
  return new Stripe(settings.STRIPE_SECRET_KEY, {
    timeout: CALL_TIMEOUT_MS,
    // Retries are jobs of ours: they survive a restart, wait longer, and use the stored key.
    maxNetworkRetries: 0,
    telemetry: false,
    httpAgent: base?.protocol === 'http:' ? new http.Agent(agent) : new https.Agent(agent),
    ...(base && {
      host: base.hostname,
      port: base.port || (base.protocol === 'http:' ? '80' : '443'),
      protocol: base.protocol === 'http:' ? 'http' : 'https',
    }),
  })
}

/** Null for what is neither a charge nor a refund, belongs to no payment, or is not there. */
async function intentOf(stripe: Stripe, objectId: string): Promise<string | null> {
  try {
    if (objectId.startsWith('ch_')) return idOf((await stripe.charges.retrieve(objectId)).payment_intent)
    if (objectId.startsWith('re_')) return idOf((await stripe.refunds.retrieve(objectId)).payment_intent)
    return null
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing')
      return null
    throw error
  }
}

/** Every call to Stripe: outside transactions, and with one of our two errors. */
async function ask<T>(call: () => Promise<T>): Promise<T> {
  assertNoOpenTransaction('stripe')
  try {
    return await call()
  } catch (error) {
    throw translate(error)
  }
}

// Codes that come with a 4xx and mean "later" (https://docs.stripe.com/error-codes).
const LATER = new Set(['lock_timeout', 'rate_limit', 'idempotency_key_in_use'])

function translate(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  const status = error.statusCode ?? 0
  if (error instanceof Stripe.errors.StripeIdempotencyError && status !== 409) return error // our bug: one key, two requests
  // A key that is refused (401, 403) is ours to correct; the work waits for that. An account that is gone stays gone.
  const later =
    status === 0 || status === 401 || (status === 403 && error.code !== 'account_invalid') || status === 409
  if (later || status === 429 || status >= 500 || status < 400 || LATER.has(error.code ?? '')) {
    return new Trouble('payments', `Stripe: ${error.message}`, error)
  }
  const sentence = error instanceof Stripe.errors.StripeCardError ? error.message : null
  return new GatewayRejected(error.code ?? error.rawType ?? 'invalid_request', error.message, sentence, error)
}

const PAYMENT_STATUS = {
  requires_payment_method: 'unpaid',
  requires_confirmation: 'unpaid',
  requires_action: 'unpaid',
  processing: 'processing',
  requires_capture: 'authorized',
  succeeded: 'captured',
  canceled: 'canceled',
} as const satisfies Record<string, GatewayPayment['status']>
const CHECKOUT_STATUS = { open: 'open', complete: 'complete', expired: 'expired' } as const

/** Stripe may add words; one that we do not know is not guessed at. */
function known<Word>(words: Readonly<Record<string, Word>>, word: string | null): Word {
  const meaning = word === null ? undefined : words[word]
  assert(meaning !== undefined, `'${word}' is a status we know`)
  return meaning
}

function paymentOf(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | null,
  disputes: readonly Stripe.Dispute[],
): GatewayPayment {
  const currency = currencyFromStripe(intent.currency)
  return {
    intentId: intent.id,
    status: known(PAYMENT_STATUS, intent.status),
    amountMinor: fromStripeAmount(intent.amount, currency),
    currency,
    paymentId: intent.metadata['payment_id'] ?? null,
    bookingId: intent.metadata['booking_id'] ?? null,
    decline: intent.last_payment_error?.message ?? null,
    charge: charge && chargeOf(charge, currency, disputes),
  }
}

function chargeOf(
  charge: Stripe.Charge,
  currency: Currency,
  disputes: readonly Stripe.Dispute[],
): GatewayCharge {
  const settled = expanded(charge.balance_transaction)
  const settledCurrency = settled && currencyFromStripe(settled.currency)
  return {
    id: charge.id,
    capturedMinor: fromStripeAmount(charge.amount_captured, currency),
    refundedMinor: fromStripeAmount(charge.amount_refunded, currency),
    feeMinor: settled && settledCurrency ? fromStripeAmount(settled.fee, settledCurrency) : null,
    settledCurrency,
    dispute: disputeOf(disputes),
  }
}

function disputeOf(disputes: readonly Stripe.Dispute[]): GatewayCharge['dispute'] {
  if (disputes.length === 0) return null
  if (disputes.some(({ status }) => status === 'lost')) return 'lost'
  const closed = new Set<string>(['won', 'warning_closed', 'prevented'])
  return disputes.every(({ status }) => closed.has(status)) ? 'won' : 'open'
}

function refundOf(refund: Stripe.Refund): GatewayRefund {
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

function transferOf(transfer: Stripe.Transfer): GatewayTransfer {
  const currency = currencyFromStripe(transfer.currency)
  return {
    id: transfer.id,
    payoutId: transfer.metadata['payout_id'] ?? null,
    amountMinor: fromStripeAmount(transfer.amount, currency),
    reversedMinor: fromStripeAmount(transfer.amount_reversed, currency),
    currency,
  }
}

function payoutAccountOf(account: Stripe.Account): PayoutAccount {
  return {
    id: account.id,
    providerId: account.metadata?.['provider_id'] ?? null,
    ready: account.capabilities?.transfers === 'active' && account.payouts_enabled,
    requirements: account.requirements?.currently_due ?? [],
  }
}

function balanceEntryOf(entry: Stripe.BalanceTransaction): BalanceEntry {
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

function eventOf(event: Stripe.Event): GatewayEvent {
  const { subject, rootId } = subjectOf(event)
  return {
    id: event.id,
    type: event.type,
    accountId: event.account ?? null,
    livemode: event.livemode,
    apiVersion: event.api_version,
    createdAt: instantOf(event.created),
    rootId,
    subject,
  }
}

/** What an event is about. Types that only repeat another event (charge.succeeded, transfer.created) are about nothing. */
function subjectOf(event: Stripe.Event): { subject: EventSubject; rootId: string } {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired': {
      const session = event.data.object
      const complete = event.type === 'checkout.session.completed'
      const reached = session.payment_status === 'paid' ? 'captured' : complete ? 'authorized' : null
      return aboutPayment(idOf(session.payment_intent), session.id, session.metadata, reached)
    }
    case 'payment_intent.succeeded':
      return aboutPayment(event.data.object.id, event.data.object.id, event.data.object.metadata, 'captured')
    case 'payment_intent.amount_capturable_updated':
      return aboutPayment(
        event.data.object.id,
        event.data.object.id,
        event.data.object.metadata,
        'authorized',
      )
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return aboutPayment(event.data.object.id, event.data.object.id, event.data.object.metadata, null)
    case 'charge.refunded':
      return aboutPayment(
        idOf(event.data.object.payment_intent),
        event.data.object.id,
        event.data.object.metadata,
        null,
      )
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      return aboutPayment(idOf(event.data.object.payment_intent), event.data.object.id, null, null)
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed': {
      const refund = event.data.object
      const intentId = idOf(refund.payment_intent)
      const refundId = refund.metadata?.['refund_id'] ?? null
      return {
        rootId: intentId ?? refund.id,
        subject: { kind: 'refund', gatewayRefundId: refund.id, refundId, intentId },
      }
    }
    case 'transfer.updated':
    case 'transfer.reversed': {
      const transfer = event.data.object
      const payoutId = transfer.metadata['payout_id'] ?? null
      return { rootId: transfer.id, subject: { kind: 'transfer', transferId: transfer.id, payoutId } }
    }
    case 'account.updated':
      return {
        rootId: event.data.object.id,
        subject: { kind: 'payout_account', accountId: event.data.object.id },
      }
    default: {
      const { object } = event.data
      return {
        rootId: 'id' in object && typeof object.id === 'string' ? object.id : event.id,
        subject: { kind: 'none' },
      }
    }
  }
}

function aboutPayment(
  intentId: string | null,
  objectId: string,
  metadata: Stripe.Metadata | null,
  reached: 'authorized' | 'captured' | null,
): { subject: EventSubject; rootId: string } {
  return {
    rootId: intentId ?? objectId,
    subject: { kind: 'payment', paymentId: metadata?.['payment_id'] ?? null, intentId, reached },
  }
}

function idOf(reference: string | { readonly id: string } | null | undefined): string | null {
  if (reference === null || reference === undefined) return null
  return typeof reference === 'string' ? reference : reference.id
}

/** The object of a reference that was asked for in full; null when there is none. */
function expanded<T extends object>(reference: string | T | null | undefined): T | null {
  return typeof reference === 'object' ? reference : null
}

function instantOf(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
}

function secondsOf(instant: Temporal.Instant): number {
  return Math.floor(instant.epochMilliseconds / 1000)
}
