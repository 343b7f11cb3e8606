import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Stripe from 'stripe'
import { startStripeSandbox, type StripeSandbox, type StripeSandboxOptions } from '../server.ts'

export const PLATFORM_SECRET = 'whsec_platform_of_the_tests'
const CONNECT_SECRET = 'whsec_connect_of_the_tests'

export interface TestSandbox extends StripeSandbox {
  stripe: Stripe
  /** Moves the sandbox's clock ahead by so many seconds from where it is. */
  advance(seconds: number): void
}

export function clientFor(port: number, key = 'sk_test_tests'): Stripe {
  return new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, timeout: 5000 })
}

export async function startTestSandbox(options: Partial<StripeSandboxOptions> = {}): Promise<TestSandbox> {
  const directory = mkdtempSync(join(tmpdir(), 'stripe-sandbox-'))
  const clockFile = join(directory, 'clock.json')
  let offsetMs = 0
  const moveTo = (milliseconds: number) => {
    offsetMs = milliseconds
    writeFileSync(clockFile, JSON.stringify({ offsetMs }))
  }
  moveTo(0)
  const sandbox = await startStripeSandbox({
    port: 0,
    dataFile: ':memory:',
    webhookSecret: PLATFORM_SECRET,
    clockFile,
    ...options,
  })
  return {
    ...sandbox,
    stripe: clientFor(sandbox.port),
    advance: (seconds) => moveTo(offsetMs + seconds * 1000),
    async close() {
      await sandbox.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Moves the clock and resolves when the sandbox has seen it, for tests of what must not have happened by then. */
export async function pass(sandbox: TestSandbox, seconds: number): Promise<void> {
  const now = async () => (await sandbox.stripe.customers.create({})).created
  const target = (await now()) + seconds
  sandbox.advance(seconds)
  while ((await now()) < target);
}

export function sessionParams(
  amount = 10_000,
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'payment',
    success_url: 'http://app.test/done?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://app.test/cancelled',
    customer_email: 'kim@example.com',
    line_items: [
      {
        quantity: 1,
        price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Massage' } },
      },
    ],
    ...more,
  }
}

/** What a browser without script sends when somebody presses a button. */
export function postForm(url: string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) })
}

export function payByForm(url: string, number: string, more: Record<string, string> = {}): Promise<Response> {
  return postForm(url, {
    email: 'kim@example.com',
    number,
    expiry: '12 / 34',
    cvc: '123',
    name: 'Kim',
    country: 'US',
    postalCode: '10001',
    pay: '1',
    ...more,
  })
}

/** An operator's button, pressed by a program. Resolves to the id of what it made or was done to, or to the reason. */
export async function byHand(
  url: string,
  object: string,
  action: string,
  fields: Record<string, string> = {},
): Promise<string> {
  const answer = await fetch(`${url}/objects/${object}/${action}`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(fields),
  })
  const { id, error } = (await answer.json()) as { id?: string; error?: string }
  return id ?? error ?? ''
}

/** A charge of the platform, paid through the API. */
export async function paid(
  stripe: Stripe,
  amount = 10_000,
  card = 'pm_card_visa',
  currency = 'usd',
): Promise<Stripe.Charge> {
  const intent = await stripe.paymentIntents.create({
    amount,
    currency,
    confirm: true,
    payment_method: card,
    expand: ['latest_charge'],
  })
  return intent.latest_charge as Stripe.Charge
}

/** A connected account that Stripe would enable at once: custom, with everything filled in. */
export function readyAccount(stripe: Stripe, accountNumber = '000123456789'): Promise<Stripe.Account> {
  return stripe.accounts.create({
    type: 'custom',
    country: 'US',
    email: 'ana@example.com',
    business_type: 'individual',
    capabilities: { transfers: { requested: true } },
    individual: {
      first_name: 'Ana',
      last_name: 'Lopez',
      dob: { day: 1, month: 1, year: 1990 },
      address: { line1: 'address_full_match', city: 'Austin', postal_code: '78701', state: 'TX' },
    },
    external_account: {
      object: 'bank_account',
      country: 'US',
      currency: 'usd',
      account_number: accountNumber,
      routing_number: '110000000',
    },
    tos_acceptance: { date: 1_700_000_000, ip: '127.0.0.1' },
  })
}

export interface Receiver {
  url: string
  /** Events in order of arrival, each verified with the SDK. */
  events: Stripe.Event[]
  bodies: string[]
  /** Answers with this status until changed. */
  answerWith(status: number): void
  close(): Promise<void>
}

/** An endpoint that verifies what it gets exactly as the SDK's documentation says. */
export async function startReceiver(secret: string): Promise<Receiver> {
  const events: Stripe.Event[] = []
  const bodies: string[] = []
  let status = 200
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      bodies.push(body)
      try {
        events.push(Stripe.webhooks.constructEvent(body, String(request.headers['stripe-signature']), secret))
        response.writeHead(status).end()
      } catch {
        response.writeHead(400).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    events,
    bodies,
    answerWith: (next) => (status = next),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export interface HeardSandbox extends TestSandbox {
  platform: Receiver
  connect: Receiver
}

/** A sandbox, and both endpoints it tells of everything. */
export async function startHeardSandbox(options: Partial<StripeSandboxOptions> = {}): Promise<HeardSandbox> {
  const platform = await startReceiver(PLATFORM_SECRET)
  const connect = await startReceiver(CONNECT_SECRET)
  const sandbox = await startTestSandbox({
    webhookUrl: platform.url,
    connectWebhookUrl: connect.url,
    connectWebhookSecret: CONNECT_SECRET,
    ...options,
  })
  return {
    ...sandbox,
    ...{ platform, connect },
    async close() {
      await sandbox.close()
      await Promise.all([platform.close(), connect.close()])
    },
  }
}

/** The refusal of a call that must not succeed. */
export async function refusalOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('the call was expected to be refused')
}
