// Everything that moves money, in one process: the real modules on a database of their own, the Stripe sandbox behind the
// official SDK, webhooks over HTTP, and a clock that both read. Jobs run when the test says so.
import { serve, type ServerType } from '@hono/node-server'
import { sql } from 'drizzle-orm'
import { Logger, runOnce } from 'graphile-worker'
import { randomBytes, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect } from 'vitest'
import { startStripeSandbox, type StripeSandbox } from '#sandbox/stripe/server.ts'
import { createApi } from '#src/http/app.ts'
import type { EventEndpoint, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { stripeGateway } from '#src/integrations/payment-gateway/stripe.ts'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, ProviderId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import { getTrialBalances, balancesOfSubject } from '#src/modules/ledger/reads.ts'
import { intendCheckout, quotePrice, startCheckout, type PriceFigures } from '#src/modules/payments/index.ts'
import { documentsJobs } from '#src/modules/documents/jobs.ts'
import { documentsRoutes } from '#src/modules/documents/routes.ts'
import { paymentsJobs } from '#src/modules/payments/jobs.ts'
import { findPaymentOfBooking } from '#src/modules/payments/queries.ts'
import { syncPayment } from '#src/modules/payments/sync-payment.ts'
import type { Payment } from '#src/modules/payments/tables.ts'
import { paymentWebhookRoutes } from '#src/modules/payments/webhook-routes.ts'
import { providersJobs } from '#src/modules/providers/jobs.ts'
import { ledgerRoutes } from '#src/modules/ledger/routes.ts'
import { connectCallbackRoutes } from '#src/modules/payouts/connect-callback.ts'
import { payoutsRoutes } from '#src/modules/payouts/routes.ts'
import { payoutsJobs } from '#src/modules/payouts/jobs.ts'
import { reconciliationJobs } from '#src/modules/reconciliation/jobs.ts'
import { fileClock, type MovableClock } from '#src/platform/clock.ts'
import { readConfig, type Config } from '#src/platform/config.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { createLog } from '#src/platform/log.ts'
import { createMetrics } from '#src/platform/metrics.ts'
import { dispatchEvent, type Subscriptions } from '#src/platform/outbox/dispatch.ts'
import { DISPATCH_TASK } from '#src/platform/outbox/emit.ts'
import type { JobHandler } from '#src/platform/jobs/run.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'

export const CARDS = {
  succeeds: '4242424242424242',
  declined: '4000000000000002',
  refundPending: '4000000000007726',
  refundFails: '4000000000005126',
} as const

/** Of the connect endpoint, before it was changed. */
export const PREVIOUS_SECRET = 'whsec_before'
/** Where the gateway leads back to: below the address that readConfig gives by default. */
const CONNECT_CALLBACK = 'http://localhost:3000/api/stripe/connect/callback'

export interface MoneyRig {
  readonly database: TestDatabase
  readonly gateway: PaymentGateway
  readonly config: Config
  /** What the sandbox signs with; the configuration also knows the one before. */
  readonly secrets: Readonly<Record<EventEndpoint, string>>
  readonly webhooksUrl: string
  readonly stripeUrl: string
  /** A request to the API of these modules, by whoever; what changes something has a fresh Idempotency-Key. */
  call(
    actor: Actor,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }>
  /** Comes to an address of this site in a browser, as whoever. @returns where it leads to. */
  visit(actor: Actor, address: string): Promise<URL>
  /** A context of the worker at the present time of the rig. */
  ctx(): Ctx
  /** Moves the clock of app and sandbox; resolves when both have seen it. */
  pass(duration: Temporal.DurationLike): Promise<void>
  /** Runs jobs, and those they make, until none is due. Those that fail wait for their next try. */
  runJobs(): Promise<void>
  /** What the worker does when a job's time to try again has come. */
  retryJobs(): Promise<void>
  /** Runs one sweep of the worker by its name. */
  sweep(name: string): Promise<number>
  /** Waits until the sandbox has delivered `count` events of a type to us, dead ends and duplicates not counted. */
  delivered(type: string, count?: number): Promise<void>
  fault(script: {
    match: string
    action: string
    times?: number
    every?: number
    delayMs?: number
  }): Promise<void>
  clearFaults(): Promise<void>
  /** What somebody does by hand in the gateway's dashboard. */
  byHand(objectId: string, action: string, amount?: string): Promise<void>
}

/**
 * Call at the top of a `*.db.test.ts` file.
 * @param deliver false keeps every webhook away from us
 * @param through opens what stands between us and the sandbox, and gives its address
 */
export async function moneyRig({
  deliver = true,
  through = (stripeUrl) => Promise.resolve(stripeUrl),
}: { deliver?: boolean; through?: (stripeUrl: string) => Promise<string> } = {}): Promise<MoneyRig> {
  const database = await openTestDatabase({ poolMax: 20 })
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ecosystem-money-'))
  const clockFile = path.join(directory, 'clock.json')
  const clock: MovableClock = fileClock(clockFile)
  const secrets = {
    platform: `whsec_${randomBytes(16).toString('hex')}`,
    connect: `whsec_${randomBytes(16).toString('hex')}`,
  }
  let app: { fetch: (request: Request) => Response | Promise<Response> } = {
    fetch: () => new Response(null, { status: 503 }),
  }
  const site = await listen((request) => app.fetch(request))
  const webhooksUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/api/stripe/webhooks`
  const connectUrl = webhooksUrl.replace('/webhooks', '/connect/webhooks')
  const nowhere = 'http://127.0.0.1:9/'
  const sandbox: StripeSandbox = await startStripeSandbox({
    port: 0,
    dataFile: ':memory:',
    webhookSecret: secrets.platform,
    webhookUrl: deliver ? webhooksUrl : nowhere,
    connectWebhookSecret: secrets.connect,
    connectWebhookUrl: deliver ? connectUrl : nowhere,
    clockFile,
    connectClientId: 'ca_of_the_tests',
    oauthRedirectUris: [CONNECT_CALLBACK],
  })
  const config = readConfig({
    DATABASE_URL: database.appUrl,
    AUTH_SECRET: 'a'.repeat(32),
    LINK_SECRET: 'b'.repeat(32),
    STRIPE_SECRET_KEY: 'sk_test_money',
    STRIPE_API_BASE: await through(sandbox.url),
    STRIPE_WEBHOOK_SECRET: secrets.platform,
    STRIPE_CONNECT_WEBHOOK_SECRET: `${PREVIOUS_SECRET}, ${secrets.connect}`,
    STRIPE_CONNECT_CLIENT_ID: 'ca_of_the_tests',
    STRIPE_CALLS_PER_SECOND: '5000',
    DEMO_MODE: '1',
    DEMO_CLOCK_FILE: clockFile,
  })
  const log = createLog('test', 'silent')
  const metrics = createMetrics('test')
  const gateway = stripeGateway(config, { metrics, log })
  const { db } = database
  const ctx = (): Ctx => ({
    db,
    config,
    now: clock.now(),
    actor: { kind: 'system', name: 'test' },
    requestId: randomUUID(),
    log,
  })
  const actors = new Map<string, Actor>()
  const actorOf = (headers: Headers) => actors.get(headers.get('authorization') ?? '') ?? ANONYMOUS
  app = createApi({
    log,
    contextFor: (actor, requestId) => ({ ...ctx(), actor, requestId }),
    authenticate: (headers) => Promise.resolve(actorOf(headers)),
    ownOrigins: [],
    routes: [payoutsRoutes({ gateway }), ledgerRoutes(), documentsRoutes()],
    rawRoutes: [
      paymentWebhookRoutes({ db, gateway, clock, metrics }),
      connectCallbackRoutes({
        gateway,
        contextOf: async (headers) => ({ ...ctx(), actor: actorOf(headers) }),
      }),
    ],
  })

  const modules = [
    paymentsJobs({ gateway, metrics }),
    payoutsJobs({ gateway }),
    providersJobs({ gateway }),
    documentsJobs(),
    reconciliationJobs({ gateway }),
  ]
  const subscriptions = mergeSubscriptions(modules.map((module) => module.subscriptions))
  const jobs: Record<string, JobHandler> = Object.fromEntries(
    modules.flatMap((module) => Object.entries(module.jobs)),
  )
  const handlers: Record<string, JobHandler> = {
    ...jobs,
    [DISPATCH_TASK]: (of, payload) =>
      dispatchEvent(of, String(payload['eventId']), subscriptions, async (task, news) =>
        jobs[task]?.(of, news),
      ),
  }
  const runJobs = () =>
    runOnce({
      pgPool: db.$client,
      noHandleSignals: true,
      noPreparedStatements: true,
      concurrency: 4,
      parsedCronItems: [],
      logger: silentLogger(),
      taskList: Object.fromEntries(
        Object.entries(handlers).map(([task, handle]) => [
          task,
          (payload: unknown) => handle(ctx(), payload as JsonObject),
        ]),
      ),
    })

  afterAll(async () => {
    await sandbox.close()
    await new Promise((resolve) => site.close(resolve))
    fs.rmSync(directory, { recursive: true, force: true })
  })
  return {
    database,
    gateway,
    config,
    secrets,
    webhooksUrl,
    stripeUrl: sandbox.url,
    ctx,
    visit: async (actor, address) => {
      const authorization = randomUUID()
      actors.set(authorization, actor)
      const answer = await app.fetch(new Request(address, { headers: { authorization } }))
      assert(answer.status === 303, `${address} answered ${answer.status}`)
      return new URL(answer.headers.get('location') ?? '')
    },
    call: async (actor, method, path, body) => {
      const authorization = randomUUID()
      actors.set(authorization, actor)
      const answer = await app.fetch(
        new Request(`http://app.test/api/v1${path}`, {
          method,
          headers: { authorization, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
      )
      const json = answer.headers.get('content-type')?.includes('json')
      return { status: answer.status, body: json ? await answer.json() : await answer.text() }
    },
    pass: async (duration) => {
      const target = clock.now().add(Temporal.Duration.from(duration))
      clock.moveTo(target)
      const authorization = `Bearer ${config.STRIPE_SECRET_KEY}`
      const timeAtStripe = async () => {
        const answer = await fetch(`${sandbox.url}/v1/customers`, {
          method: 'POST',
          headers: { authorization },
        })
        return ((await answer.json()) as { created: number }).created
      }
      await expect
        .poll(timeAtStripe, { timeout: 10_000, interval: 5 })
        .toBeGreaterThanOrEqual(Math.floor(target.epochMilliseconds / 1000))
    },
    runJobs,
    retryJobs: async () => {
      await db.execute(
        sql`select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs), run_at => now())`,
      )
      await runJobs()
    },
    sweep: (name) => {
      const sweep = modules.flatMap((module) => module.sweeps).find((one) => one.name === name)
      assert(sweep, `there is a sweep ${name}`)
      return sweep.run(ctx())
    },
    delivered: async (type, count = 1) => {
      await expect
        .poll(
          async () => (await db.execute(sql`select 1 from webhook_events where type = ${type}`)).rowCount,
          { timeout: 10_000, interval: 10 },
        )
        .toBeGreaterThanOrEqual(count)
    },
    fault: async (script) => {
      const answer = await fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify(script),
      })
      assert(answer.ok, await answer.text())
    },
    clearFaults: () => clearFaults(sandbox.url),
    byHand: async (objectId, action, amount = '') => {
      const answer = await fetch(`${sandbox.url}/objects/${objectId}/${action}`, {
        method: 'POST',
        body: new URLSearchParams({ amount }),
        redirect: 'manual',
      })
      assert(answer.status === 303, `${action} of ${objectId}: ${answer.status}`)
    },
  }
}

async function clearFaults(url: string): Promise<void> {
  await fetch(`${url}/_sandbox/faults`, { method: 'DELETE' })
}

function listen(fetch: (request: Request) => Response | Promise<Response>): Promise<ServerType> {
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(server))
  })
}

function mergeSubscriptions(all: readonly Subscriptions[]): Subscriptions {
  const merged: Record<string, string[]> = {}
  for (const one of all)
    for (const [event, tasks] of Object.entries(one)) (merged[event] ??= []).push(...tasks)
  return merged
}

export interface BookedProvider {
  readonly currency: Currency
  readonly providerId: ProviderId
  readonly serviceId: string
  readonly calendarId: string
}

/** A provider with a service; `account` is where they are paid. */
export async function makeProvider(
  rig: MoneyRig,
  account: { id: string; ready: boolean } | null = null,
  currency: Currency = 'USD',
): Promise<BookedProvider> {
  const { owner } = rig.database
  const [providerId, serviceId, calendarId] = [randomUUID(), randomUUID(), randomUUID()]
  const now = rig.ctx().now.toString()
  await owner.execute(sql`
    insert into categories (id, name, path) values ('massage', 'Massage', '{massage}') on conflict do nothing`)
  await owner.execute(sql`
    insert into providers (id, slug, status, name, time_zone, currency, country, payout_account_id, payout_account_ready, created_at, updated_at)
    values (${providerId}, ${`provider-${providerId}`}, 'live', 'Still Waters', 'America/Toronto', ${currency}, 'US',
            ${account?.id ?? null}, ${account?.ready ?? false}, ${now}, ${now})`)
  await owner.execute(
    sql`insert into calendars (id, provider_id, created_at) values (${calendarId}, ${providerId}, ${now})`,
  )
  await owner.execute(sql`
    insert into services (id, provider_id, category_id, name, duration_minutes, booking_mode, cancellation_policy, price_minor, currency, created_at, updated_at)
    values (${serviceId}, ${providerId}, 'massage', 'Deep tissue massage', 60, 'instant', 'flexible', 10000, ${currency}, ${now}, ${now})`)
  return { currency, providerId: providerId as ProviderId, serviceId, calendarId }
}

/** An account at the gateway that has been through onboarding and can be paid. */
export async function openReadyAccount(rig: Pick<MoneyRig, 'gateway'>, providerId: string): Promise<string> {
  const account = await rig.gateway.createPayoutAccount(
    { providerId, country: 'US', email: null },
    randomUUID(),
  )
  await finishOnboarding(rig, account.id)
  return account.id
}

export async function finishOnboarding(rig: Pick<MoneyRig, 'gateway'>, accountId: string): Promise<void> {
  const { url } = await rig.gateway.payoutOnboardingLink(
    accountId,
    'https://app.test/returned',
    'https://app.test/refresh',
  )
  const page = await (await fetch(url)).text()
  const visit = /name="visit" value="([^"]+)"/.exec(page)?.[1]
  assert(visit, 'the onboarding page has a form')
  const answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ visit, answer: 'finish' }),
    redirect: 'manual',
  })
  assert(answer.status === 303, `onboarding ended with ${answer.status}`)
}

export interface MadeBooking {
  readonly id: BookingId
  readonly figures: PriceFigures
  readonly endsAt: Temporal.Instant
}

let bookingCount = 0

/** A held booking, two days ahead; each an hour of its own. */
export async function makeBooking(
  rig: MoneyRig,
  provider: BookedProvider,
  { baseMinor = 10_000n, guest = true }: { baseMinor?: bigint; guest?: boolean } = {},
): Promise<MadeBooking> {
  const { owner } = rig.database
  const id = randomUUID() as BookingId
  const figures = quotePrice({
    currency: provider.currency,
    baseMinor,
    guest,
    platformFee: rig.config.platformFee,
    guestFee: rig.config.guestFee,
  })
  const now = rig.ctx().now
  const startsAt = now.add({ hours: 48 + 2 * (bookingCount += 1) }).round('hour')
  const endsAt = startsAt.add({ hours: 1 })
  const customerId = guest ? null : await makeUser(rig)
  await owner.transaction(async (tx) => {
    await tx.execute(sql`
      insert into bookings (id, code, provider_id, service_id, calendar_id, state, customer_id, guest_name, guest_email, is_guest,
        starts_at, ends_at, occupied, time_zone, local_start, session_id, service_name, duration_minutes, buffer_before_minutes,
        buffer_after_minutes, minimum_notice_minutes, location_kind, booking_mode, cancellation_policy, currency, base_minor,
        commission_minor, surcharge_minor, provider_net_minor, total_minor, platform_fee_basis_points, guest_fee_basis_points,
        hold_expires_at, answer_due_at, created_at, updated_at)
      values (${id}, ${id}, ${provider.providerId}, ${provider.serviceId}, ${provider.calendarId}, 'held', ${customerId},
        ${guest ? 'Gale Guest' : null}, ${guest ? 'gale@example.com' : null}, ${guest},
        ${startsAt.toString()}, ${endsAt.toString()}, tstzrange(${startsAt.toString()}, ${endsAt.toString()}), 'America/Toronto',
        ${startsAt.toZonedDateTimeISO('America/Toronto').toPlainDateTime().toString()}, ${id}, 'Deep tissue massage', 60, 0, 0, 120,
        'on_site', 'instant', 'flexible', ${figures.currency}, ${figures.baseMinor}, ${figures.commissionMinor}, ${figures.surchargeMinor},
        ${figures.providerNetMinor}, ${figures.totalMinor}, ${rig.config.platformFee}, ${rig.config.guestFee},
        ${now.add({ minutes: 10 }).toString()}, ${now.add({ hours: 24 }).toString()}, ${now.toString()}, ${now.toString()})`)
    await tx.execute(sql`
      insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
      values (${id}, 1, 'hold', null, 'held', 'guest', ${now.toString()})`)
  })
  return { id, figures, endsAt }
}

async function makeUser(rig: MoneyRig): Promise<string> {
  const id = randomUUID()
  await rig.database.owner.execute(
    sql`insert into users (id, name, email) values (${id}, 'Cora Customer', ${`${id}@example.com`})`,
  )
  return id
}

/** Moves a booking along its lifecycle, as the bookings module does. */
export async function moveTo(rig: MoneyRig, bookingId: BookingId, ...transitions: string[]): Promise<void> {
  await rig.database.owner.transaction(async (tx) => {
    for (const transition of transitions) {
      await tx.execute(sql`
        with moved as (
          update bookings b set state = t.to_state, event_count = b.event_count + 1
          from booking_transitions t where b.id = ${bookingId} and t.transition = ${transition} and t.from_state = b.state
          returning b.id, b.event_count, t.transition, t.from_state, t.to_state)
        insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
        select id, event_count, transition, from_state, to_state, 'system', now() from moved`)
    }
  })
}

/** Opens the payment page of a booking. */
export async function checkOut(
  rig: MoneyRig,
  booking: MadeBooking,
  captureMethod: 'automatic' | 'manual' = 'automatic',
): Promise<string> {
  const ctx = rig.ctx()
  const asked = {
    bookingId: booking.id,
    currency: booking.figures.currency,
    baseMinor: booking.figures.baseMinor,
    surchargeMinor: booking.figures.surchargeMinor,
    description: 'Deep tissue massage',
    captureMethod,
    customerEmail: 'gale@example.com',
    successUrl: 'https://app.test/confirmation',
    cancelUrl: 'https://app.test/checkout',
  } as const
  const intended = await inTransaction(ctx, (tx) => intendCheckout(tx, ctx, asked))
  return (await startCheckout(ctx, rig.gateway, intended)).url
}

/** What the customer does on the payment page. @returns the status of the page's answer: 303 paid, 402 declined. */
export async function payWith(url: string, number: string): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ number, expiry: '12 / 40', cvc: '123', email: 'gale@example.com' }),
    redirect: 'manual',
  })
  return answer.status
}

/** A booking that is paid, its webhooks delivered and acted on. */
export async function paidBooking(
  rig: MoneyRig,
  provider: BookedProvider,
  card: string = CARDS.succeeds,
  baseMinor = 10_000n,
): Promise<MadeBooking> {
  const booking = await makeBooking(rig, provider, { baseMinor })
  expect(await payWith(await checkOut(rig, booking), card)).toBe(303)
  await expect
    .poll(
      async () => {
        await rig.runJobs()
        return (await findPaymentOfBooking(rig.database.db, booking.id))?.status
      },
      { timeout: 10_000, interval: 10 },
    )
    .toBe('captured')
  return booking
}

/** Paid at Stripe and read from there, where no webhook comes. */
export async function paidAndRead(rig: MoneyRig, provider: BookedProvider): Promise<MadeBooking> {
  const booking = await makeBooking(rig, provider)
  expect(await payWith(await checkOut(rig, booking), CARDS.succeeds)).toBe(303)
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  return booking
}

export async function paymentOf(rig: MoneyRig, bookingId: BookingId): Promise<Payment> {
  const payment = await findPaymentOfBooking(rig.database.db, bookingId)
  assert(payment, 'the booking has a payment')
  return payment
}

/** Types of what was told about a booking, in order. */
export async function eventsAbout(rig: MoneyRig, subjectId: string): Promise<string[]> {
  const { rows } = await rig.database.db.execute<{ type: string }>(sql`
    select type from domain_events where subject_id = ${subjectId} order by sequence`)
  return rows.map(({ type }) => type)
}

/** What a booking has left on each account of the ledger. */
export async function booksOf(rig: MoneyRig, bookingId: BookingId): Promise<Record<string, bigint>> {
  const balances = await balancesOfSubject(rig.database.db, bookingId)
  return Object.fromEntries(balances.map(({ code, balanceMinor }) => [code, balanceMinor]))
}

/** The ledger adds up to zero, and its Stripe account holds what Stripe says it holds, in each currency. */
export async function expectBalanced(rig: MoneyRig): Promise<void> {
  const balances = await getTrialBalances(rig.database.db)
  for (const { differenceMinor } of balances) expect(differenceMinor).toBe(0n)
  const ours = balances.flatMap(({ currency, accounts }) => {
    const held = accounts.find(({ code }) => code === 'stripe_balance')
    return held && held.balanceMinor !== 0n ? [[currency, held.balanceMinor] as const] : []
  })
  const theirs = new Map<string, bigint>()
  let cursor: string | undefined
  do {
    const page = await rig.gateway.listBalanceEntries(Temporal.Instant.fromEpochMilliseconds(0), cursor)
    for (const { currency, netMinor } of page.entries)
      theirs.set(currency, (theirs.get(currency) ?? 0n) + netMinor)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  const held = [...theirs].filter(([, sumMinor]) => sumMinor !== 0n)
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(held))
}

function silentLogger(): Logger {
  return new Logger(() => () => undefined)
}

/** Money of the marketplace goes to an account, and from there to its bank. @returns what is on its way to the bank. */
export async function payOutToBank(rig: MoneyRig, accountId: string): Promise<string> {
  await rig.byHand('platform', 'top-up', '50')
  await rig.byHand('platform', 'settle').catch(() => undefined)
  await rig.byHand(accountId, 'transfer', '50')
  await rig.byHand(accountId, 'pay-out')
  const answer = await fetch(`${rig.stripeUrl}/v1/payouts?limit=1`, {
    headers: { authorization: `Bearer ${rig.config.STRIPE_SECRET_KEY}`, 'stripe-account': accountId },
  })
  const { data } = (await answer.json()) as { data: { id: string }[] }
  return data[0]?.id ?? ''
}
