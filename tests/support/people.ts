// People who use a marketplace of whole processes over HTTP: they hold, pay, move and cancel as the pages do.
import { randomUUID } from 'node:crypto'
import { CARDS, payWithCard } from './pay.ts'

export interface Said {
  readonly status: number
  // A test looks at what came, whatever it is.
  readonly body: ReturnType<typeof JSON.parse>
}

/** Who asks: a guest's key, a session's cookie, or nobody yet. */
export interface Person {
  readonly key?: string | null
  readonly cookie?: string
}

export interface AskOptions extends Person {
  readonly idempotencyKey?: string
}

/** Without an answer for so long, a person gives up. */
const PATIENCE_MS = 20_000

export async function ask(
  url: string,
  method: 'GET' | 'POST',
  body: unknown,
  options: AskOptions = {},
): Promise<Said> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': options.idempotencyKey ?? randomUUID() }),
      ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
      ...(options.cookie ? { cookie: options.cookie } : {}),
    },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
  }
}

export interface Wanted {
  readonly serviceId: string
  readonly startsAt: string
  /** What the page showed: the price of the service, and for a guest 10 % more. */
  readonly priceMinor?: number
}

export function hold(
  url: string,
  { serviceId, startsAt, priceMinor = 10_000 }: Wanted,
  options: AskOptions = {},
): Promise<Said> {
  const guest = !options.cookie
  const body = {
    serviceId,
    startsAt,
    expectedTotal: { amountMinor: guest ? priceMinor + priceMinor / 10 : priceMinor, currency: 'USD' },
    ...(guest && { guest: { name: 'Gail Guest', email: `gail-${randomUUID().slice(0, 8)}@example.test` } }),
  }
  return ask(`${url}/api/v1/bookings`, 'POST', body, options)
}

export const look = (url: string, bookingId: string, person: Person) =>
  ask(`${url}/api/v1/bookings/${bookingId}`, 'GET', undefined, person)

export const act = (url: string, bookingId: string, what: string, body: unknown, options: AskOptions) =>
  ask(`${url}/api/v1/bookings/${bookingId}/${what}`, 'POST', body, options)

/** Opens the payment page. @returns its address. */
export async function openPayment(url: string, bookingId: string, person: Person): Promise<string> {
  const { status, body } = await act(url, bookingId, 'checkout', {}, person)
  if (status !== 200) throw new Error(`no payment page: ${status} ${JSON.stringify(body)}`)
  return String(body.paymentUrl)
}

export async function pay(url: string, bookingId: string, person: Person): Promise<number> {
  return (await payWithCard(await openPayment(url, bookingId, person), CARDS.success)).status
}

/** Asks again and again until `look` gives something. */
export async function eventually<T>(
  what: string,
  seconds: number,
  find: () => Promise<T | null | undefined | false>,
): Promise<T> {
  const until = performance.now() + seconds * 1_000
  let last: unknown
  for (;;) {
    try {
      const found = await find()
      if (found) return found
    } catch (error) {
      last = error
    }
    if (performance.now() > until) throw new Error(`waited ${seconds} s in vain for ${what}`, { cause: last })
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
  }
}
const ASK_EVERY_MS = 50
