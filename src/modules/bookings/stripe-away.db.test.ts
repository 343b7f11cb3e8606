import { sql } from 'drizzle-orm'
import Stripe from 'stripe'
import { describe, expect, it } from 'vitest'
import { readConfig } from '#src/platform/config.ts'
import { startTestApp, type Answer, type TestApp } from '#tests/support/app.ts'
import { fullHourIn, makeProvider, type MadeProvider } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'

// What people see while Stripe is away, slow, or takes no more: the whole application, through the official SDK, on the wire.

const PATIENT = { timeout: 120_000 }
const PAGE_SECONDS_MAX = 8
/** For a machine that does other things too. */
const SLACK_SECONDS = 3

interface Hold {
  readonly id: string
  readonly key: string
  readonly heldUntil: string
}

async function hold(app: TestApp, provider: MadeProvider, hours: number): Promise<Hold> {
  const { status, body } = await app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(hours, app.now()),
      expectedTotal: { amountMinor: 11_000, currency: 'USD' },
      guest: { name: 'Gail Guest', email: 'gail@example.test' },
    },
  })
  expect(status).toBe(201)
  return { id: body.booking.id, key: body.guestKey, heldUntil: body.booking.holdExpiresAt }
}

const holds = (app: TestApp, provider: MadeProvider, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => hold(app, provider, 48 + 2 * index)))

async function pay(app: TestApp, { id, key }: Hold): Promise<Answer & { readonly seconds: number }> {
  const begun = performance.now()
  const answer = await app.request(`/api/v1/bookings/${id}/checkout`, { method: 'POST', body: {}, key })
  return { ...answer, seconds: (performance.now() - begun) / 1_000 }
}

/** Presses the button again until there is a page, as a person would. */
/** As a person, who waits a moment before they try again. */
const payInTheEnd = (app: TestApp, held: Hold) =>
  app.eventually('payments go on by themselves', async () => {
    const { status, body } = await pay(app, held)
    if (status === 200) return String(body.paymentUrl)
    await new Promise((resolve) => setTimeout(resolve, 500))
    return null
  })

async function everything(app: TestApp, action: string, delayMs?: number): Promise<void> {
  for (const match of ['GET /v1/*', 'POST /v1/*'])
    await app.fault({ match, action, ...(delayMs !== undefined && { delayMs }) })
}

const stateOf = async (app: TestApp, { id, key }: Hold) =>
  (await app.request(`/api/v1/bookings/${id}`, { key })).body.state as string

/** Pages for paying that Stripe has of these bookings. */
async function pagesAtStripe(app: TestApp, booked: readonly Hold[]): Promise<string[]> {
  const { hostname: host, port } = new URL(app.stripeUrl)
  const stripe = new Stripe('sk_test_sandbox', { host, port, protocol: 'http', telemetry: false })
  const { data } = await stripe.checkout.sessions.list({ limit: 100 })
  return data.flatMap(({ client_reference_id: id }) =>
    booked.some((one) => one.id === id) ? [id ?? ''] : [],
  )
}

async function browse(app: TestApp, provider: MadeProvider): Promise<number> {
  const begun = performance.now()
  for (const path of [
    '/api/v1/providers',
    `/api/v1/providers/${provider.slug}`,
    `/api/v1/services/${provider.serviceId}/slots`,
  ])
    expect({ path, ...(await app.request(path)) }).toMatchObject({ status: 200 })
  return (performance.now() - begun) / 1_000
}

describe('F30 Stripe is down', PATIENT, async () => {
  const app = await startTestApp()
  const provider = await makeProvider(app.database.db)

  it('people browse and hold, are told at once that payments are paused and until when their time is kept; all goes on by itself', async () => {
    const paid = await hold(app, provider, 400)
    expect((await payWithCard(await payInTheEnd(app, paid))).status).toBe(303)
    await app.eventually('it is confirmed', async () => (await stateOf(app, paid)) === 'confirmed')
    const booked = await holds(app, provider, 6)
    await everything(app, 'hang')

    // The first ones wait for an answer, and no longer than a page may.
    for (const answer of await Promise.all(booked.map((held) => pay(app, held)))) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'payment.unavailable' } })
      expect(answer.seconds).toBeLessThan(PAGE_SECONDS_MAX + SLACK_SECONDS)
    }
    // All others are told at once.
    const late = await hold(app, provider, 100)
    const refused = await pay(app, late)
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'payment.unavailable', heldUntil: expect.any(String) },
    })
    expect(refused.seconds).toBeLessThan(SLACK_SECONDS)
    expect(Date.parse(refused.body.heldUntil)).toBe(Math.round(Date.parse(late.heldUntil) / 1_000) * 1_000)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await browse(app, provider)).toBeLessThan(SLACK_SECONDS)
    expect(await stateOf(app, late)).toBe('held')

    // What is owed waits: the refund of a booking that is cancelled meanwhile.
    const cancelled = await app.request(`/api/v1/bookings/${paid.id}/cancellation`, {
      method: 'POST',
      body: {},
      key: paid.key,
    })
    expect(cancelled.status).toBe(200)

    await app.clearFaults()
    for (const held of booked) await payInTheEnd(app, held)
    // None twice, and none for those who were only told to wait.
    expect((await pagesAtStripe(app, [...booked, late])).sort()).toEqual(booked.map(({ id }) => id).sort())
    await app.eventually('the refund is made', async () => {
      const { rows } = await app.database.db.execute(
        sql`select 1 from refunds where booking_id = ${paid.id} and status = 'succeeded'`,
      )
      return rows.length > 0
    })
  })
})

describe('F30 Stripe is down for longer than a hold', PATIENT, async () => {
  const app = await startTestApp()
  const provider = await makeProvider(app.database.db)

  it('gives back at once the slots of those whose page was certainly never asked for, and the others when it is back', async () => {
    const asked = await holds(app, provider, 3) // each is asked for twice, and the last one's second is not sent any more
    const unasked = await hold(app, provider, 100)
    await everything(app, 'drop-before')
    for (const held of asked) expect((await pay(app, held)).status).toBe(503)
    expect((await pay(app, unasked)).status).toBe(503)
    app.moveTo(app.now().add({ minutes: 11 }))
    await app.eventually('the slot is free', async () => (await stateOf(app, unasked)) === 'expired')
    for (const held of asked) expect(await stateOf(app, held)).toBe('held')
    await app.clearFaults()
    await payInTheEnd(app, await hold(app, provider, 200))
    app.moveTo(app.now().add({ seconds: 61 })) // what could not be given back is left alone for a minute
    for (const held of asked)
      await app.eventually('the slot is free', async () => (await stateOf(app, held)) === 'expired')
    expect(await pagesAtStripe(app, [unasked])).toEqual([])
  })
})

describe('F31 Stripe takes 15 seconds', PATIENT, async () => {
  const app = await startTestApp()
  const provider = await makeProvider(app.database.db)

  it('forty people at once are told so in time, the database waits for nobody, and each has one page in the end', async () => {
    const booked = await holds(app, provider, 40)
    await everything(app, 'delay', 15_000)
    const paying = Promise.all(booked.map((held) => pay(app, held)))
    let over = false
    void paying.finally(() => (over = true))
    const browsing: number[] = []
    while (!over) {
      browsing.push(await browse(app, provider))
      const { rows } = await app.database.owner.execute(sql`
        select query from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%' and state_change < now() - interval '1 second'`)
      expect(rows).toEqual([])
    }
    for (const answer of await paying) {
      expect(answer).toMatchObject({ status: 503, body: { code: 'payment.unavailable' } })
      expect(answer.seconds).toBeLessThan(PAGE_SECONDS_MAX + SLACK_SECONDS)
    }
    expect(browsing.length).toBeGreaterThan(2)
    expect(Math.max(...browsing)).toBeLessThan(SLACK_SECONDS)
    await app.clearFaults()
    for (const held of booked) await payInTheEnd(app, held)
    expect((await pagesAtStripe(app, booked)).sort()).toEqual(booked.map(({ id }) => id).sort())
  })
})

describe('F32 Stripe takes 25 calls a second', PATIENT, async () => {
  const { stripeCallsPerSecond } = readConfig({
    DATABASE_URL: 'postgres://nowhere',
    AUTH_SECRET: 'a'.repeat(32),
    LINK_SECRET: 'b'.repeat(32),
    STRIPE_SECRET_KEY: 'sk_test_default',
    STRIPE_WEBHOOK_SECRET: 'whsec_a',
    STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_b',
  })
  const app = await startTestApp({
    stripeCallsPerSecond: 25,
    env: { STRIPE_CALLS_PER_SECOND: String(stripeCallsPerSecond) },
  })
  const provider = await makeProvider(app.database.db)

  it('sixty who pay at once all get their page, and Stripe never has to say that it is too much', async () => {
    const booked = await holds(app, provider, 60)
    const answers = await Promise.all(booked.map((held) => pay(app, held)))
    expect(answers.map(({ status }) => status)).toEqual(booked.map(() => 200))
    const limited = app.composition.metrics.getSingleMetric('ecosystem_gateway_rate_limited_total')
    expect((await limited?.get())?.values).toMatchObject([{ value: 0 }])
  })
})
