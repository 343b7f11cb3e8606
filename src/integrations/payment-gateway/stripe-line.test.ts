import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { startStripeSandbox, type StripeSandbox } from '#sandbox/stripe/server.ts'
import { Temporal } from '#src/kernel/time.ts'
import { readConfig } from '#src/platform/config.ts'
import { withDeadline } from '#src/platform/deadline.ts'
import { Trouble } from '#src/platform/errors.ts'
import { createLog } from '#src/platform/log.ts'
import { createMetrics, type Metrics } from '#src/platform/metrics.ts'
import type { PaymentGateway } from './port.ts'
import { stripeGateway } from './stripe.ts'

const PATIENT = { timeout: 60_000 }
const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0)) await end()
})

interface Line {
  readonly gateway: PaymentGateway
  readonly metrics: Metrics
  /** Any read. */
  look(): Promise<unknown>
  /** Any write. */
  open(): Promise<unknown>
  circuit(): Promise<string>
}

function lineTo(url: string, callsPerSecond = 1_000): Line {
  const metrics = createMetrics('test')
  const config = readConfig({
    DATABASE_URL: 'postgres://nowhere',
    AUTH_SECRET: 'a'.repeat(32),
    LINK_SECRET: 'b'.repeat(32),
    STRIPE_SECRET_KEY: 'sk_test_line',
    STRIPE_API_BASE: url,
    STRIPE_CALLS_PER_SECOND: String(callsPerSecond),
    STRIPE_WEBHOOK_SECRET: 'whsec_line',
    STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_line',
  })
  const gateway = stripeGateway(config, { metrics, log: createLog('test', 'silent') })
  return {
    gateway,
    metrics,
    look: () => gateway.listEvents(Temporal.Now.instant()),
    open: () =>
      gateway.createPayoutAccount({ providerId: randomUUID(), country: 'US', email: null }, randomUUID()),
    circuit: async () => {
      const values = await valuesOf(metrics, 'ecosystem_gateway_circuit_state')
      return String(values.find(({ value }) => value === 1)?.labels['state'])
    },
  }
}

async function valuesOf(metrics: Metrics, name: string) {
  const found = (await metrics.getMetricsAsJSON()).find((metric) => metric.name === name)
  return (found?.values ?? []) as { value: number; labels: Record<string, string> }[]
}

async function timesRateLimited(metrics: Metrics): Promise<number> {
  return (await valuesOf(metrics, 'ecosystem_gateway_rate_limited_total'))[0]?.value ?? 0
}

const start = (port: number, callsPerSecond?: number) =>
  startStripeSandbox({
    port,
    dataFile: ':memory:',
    webhookSecret: 'whsec_line',
    ...(callsPerSecond !== undefined && { callsPerSecond }),
  })

/** Ends with the test. */
async function sandbox(options: { port?: number; callsPerSecond?: number } = {}): Promise<StripeSandbox> {
  const started = await start(options.port ?? 0, options.callsPerSecond)
  endings.push(() => started.close())
  return started
}

async function fault({ url }: StripeSandbox, action: string, more: object = {}): Promise<void> {
  const both = ['GET /v1/*', 'POST /v1/*'].map((match) => ({ match, action, ...more }))
  const answer = await fetch(`${url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(both) })
  expect(answer.ok).toBe(true)
}

const clear = ({ url }: StripeSandbox) => fetch(`${url}/_sandbox/faults`, { method: 'DELETE' })

/** How many requests have reached Stripe since the fault was armed. */
async function struck({ url }: StripeSandbox): Promise<number> {
  const answer = await fetch(`${url}/_sandbox/faults`)
  const { faults } = (await answer.json()) as { faults: { struck: number }[] }
  return faults.reduce((sum, one) => sum + one.struck, 0)
}

async function timed(work: () => Promise<unknown>) {
  const begun = performance.now()
  const error = await work().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return { error, seconds: (performance.now() - begun) / 1_000 }
}

async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 1) await work().catch(() => null)
}

/** Asks again and again until it is answered. @returns after how many seconds. */
async function answeredAfter(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  while ((await timed(work)).error !== null) await wait(50)
  return (performance.now() - begun) / 1_000
}

describe('F30 Stripe is down', PATIENT, () => {
  test('and refuses connections: after five calls it is not asked any more, and is again by itself when it is back', async () => {
    const first = await start(0)
    const { port } = first
    const line = lineTo(first.url)
    await line.look()
    await first.close()
    await expect(line.look()).rejects.toMatchObject({ part: 'payments', happened: 'nothing' })
    await times(4, line.look)
    expect(await line.circuit()).toBe('open')
    const refused = await timed(line.look)
    expect(refused.error).toMatchObject({ part: 'payments', happened: 'nothing' })
    await sandbox({ port })
    expect(await answeredAfter(line.look)).toBeLessThan(10)
    expect(await line.circuit()).toBe('closed')
  })

  test('and takes calls without answering, one a second: within ten seconds it is not asked any more', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url)
    await fault(stripe, 'hang')
    const begun = performance.now()
    const secondsGone = () => (performance.now() - begun) / 1_000
    const calls: Promise<unknown>[] = []
    while ((await line.circuit()) === 'closed' && secondsGone() < 15) {
      if (calls.length < secondsGone()) calls.push(withDeadline(8_000, () => timed(line.look)))
      await wait(50)
    }
    expect(secondsGone()).toBeLessThan(10)
    expect((await timed(line.look)).seconds).toBeLessThan(1)
    await Promise.all(calls)
  })

  test('for a while: of a hundred who ask all the time, one at a time gets through, and all once it answers', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url, 20)
    await fault(stripe, '500')
    await times(5, line.look)
    const before = await struck(stripe)
    const until = performance.now() + 13_000
    const crowd = Array.from({ length: 100 }, async () => {
      while (performance.now() < until) {
        await line.look().catch(() => null)
        await wait(100)
      }
    })
    await Promise.all(crowd)
    expect((await struck(stripe)) - before).toBeGreaterThanOrEqual(1)
    expect((await struck(stripe)) - before).toBeLessThanOrEqual(3) // a pause is 4 to 6 seconds
    await clear(stripe)
    expect(await answeredAfter(line.look)).toBeLessThan(10)
    await Promise.all(Array.from({ length: 30 }, line.look))
    expect(await timesRateLimited(line.metrics)).toBe(0)
  })

  test('counts no answer that is a no: a card, an object, a request that is refused', async () => {
    const line = lineTo((await sandbox()).url)
    for (let count = 0; count < 20; count += 1)
      await expect(line.gateway.readPayment('pi_none')).rejects.toMatchObject({ code: 'resource_missing' })
    expect(await line.circuit()).toBe('closed')
  })
})

describe('F31 Stripe is slow', PATIENT, () => {
  test('a page gives up at its deadline, all its calls together; what became of them is not known', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url)
    await fault(stripe, 'delay', { delayMs: 2_500 })
    const page = await withDeadline(4_900, () =>
      timed(async () => {
        await line.look()
        await line.open()
      }),
    )
    expect(page.error).toBeInstanceOf(Trouble)
    expect(page.error).toMatchObject({ happened: 'unknown' })
    expect(page.seconds).toBeGreaterThan(4.8)
    expect(page.seconds).toBeLessThan(7)
  })

  test('a page that has hardly any time left does not begin what nobody would hear the end of', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url)
    const { error } = await withDeadline(1_500, () => timed(line.open))
    expect(error).toMatchObject({ happened: 'nothing' })
  })

  test('a job waits longer than any page', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url)
    await fault(stripe, 'delay', { delayMs: 9_000, times: 1 })
    const { error, seconds } = await timed(line.look)
    expect(error).toBeNull()
    expect(seconds).toBeGreaterThan(8.9)
  })

  test('an answer that trickles in ends at the deadline too, and is none', async () => {
    const trickle = net.createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{')
      const drip = setInterval(() => socket.write(' '), 100)
      socket.on('close', () => clearInterval(drip))
    })
    trickle.listen(0, '127.0.0.1')
    await once(trickle, 'listening')
    endings.push(() => trickle.close())
    const line = lineTo(`http://127.0.0.1:${(trickle.address() as AddressInfo).port}`)
    const pages = Array.from({ length: 5 }, () => withDeadline(3_000, () => timed(line.look)))
    for (const { error, seconds } of await Promise.all(pages)) {
      expect(error).toBeInstanceOf(Trouble)
      expect(seconds).toBeLessThan(6)
    }
    expect(await line.circuit()).toBe('open')
  })

  test('two hundred pages at once all end at their deadline, and none waits for another', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url)
    await fault(stripe, 'hang')
    const pages = await Promise.all(
      Array.from({ length: 200 }, () => withDeadline(4_000, () => timed(line.look))),
    )
    expect(Math.max(...pages.map(({ seconds }) => seconds))).toBeLessThan(7)
  })
})

describe('F32 Stripe takes 25 calls a second', PATIENT, () => {
  test('who keeps to 20 is never turned away, however many come at once', async () => {
    const stripe = await sandbox({ callsPerSecond: 25 })
    const line = lineTo(stripe.url, 20)
    const { error, seconds } = await timed(() => Promise.all(Array.from({ length: 70 }, line.look)))
    expect(error).toBeNull()
    expect(await timesRateLimited(line.metrics)).toBe(0)
    expect(seconds).toBeGreaterThan(3) // 20 at once, then 20 a second later, …
    expect(seconds).toBeLessThan(8)
  })

  test('who sends more, as many processes together do, is turned away, holds back, and all is done in the end', async () => {
    const stripe = await sandbox({ callsPerSecond: 25 })
    const line = lineTo(stripe.url, 500)
    const { error } = await timed(() => Promise.all(Array.from({ length: 60 }, line.open)))
    expect(error).toBeNull()
    expect(await timesRateLimited(line.metrics)).toBeGreaterThan(0)
  })

  test('money goes first: what moves it does not wait behind those who look', async () => {
    const line = lineTo((await sandbox()).url, 5)
    const order: string[] = []
    const looks = Array.from({ length: 20 }, () => line.look().then(() => order.push('look')))
    const money = line.open().then(() => order.push('money'))
    await Promise.all([...looks, money])
    expect(order.indexOf('money')).toBeLessThan(10) // one of the second five
  })

  test('turned away until the deadline, nothing has happened, and the circuit stays closed', async () => {
    const stripe = await sandbox()
    const line = lineTo(stripe.url)
    await fault(stripe, '429')
    const { error, seconds } = await withDeadline(6_000, () => timed(line.open))
    expect(error).toMatchObject({ part: 'payments', happened: 'nothing' })
    expect(seconds).toBeLessThan(6)
    expect(await struck(stripe)).toBeGreaterThan(2)
    expect(await struck(stripe)).toBeLessThan(10)
    expect(await line.circuit()).toBe('closed')
  })
})
