// A bad day's webhooks: each comes five times, a third out of order, some never. Against whole processes; the bench asks how
// fast they are taken and worked off, the spec only whether all is well afterwards.
import Stripe from 'stripe'
import { seededRandom } from '#src/demo/random.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Database } from '#src/platform/db/database.ts'
import { httpClient, measureDuring, measureEach, type Measured } from '../../bench/load.ts'
import type { Marketplace, MarketplaceOptions } from './marketplace.ts'
import { fullHourIn, makeProvider } from './factories.ts'
import { eventually, hold, openPayment } from './people.ts'
import { payWithCard } from './pay.ts'

const COPIES = 5
const EVENTS_PER_BOOKING = ['checkout.session.completed', 'payment_intent.succeeded'] as const
const REORDERED = 0.3
const LOST = 0.05
/** So many others overtake one that is late, at most. */
const LATE_BY_MAX = 5_000
const CLIENTS = 64
const BUYERS = 16
const PATIENCE_SECONDS = 1_800
/** Somebody who looks for a time, again and again: seldom enough to be no load beside the flood. */
const READ_PAUSE_MS = 20
const WARM_MS = 3_000
const CALM_MS = 10_000
const READ_DAYS = 7
/** A calendar has 58 days of 24 slots. */
const SLOTS_PER_PROVIDER = 1_000

/** The sandbox delivers nothing by itself, and what was held is kept until the flood is over. */
export const FLOODED: MarketplaceOptions = {
  env: { SERVE_PAGES: '0', LOG_LEVEL: 'warn', STRIPE_SANDBOX_WEBHOOK_EVENTS: 'none', HOLD_MINUTES: '29' },
}

export interface Flood {
  readonly bookings: number
  /** Bookings of which no event came at all. */
  readonly unheardOf: number
  /** Requests, copies included. */
  readonly deliveries: number
  /** Different ones among them. */
  readonly events: number
  readonly intake: Measured
  /** Times of a provider, as somebody sees them who has nothing to do with it: with nothing going on, and in each half of the flood. */
  readonly reading: {
    readonly before: Measured
    readonly whileTheyCome: Measured
    readonly whileTheyAreActedOn: Measured
  }
  /** From the first request until the last event was acted on. */
  readonly drainSeconds: number
  /** From then until the bookings of which nothing had come were confirmed too, by asking. */
  readonly foundSeconds: number
}

/**
 * Books and pays with the worker away, then delivers what Stripe has to say of it, and waits until all of it is done.
 * @param deliveries at least so many arrive: what is lost comes on top
 */
export async function floodWithWebhooks(
  market: Marketplace,
  owner: Database,
  deliveries: number,
  seed: number,
): Promise<Flood> {
  const coming = Math.ceil(deliveries / COPIES)
  const bookings = Math.ceil(coming / (1 - LOST) / EVENTS_PER_BOOKING.length)
  await market.kill('worker')
  await bookAndPay(market, owner, bookings)
  // The net below the webhooks waits, so that the webhooks are what is looked at.
  await owner.$client.query(`update payments set sync_due_at = now() + interval '1 hour'`)
  const { sent, events, heardOf } = disorder(await eventsOf(market, bookings), coming, seed)
  await market.restart('worker')

  const post = httpClient(CLIENTS)
  const secret = market.env['STRIPE_WEBHOOK_SECRET'] ?? ''
  const reader = { pauseMs: READ_PAUSE_MS, operation: await readTimes(market, owner) }
  await measureDuring(reader, () => passed(WARM_MS)) // the worker has only just begun
  const calm = await measureDuring(reader, () => passed(CALM_MS))
  const started = performance.now()
  const { result: intake, measured: whileTheyCome } = await measureDuring(reader, () =>
    measureEach(sent, CLIENTS, async (body) => {
      const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret })
      const headers = { 'content-type': 'application/json', 'stripe-signature': signature }
      const answer = await post(`${market.url}/api/stripe/webhooks`, { method: 'POST', headers, body })
      return answer.status === 200
    }),
  )
  const { measured: whileTheyAreActedOn } = await measureDuring(reader, () =>
    untilNone(owner, `select from webhook_events where status = 'received'`),
  )
  const drained = performance.now()
  await owner.$client.query(`update payments set sync_due_at = now() where captured_minor = 0`)
  await untilNone(owner, `select from bookings where state = 'held'`)
  return {
    reading: { before: calm.measured, whileTheyCome, whileTheyAreActedOn },
    ...{ bookings, events, intake, deliveries: sent.length, unheardOf: bookings - heardOf },
    drainSeconds: (drained - started) / 1_000,
    foundSeconds: (performance.now() - drained) / 1_000,
  }
}

async function bookAndPay({ url }: Marketplace, owner: Database, bookings: number): Promise<void> {
  const providers = await Promise.all(
    Array.from({ length: Math.ceil(bookings / SLOTS_PER_PROVIDER) }, () => makeProvider(owner)),
  )
  const now = Temporal.Now.instant()
  const wanted = (index: number) => ({
    serviceId: providers[Math.floor(index / SLOTS_PER_PROVIDER)]?.serviceId ?? '',
    startsAt: fullHourIn(30 + (index % SLOTS_PER_PROVIDER), now),
  })
  const { failures } = await measureEach([...Array(bookings).keys()], BUYERS, async (index) => {
    const { status, body } = await hold(url, wanted(index))
    if (status !== 201) return false
    const page = await openPayment(url, String(body.booking.id), { key: String(body.guestKey) })
    return (await payWithCard(page)).status === 303
  })
  if (failures > 0) throw new Error(`${failures} of ${bookings} could not book`)
}

/** What Stripe would have sent, oldest first. */
async function eventsOf({ env, stripeUrl }: Marketplace, bookings: number): Promise<Stripe.Event[]> {
  const { hostname, port } = new URL(stripeUrl)
  const stripe = new Stripe(env['STRIPE_SECRET_KEY'] ?? '', { host: hostname, port, protocol: 'http' })
  const events: Stripe.Event[] = []
  for await (const event of stripe.events.list({ types: [...EVENTS_PER_BOOKING], limit: 100 }))
    events.push(event)
  if (events.length !== bookings * EVENTS_PER_BOOKING.length)
    throw new Error(`there are ${events.length} events`)
  return events.reverse()
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks for the times of a provider of whom nobody books anything. */
async function readTimes({ url }: Marketplace, owner: Database): Promise<() => Promise<boolean>> {
  const { serviceId } = await makeProvider(owner)
  const from = Temporal.Now.instant()
  const until = from.add({ hours: READ_DAYS * 24 })
  const get = httpClient(1)
  const address = `${url}/api/v1/services/${serviceId}/slots?from=${from.toString()}&until=${until.toString()}`
  return async () => (await get(address)).status === 200
}

/** All but `count` are lost; of the others each copy stands where it was sent, or late. */
function disorder(events: readonly Stripe.Event[], count: number, seed: number) {
  const random = seededRandom(seed)
  const lost = new Set(random.sample(events, events.length - count))
  const coming = events.filter((event) => !lost.has(event))
  const sent = coming
    .flatMap((event) => Array.from({ length: COPIES }, () => JSON.stringify(event)))
    .map((body, at) => ({ body, at: at + (random.chance(REORDERED) ? random.between(1, LATE_BY_MAX) : 0) }))
    .sort((one, other) => one.at - other.at)
    .map(({ body }) => body)
  const payments = coming.map(({ data }) =>
    String((data.object as Stripe.PaymentIntent).metadata['payment_id']),
  )
  return { sent, events: coming.length, heardOf: new Set(payments).size }
}

async function untilNone(owner: Database, query: string): Promise<void> {
  await eventually(`none: ${query}`, PATIENCE_SECONDS, async () => {
    const { rowCount } = await owner.$client.query(`${query} limit 1`)
    return rowCount === 0
  })
}
