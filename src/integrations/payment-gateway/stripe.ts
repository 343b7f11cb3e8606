import type { Registry } from 'prom-client'
import Stripe from 'stripe'
import { assert } from '#src/kernel/assert.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Config } from '#src/platform/config.ts'
import { assertNoOpenTransaction } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import type { Log } from '#src/platform/log.ts'
import {
  gatewayMetrics,
  type CallOutcome,
  type GatewayOperation,
  type UnsignedBecause,
} from './gateway-metrics.ts'
import {
  EventUnsigned,
  GatewayRejected,
  type Checkout,
  type DisputeEvidence,
  type EventEndpoint,
  type PaymentGateway,
  type PayoutAccountRequest,
} from './port.ts'
import { currencyFromStripe, fromStripeAmount, toStripeAmount } from './stripe-amounts.ts'
import { eventOf } from './stripe-events.ts'
import { NotAsked, REQUEST_MS_MAX, stripeLine, type StripeLine } from './stripe-line.ts'
import {
  balanceEntryOf,
  disputeOf,
  expanded,
  idOf,
  instantOf,
  known,
  payoutAccountOf,
  paymentOf,
  refundOf,
  reversalOf,
  secondsOf,
  transferOf,
} from './stripe-objects.ts'

// These stripe-*.ts files alone know Stripe's words. Its host is Stripe or the sandbox; everything else is the same.

type StripeSettings = Pick<
  Config,
  | 'STRIPE_SECRET_KEY'
  | 'STRIPE_API_BASE'
  | 'STRIPE_WEBHOOK_SECRET'
  | 'STRIPE_CONNECT_WEBHOOK_SECRET'
  | 'STRIPE_CONNECT_CLIENT_ID'
  | 'stripeCallsPerSecond'
>

const SIGNATURE_TOLERANCE_SECONDS = 300
/** So much may be the way here and a clock that is not set every minute. */
const SKEW_SECONDS_MAX = 60
const SKEW_SAID_EVERY_MS = 60_000
const PAGE = 100
const SEARCH_PAGES_MAX = 60 // 6,000 checkouts around the one we look for: ten minutes of ten a second

// Newest first. Of so many, one has ended: an account that is paid every day has a handful under way.
const BANK_PAYOUTS_READ = 10

const CHECKOUT_STATUS = { open: 'open', complete: 'complete', expired: 'expired' } as const
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

export function stripeGateway(
  settings: StripeSettings,
  { metrics: registry, log }: { readonly metrics: Registry; readonly log: Log },
): PaymentGateway {
  const line = stripeLine({
    callsPerSecond: settings.stripeCallsPerSecond,
    onRateLimited: () => metrics.rateLimited(),
    onChange: (state) =>
      state === 'open'
        ? log.error('Stripe does not answer: nobody asks it, but for a probe now and then')
        : log.info('Stripe answers again'),
  })
  const metrics = gatewayMetrics(registry, () => line.state)
  const stripe = connect(settings, line)
  const secrets = {
    platform: settings.STRIPE_WEBHOOK_SECRET,
    connect: settings.STRIPE_CONNECT_WEBHOOK_SECRET,
  }

  const checkoutFrom = (session: Stripe.Checkout.Session): Checkout => {
    const intent = expanded(session.payment_intent)
    return {
      id: session.id,
      url: session.url,
      status: known(CHECKOUT_STATUS, session.status),
      expiresAt: instantOf(session.expires_at),
      payment: intent && paymentOf(intent),
    }
  }

  /** Every call to Stripe: outside transactions, timed, and with one of our two errors. */
  async function ask<T>(operation: GatewayOperation, call: () => Promise<T>): Promise<T> {
    assertNoOpenTransaction('stripe')
    const end = metrics.time(operation)
    try {
      const answer = await call()
      end('answered')
      return answer
    } catch (error) {
      const ours = translate(error)
      end(outcomeOf(ours))
      throw ours
    }
  }

  let skewSaidMs = -Infinity
  /** Stripe signs each time it sends. Said aloud before it is so much that events are refused, and not with every event. */
  function noteSkew(endpoint: EventEndpoint, signature: string): void {
    const seconds = Math.floor(Date.now() / 1000) - signedAtSeconds(signature)
    metrics.skew(endpoint, seconds)
    if (Math.abs(seconds) <= SKEW_SECONDS_MAX || performance.now() - skewSaidMs < SKEW_SAID_EVERY_MS) return
    skewSaidMs = performance.now()
    log.warn({ endpoint, seconds }, 'our clock and the one that events are signed by differ')
  }

  return {
    livemode: /^(sk|rk)_live_/.test(settings.STRIPE_SECRET_KEY),

    createCheckout: (request, key) =>
      ask('createCheckout', async () => {
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
      ask('expireCheckout', async () =>
        checkoutFrom(await stripe.checkout.sessions.expire(checkoutId)),
      ).catch((error: unknown) => {
        // Stripe has no code for it: what is open can be expired, and nothing else can.
        if (error instanceof GatewayRejected && error.code !== 'resource_missing') {
          throw new GatewayRejected('checkout_not_open', error.message, null, error)
        }
        throw error
      }),

    readCheckout: (checkoutId) =>
      ask('readCheckout', async () =>
        checkoutFrom(
          await stripe.checkout.sessions.retrieve(checkoutId, {
            expand: [`payment_intent.${EXPAND_CHARGE}`],
          }),
        ),
      ),

    findCheckout: (key, since, until) =>
      ask('findCheckout', async () => {
        // Stripe's clock is not ours. Listed newest first: without an end, all that was made since would come before it.
        const created = {
          gte: secondsOf(since) - SIGNATURE_TOLERANCE_SECONDS,
          lte: secondsOf(until) + SIGNATURE_TOLERANCE_SECONDS,
        }
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
      ask('readPayment', async () =>
        paymentOf(await stripe.paymentIntents.retrieve(intentId, { expand: [EXPAND_CHARGE] })),
      ),

    findPaymentOf: (objectId) =>
      ask('findPaymentOf', async () => {
        const intentId = await intentOf(stripe, objectId)
        if (intentId === null) return null
        return paymentOf(await stripe.paymentIntents.retrieve(intentId, { expand: [EXPAND_CHARGE] }))
      }),

    capture: (intentId, key) =>
      ask('capture', async () =>
        paymentOf(
          await stripe.paymentIntents.capture(intentId, { expand: [EXPAND_CHARGE] }, { idempotencyKey: key }),
        ),
      ),

    void: (intentId, key) =>
      ask('void', async () =>
        paymentOf(
          await stripe.paymentIntents.cancel(intentId, { expand: [EXPAND_CHARGE] }, { idempotencyKey: key }),
        ),
      ),

    refund: (request, key) =>
      ask('refund', async () =>
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

    readRefund: (refundId) =>
      ask('readRefund', async () => refundOf(await stripe.refunds.retrieve(refundId))),

    listRefunds: (intentId) =>
      ask('listRefunds', async () => {
        const refunds = await stripe.refunds.list({ payment_intent: intentId, limit: PAGE })
        assert(!refunds.has_more, 'a payment has at most a hundred refunds')
        return refunds.data.map(refundOf)
      }),

    listDisputes: (intentId) =>
      ask('listDisputes', async () => {
        const disputes = await stripe.disputes.list({ payment_intent: intentId, limit: PAGE })
        assert(!disputes.has_more, 'a payment has at most a hundred disputes')
        return disputes.data.map(disputeOf)
      }),

    submitEvidence: (disputeId, evidence, key) =>
      ask('submitEvidence', async () =>
        disputeOf(
          await stripe.disputes.update(
            disputeId,
            { evidence: evidenceFor(evidence), submit: true },
            { idempotencyKey: key },
          ),
        ),
      ),

    transfer: (request, key) =>
      ask('transfer', async () => {
        const currency = currencyFromStripe(request.currency)
        return transferOf(
          await stripe.transfers.create(
            {
              amount: toStripeAmount(request.amountMinor, currency),
              currency: currency.toLowerCase(),
              destination: request.accountId,
              source_transaction: request.chargeId,
              transfer_group: request.bookingId,
              metadata: { movement_id: request.movementId, booking_id: request.bookingId },
            },
            { idempotencyKey: key },
          ),
        )
      }),

    reverseTransfer: (request, key) =>
      ask('reverseTransfer', async () =>
        reversalOf(
          await stripe.transfers.createReversal(
            request.transferId,
            {
              amount: toStripeAmount(request.amountMinor, currencyFromStripe(request.currency)),
              metadata: { movement_id: request.movementId, booking_id: request.bookingId },
            },
            { idempotencyKey: key },
          ),
        ),
      ),

    listReversals: (transferId) =>
      ask('listReversals', async () => {
        const reversals = await stripe.transfers.listReversals(transferId, { limit: PAGE })
        assert(!reversals.has_more, 'a transfer has at most a hundred reversals')
        return reversals.data.map(reversalOf)
      }),

    readAvailable: (accountId, currency) =>
      ask('readAvailable', async () => {
        const { available } = await stripe.balance.retrieve({}, { stripeAccount: accountId })
        const amount = available.find((entry) => entry.currency === currency.toLowerCase())?.amount ?? 0
        return fromStripeAmount(amount, currency)
      }),

    listTransfers: (bookingId) =>
      ask('listTransfers', async () =>
        (await stripe.transfers.list({ transfer_group: bookingId, limit: PAGE })).data.map(transferOf),
      ),

    createPayoutAccount: (request, key) =>
      ask('createPayoutAccount', async () =>
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
      ask('readPayoutAccount', async () => {
        const account = await stripe.accounts.retrieve(accountId)
        const payouts = await stripe.payouts.list({ limit: BANK_PAYOUTS_READ }, { stripeAccount: accountId })
        return payoutAccountOf(account, payouts.data)
      }),

    payoutOnboardingLink: (accountId, returnUrl, refreshUrl) =>
      ask('payoutOnboardingLink', async () => {
        const { controller } = await stripe.accounts.retrieve(accountId)
        // Whoever brought an account along fills it in at its own dashboard: Stripe makes no links to it.
        if (controller?.stripe_dashboard?.type === 'full') return { url: dashboardOf(settings) }
        const { url } = await stripe.accountLinks.create({
          account: accountId,
          type: 'account_onboarding',
          return_url: returnUrl,
          refresh_url: refreshUrl,
        })
        return { url }
      }),

    connectUrl(state, redirectUri) {
      const written = new URL(
        stripe.oauth.authorizeUrl({
          client_id: clientIdOf(settings),
          scope: 'read_write',
          redirect_uri: redirectUri,
          state,
        }),
      )
      // The SDK writes Stripe's own host, wherever it was told to be.
      const base = settings.STRIPE_API_BASE
      return base ? new URL(written.pathname + written.search, base).href : written.href
    },

    exchangeConnectCode: (code) =>
      ask('exchangeConnectCode', async () => {
        const token = await stripe.oauth.token({ grant_type: 'authorization_code', code })
        assert(token.stripe_user_id, 'a code is exchanged for an account')
        return token.stripe_user_id
      }),

    disconnect: (accountId) =>
      ask('disconnect', async () => {
        await stripe.oauth.deauthorize({ client_id: clientIdOf(settings), stripe_user_id: accountId })
      }),

    verifyEvent(body, signature, endpoint) {
      const failures: unknown[] = []
      for (const secret of secrets[endpoint]) {
        let event: Stripe.Event
        try {
          event = stripe.webhooks.constructEvent(body, signature, secret, SIGNATURE_TOLERANCE_SECONDS)
        } catch (error) {
          // Whatever it is: for an empty signature the SDK throws an error of no kind, and a stranger's header is no bug of ours.
          failures.push(error)
          continue
        }
        noteSkew(endpoint, signature)
        return eventOf(event)
      }
      metrics.unsigned(endpoint, unsignedBecause(signature, failures))
      throw new EventUnsigned('the signature does not verify', { cause: failures.at(-1) })
    },

    parseEvent: (body) => eventOf(JSON.parse(body) as Stripe.Event),

    listEvents: (since, cursor) =>
      ask('listEvents', async () => {
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
      ask('listBalanceEntries', async () => {
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

/** Of a header that is not Stripe's: NaN. */
function signedAtSeconds(signature: string): number {
  return Number(/(?:^|,)t=(\d+)/.exec(signature)?.[1])
}

/** @param failures what the SDK said of it with each secret */
function unsignedBecause(signature: string, failures: readonly unknown[]): UnsignedBecause {
  if (signature === '') return 'missing'
  if (Number.isNaN(signedAtSeconds(signature)) || !/(?:^|,)v1=./.test(signature)) return 'garbled'
  const said = (words: string) =>
    failures.some((failure) => failure instanceof Error && failure.message.includes(words))
  if (said('Timestamp outside the tolerance zone')) return 'too_old'
  const isOfSignature = (failure: unknown) =>
    failure instanceof Stripe.errors.StripeSignatureVerificationError
  return failures.every(isOfSignature) ? 'forged' : 'unreadable'
}

function dashboardOf({ STRIPE_API_BASE: base }: StripeSettings): string {
  return base ? `${base}/` : 'https://dashboard.stripe.com/'
}

function clientIdOf({ STRIPE_CONNECT_CLIENT_ID: clientId }: StripeSettings): string {
  assert(clientId !== undefined, 'accounts are connected only where STRIPE_CONNECT_CLIENT_ID is set')
  return clientId
}

function connect(settings: StripeSettings, line: StripeLine): Stripe {
  const base = settings.STRIPE_API_BASE ? new URL(settings.STRIPE_API_BASE) : null
  return new Stripe(settings.STRIPE_SECRET_KEY, {
    httpClient: Stripe.createFetchHttpClient(line.fetch),
    timeout: REQUEST_MS_MAX * 2, // never reached: the line ends each request before
    // Retries are jobs of ours: they survive a restart, wait longer, and use the stored key.
    maxNetworkRetries: 0,
    telemetry: false,
    ...(base && {
      host: base.hostname,
      port: base.port || (base.protocol === 'http:' ? '80' : '443'),
      protocol: base.protocol === 'http:' ? 'http' : 'https',
    }),
  })
}

/** Null for what is no charge, refund or dispute, belongs to no payment, or is not there. */
async function intentOf(stripe: Stripe, objectId: string): Promise<string | null> {
  try {
    if (objectId.startsWith('ch_')) return idOf((await stripe.charges.retrieve(objectId)).payment_intent)
    if (objectId.startsWith('re_')) return idOf((await stripe.refunds.retrieve(objectId)).payment_intent)
    if (objectId.startsWith('du_')) return idOf((await stripe.disputes.retrieve(objectId)).payment_intent)
    return null
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing')
      return null
    throw error
  }
}

// Codes that come with a 4xx and mean "later" (https://docs.stripe.com/error-codes).
const LATER = new Set(['lock_timeout', 'rate_limit', 'idempotency_key_in_use'])

function translate(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  if (error.detail instanceof NotAsked) {
    return new Trouble('payments', `Stripe was not asked: ${error.detail.message}`, error, 'nothing')
  }
  const status = error.statusCode ?? 0
  if (error instanceof Stripe.errors.StripeIdempotencyError && status !== 409) return error // our bug: one key, two requests
  // A key that is refused (401, 403) is ours to correct; the work waits for that. An account that is gone stays gone.
  const later =
    status === 0 || status === 401 || (status === 403 && error.code !== 'account_invalid') || status === 409
  if (later || status === 429 || status >= 500 || status < 400 || LATER.has(error.code ?? '')) {
    return new Trouble('payments', `Stripe: ${error.message}`, error)
  }
  const sentence = error instanceof Stripe.errors.StripeCardError ? error.message : null
  const code = error instanceof Stripe.errors.StripeInvalidGrantError ? 'invalid_grant' : error.code
  return new GatewayRejected(code ?? error.rawType ?? 'invalid_request', error.message, sentence, error)
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof GatewayRejected) return 'rejected'
  if (!(error instanceof Trouble)) return 'bug'
  return error.happened === 'nothing' ? 'not_asked' : 'unanswered'
}

/** Field names: https://docs.stripe.com/api/disputes/evidence_object */
function evidenceFor(evidence: DisputeEvidence): Stripe.DisputeUpdateParams.Evidence {
  return {
    customer_name: evidence.customerName,
    customer_email_address: evidence.customerEmail,
    product_description: evidence.service,
    service_date: evidence.serviceDate,
    refund_policy: evidence.policy,
    refund_policy_disclosure: evidence.policyDisclosure,
    cancellation_policy: evidence.policy,
    cancellation_policy_disclosure: evidence.policyDisclosure,
    uncategorized_text: evidence.history,
    ...(evidence.refusal !== null && { refund_refusal_explanation: evidence.refusal }),
  }
}
