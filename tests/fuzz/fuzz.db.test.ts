// Whatever is sent to the API, it answers in order: a success that is one, or a refusal with a code. The cases are made
// from the OpenAPI document, so that an operation is covered on the day it is added.
// FUZZ_REQUESTS=100000 for a long run, FUZZ_SEED=… to see a run again.
import { sql } from 'drizzle-orm'
import { randomInt, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '#src/demo/random.ts'
import type { UserId } from '#src/kernel/ids.ts'
import { REFUSALS } from '#src/platform/refusals.ts'
import { findViolations } from '#tests/invariants/check.ts'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeMember, makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'
import { openReadyAccount } from '#tests/support/money.ts'
import { payWithCard } from '#tests/support/pay.ts'
import {
  exampleBody,
  exampleParameter,
  operationsOf,
  type ApiDocument,
  type Field,
  type Json,
  type Operation,
} from './document.ts'
import { EVIL_ADDRESS_PARTS, EVIL_BODIES, EVIL_HEADERS, EVIL_VALUES, MISSING, RawJson } from './evil.ts'

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 4_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(1_000_000_000))
const AT_ONCE = 8
/** An answer that takes longer hangs: the slowest statement may run 15 s, and none of these should. */
const ANSWER_MS_MAX = 10_000
/** Live bookings to act on, so that what is refused is the value and not the state. */
const LIVE_BOOKINGS = 12

const app = await startTestApp({ env: { LOG_LEVEL: 'error' } })
const { db, owner } = app.database
const document = (await app.request('/api/openapi.json')).body as ApiDocument
// Whoever moves time comes last: the others need their bookings.
const operations = operationsOf(document).sort((a, b) => Number(movesTime(a)) - Number(movesTime(b)))
const random = seededRandom(SEED)

/** What any operation may say of a request that it cannot read, without its document naming it. */
const ANYWHERE = new Set([
  'request.not_found',
  'request.malformed',
  'request.invalid',
  'request.too_large',
  'request.cross_site',
])

type Who = 'anonymous' | 'guest' | 'customer' | 'provider' | 'operator'
const EVERYBODY: readonly Who[] = ['operator', 'provider', 'customer', 'guest', 'anonymous']
const access: Record<Who, Readonly<Record<string, string>>> = {
  anonymous: {},
  guest: {},
  customer: {},
  provider: {},
  operator: {},
}
/** Real rows to name in requests. */
const world = {
  instantId: '',
  requestId: '',
  providerId: '',
  slug: '',
  guestKey: '',
  userId: '',
  memberId: '',
  operatorId: '',
}
const liveBookings = new Map<string, 'held' | 'confirmed' | 'awaiting_provider'>()
let hour = 24

interface Sent {
  readonly operation: Operation
  readonly what: string
  readonly who: Who
  readonly address: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

interface Case {
  readonly operation: Operation
  readonly what: string
  readonly who: Who
  make(): Omit<Sent, 'operation' | 'what' | 'who'>
}

beforeAll(async () => {
  const [customer, provider, operator] = [await signUp(app.url), await signUp(app.url), await signUp(app.url)]
  Object.assign(access, {
    customer: { cookie: customer.cookie },
    provider: { cookie: provider.cookie },
    operator: { cookie: operator.cookie },
  })
  Object.assign(world, { userId: customer.userId, memberId: provider.userId, operatorId: operator.userId })
  await refill()
})

describe(`the API, with seed ${SEED}`, () => {
  it('understands an example of each operation as its document describes it', async () => {
    const misunderstood = []
    for (const operation of operations) {
      const answer = await send(
        asSent({ operation, what: 'example', who: 'operator', make: () => requestOf(operation, 'operator') }),
      )
      if (answer.problem) misunderstood.push(answer.problem)
      if (/^request\.(invalid|malformed)$/.test(answer.code ?? ''))
        misunderstood.push(`${operation.id}: ${answer.text}`)
    }
    expect(misunderstood).toEqual([])
  })

  it(
    `answers each of ${REQUESTS} requests with a success or a coded refusal`,
    async () => {
      const cases = choose(REQUESTS)
      const problems: string[] = []
      const seen = {
        statuses: new Map<number, number>(),
        fields: new Set<string>(),
        operations: new Set<string>(),
        requests: 0,
      }
      const undocumented = new Set<string>()
      const work = cases[Symbol.iterator]()
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const each of work) {
            if (liveBookings.size < LIVE_BOOKINGS / 2) await refill()
            const answer = await send(asSent(each))
            seen.requests += 1
            seen.operations.add(each.operation.id)
            seen.fields.add(`${each.operation.id} ${each.what.split(' = ')[0]}`)
            seen.statuses.set(answer.status, (seen.statuses.get(answer.status) ?? 0) + 1)
            if (answer.problem) problems.push(answer.problem)
            if (!ANYWHERE.has(answer.code ?? '') && !each.operation.statuses.has(answer.status)) {
              undocumented.add(`${each.operation.id} ${answer.status} ${answer.code ?? ''}`)
            }
          }
        }),
      )
      const fieldCount = operations.reduce((sum, { fields }) => sum + fields.length, 0)
      const statuses = [...seen.statuses]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${status} × ${count}`)
      process.stdout.write(
        `fuzz: ${seen.requests} requests to ${seen.operations.size} operations and ${fieldCount} fields, seed ${SEED}: ${statuses.join(', ')}\n`,
      )
      expect(problems).toEqual([])
      expect([...seen.operations].sort()).toEqual(operations.map(({ id }) => id).sort())
      const fieldNames = operations.flatMap(({ id, fields }) =>
        fields.map((field) => `${id} ${nameOf(field)}`),
      )
      expect(fieldNames.filter((name) => !seen.fields.has(name))).toEqual([])
      expect([...undocumented].sort()).toEqual([])
    },
    15 * 60_000,
  )

  it('still has books, bookings and mails in order', async () => {
    // Time was moved: the worker is given the moment it needs to come to what has fallen due.
    const violations = () => findViolations(owner, { now: app.now() })
    await app.eventually('order', async () => (await violations()).length === 0).catch(() => null)
    expect(await violations()).toEqual([])
  })

  it('still serves those who ask properly', async () => {
    const answer = await app.request('/api/v1/bookings?as=operator', { headers: { ...access.operator } })
    expect(answer.status).toBe(200)
  })
})

function movesTime({ path }: Operation): boolean {
  return path.includes('/demo/')
}

/** `count` cases: every field gets its turn again and again, each time with another value and another person. */
function choose(count: number): Case[] {
  const perField = operations.map((operation) =>
    casesOf(operation).map((cases) => random.sample(cases, cases.length)),
  )
  const chosen = perField.map((fields): Case[] =>
    fields.map(([first]) => first).filter((each) => each !== undefined),
  )
  for (let round = 1; chosen.flat().length < count; round += 1) {
    const more = perField.map((fields) =>
      fields.map((cases) => cases[round]).filter((each) => each !== undefined),
    )
    if (more.flat().length === 0) break
    more.forEach((cases, index) => chosen[index]?.push(...cases))
  }
  return chosen.flat()
}

/** All cases of an operation, by field. */
function casesOf(operation: Operation): Case[][] {
  const byField = operation.fields.map((field) => {
    const evil: readonly unknown[] =
      field.in === 'body'
        ? EVIL_VALUES
        : field.in === 'header'
          ? headerValues(field.name)
          : EVIL_ADDRESS_PARTS
    return evil.flatMap((value) =>
      EVERYBODY.map((who): Case => ({
        operation,
        who,
        what: `${nameOf(field)} = ${shown(value)}`,
        make: () => requestOf(operation, who, { field, value }),
      })),
    )
  })
  const bodies = (operation.method === 'GET' ? [] : EVIL_BODIES).flatMap((body) =>
    EVERYBODY.map((who): Case => ({
      operation,
      who,
      what: `body = ${shown(body)}`,
      make: () => ({ ...requestOf(operation, who), body }),
    })),
  )
  const headers = EVIL_HEADERS.flatMap((extra) =>
    EVERYBODY.map((who): Case => {
      const make = () => {
        const request = requestOf(operation, who)
        return { ...request, headers: { ...request.headers, ...extra } }
      }
      return { operation, who, what: `headers = ${shown(extra)}`, make }
    }),
  )
  const extra = EVERYBODY.map((who): Case => {
    const make = () => {
      const request = requestOf(operation, who)
      return {
        ...request,
        body: request.body?.replace(/^\{/, '{"__proto__":{"admin":true},"isAdmin":true,') ?? null,
        address: `${request.address}${request.address.includes('?') ? '&' : '?'}extra=1&extra=2&__proto__=x`,
      }
    }
    return { operation, who, what: 'more than was asked for', make }
  })
  return [...byField, bodies, headers, extra]
}

function headerValues(name: string): string[] {
  return [
    '',
    ' ',
    'k'.repeat(256),
    'é\u00ff',
    EVIL_HEADERS.find((headers) => headers[name])?.[name] ?? 'x',
    'k'.repeat(4_000),
  ]
}

function nameOf(field: Field): string {
  return field.in === 'body' ? `body:/${field.path.join('/')}` : `${field.in}:${field.name}`
}

function known(who: Who) {
  return (name: string, operation: Operation): Json | undefined => {
    switch (name) {
      case 'bookingId':
        return who === 'guest' ? bookingOfGuest() : someLiveBooking(operation)
      case 'serviceId':
        return world.instantId
      case 'providerId':
        return world.providerId
      case 'slug':
        return world.slug
      case 'userId':
        return world.userId
      case 'startsAt':
        return fullHourIn((hour += 1), app.now())
      case 'expectedTotal':
        return { amountMinor: who === 'guest' || who === 'anonymous' ? 11_000 : 10_000, currency: 'USD' }
      case 'expectedRefund':
        return { amountMinor: 10_000, currency: 'USD' }
      case 'extraIds':
      case 'extras':
        return []
      case 'from':
        if (operation.id === 'exportJournal') return undefined // days, and not instants
        return fullHourIn(24, app.now())
      case 'until':
        return fullHourIn(48, app.now())
      case 'key':
        return world.guestKey
      case 'cursor':
        return undefined
      case 'categoryId':
        return 'testing'
      default:
        return undefined
    }
  }
}

let guestBooking = ''
function bookingOfGuest(): string {
  return guestBooking
}

function someLiveBooking({ path }: Operation): string {
  const wanted = /accept|declin/.test(path)
    ? 'awaiting_provider'
    : /checkout|check/.test(path)
      ? 'held'
      : 'confirmed'
  const ids = [...liveBookings].filter(([, state]) => state === wanted).map(([id]) => id)
  return ids[Math.floor(random.next() * ids.length)] ?? liveBookings.keys().next().value ?? randomUUID()
}

function requestOf(
  operation: Operation,
  who: Who,
  change?: { field: Field; value: unknown },
): Omit<Sent, 'operation' | 'what' | 'who'> {
  const example = (name: string) => exampleParameter(document, operation, name, known(who))
  const isChanged = (where: string, name: string) =>
    change?.field.in === where && change.field.in !== 'body' && change.field.name === name
  let address = operation.path
  const query: string[] = []
  const headers: Record<string, string> = {
    ...access[who],
    ...(operation.method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
  }
  for (const { in: where, name, required } of operation.parameters) {
    const changed = isChanged(where, name)
    const value = changed ? String(change?.value) : encodeURIComponent(String(example(name)))
    if (where === 'path') address = address.replace(`{${name}}`, () => value)
    else if (where === 'query' && (changed || required)) query.push(`${name}=${value}`)
    else if (where === 'header' && changed) headers[name] = value
  }
  const good = operation.body ? exampleBody(document, operation, known(who)) : null
  const body = operation.body
    ? stringify(change?.field.in === 'body' ? withValue(good, change.field.path, change.value) : good)
    : null
  if (body !== null) headers['content-type'] = 'application/json'
  return {
    address: query.length > 0 ? `${address}?${query.join('&')}` : address,
    method: operation.method,
    headers,
    body,
  }
}

function asSent(each: Case): Sent {
  return { operation: each.operation, what: each.what, who: each.who, ...each.make() }
}

/** The body with another value at `path`; containers on the way are copied, and made where they are missing. */
function withValue(body: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return value
  const container: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  container[first] = withValue(container[first], rest, value)
  if (container[first] === MISSING) delete container[first]
  return Array.isArray(body) ? Object.values(container) : container
}

function stringify(value: unknown): string {
  if (value instanceof RawJson) return value.text
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}:${stringify(each)}`)
      .join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

interface Looked {
  readonly status: number
  readonly code: string | null
  readonly text: string
  /** What is wrong with the answer; null when it is in order. */
  readonly problem: string | null
}

async function send(sent: Sent): Promise<Looked> {
  const wrong = (what: string, status = 0, text = ''): Looked => ({
    status,
    code: null,
    text,
    problem: `${sent.operation.id} as ${sent.who}, ${sent.what}: ${what}\n  ${sent.method} ${sent.address.slice(0, 200)} ${sent.body?.slice(0, 300) ?? ''}\n  ${text.slice(0, 300)}`,
  })
  let response: Response
  let text: string
  try {
    const { method, headers, body } = sent
    response = await fetch(`${app.url}${sent.address}`, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    text = await response.text()
  } catch (error) {
    return wrong(`no answer: ${String(error)} ${String((error as Error).cause ?? '')}`)
  }
  const { status } = response
  if (status >= 500 || status < 200 || (status >= 300 && status < 400))
    return wrong(`answered ${status}`, status, text)
  if (/node_modules|\bat \S+ \(|select .* from |postgres/i.test(text) && status >= 400)
    return wrong('the inside is showing', status, text)
  const body = parse(text)
  if (status < 300) {
    if (/json/.test(response.headers.get('content-type') ?? '') && body === undefined)
      return wrong('is not JSON', status, text)
    noteState(body)
    return { status, code: null, text, problem: null }
  }
  const complaint = complaintAbout(status, response.headers.get('content-type'), body)
  return complaint
    ? wrong(complaint, status, text)
    : { status, code: (body as { code: string }).code, text, problem: null }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** RFC 9457, with a code that the registry knows and says the same status for. */
function complaintAbout(status: number, type: string | null, body: unknown): string | null {
  if (type !== 'application/problem+json') return `is of the type ${type}`
  if (typeof body !== 'object' || body === null) return 'is not a problem'
  const problem = body as Record<string, unknown>
  const entry = Object.entries(REFUSALS).find(([code]) => code === problem['code'])?.[1]
  if (!entry) return `has the unknown code ${String(problem['code'])}`
  if (problem['status'] !== status || entry.status !== status)
    return `says ${String(problem['status'])} and was sent as ${status}`
  if (problem['title'] !== entry.sentence || problem['type'] !== `/docs/api#${String(problem['code'])}`)
    return 'has another title or type than its code'
  if (typeof problem['requestId'] !== 'string') return 'has no request id'
  if (problem['code'] !== 'request.invalid') return null
  const errors = problem['errors']
  const named =
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every(
      (each) =>
        typeof each.path === 'string' && typeof each.code === 'string' && typeof each.message === 'string',
    )
  return named ? null : 'does not say which fields are not right'
}

/** A booking that has ended is not acted on again. */
function noteState(body: unknown): void {
  const { id, state } = (body ?? {}) as { id?: unknown; state?: unknown }
  if (typeof id !== 'string' || !liveBookings.has(id)) return
  if (state === 'held' || state === 'confirmed' || state === 'awaiting_provider') liveBookings.set(id, state)
  else liveBookings.delete(id)
}

async function hold(
  serviceId: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ id: string; guestKey: string }> {
  const guest = headers['cookie'] === undefined
  const answer = await app.request('/api/v1/bookings', {
    method: 'POST',
    headers: { ...headers },
    body: {
      serviceId,
      startsAt: fullHourIn((hour += 1), app.now()),
      expectedTotal: { amountMinor: guest ? 11_000 : 10_000, currency: 'USD' },
      ...(guest && { guest: { name: 'Gail Guest', email: 'gail@example.test' } }),
    },
  })
  if (answer.status !== 201) throw new Error(`no hold: ${JSON.stringify(answer.body)}`)
  if (guest) guestBooking = answer.body.booking.id
  return { id: answer.body.booking.id, guestKey: answer.body.guestKey }
}

let refilling: Promise<void> | null = null
function refill(): Promise<void> {
  refilling ??= makeLiveBookings().finally(() => (refilling = null))
  return refilling
}

/** Among the requests are some that close a shop or take a right away: what they acted on is made anew. */
async function makeLiveBookings(): Promise<void> {
  const customer = access.customer
  const instant = await makeProvider(db, { payoutAccountId: null })
  const payoutAccountId = await openReadyAccount(app.composition, instant.providerId)
  await db.execute(
    sql`update providers set payout_account_id = ${payoutAccountId}, payout_account_ready = true where id = ${instant.providerId}`,
  )
  const request = await makeProvider(db, { service: { bookingMode: 'request' } })
  await makeMember(db, instant.providerId, world.memberId as UserId)
  await makeMember(db, request.providerId, world.memberId as UserId)
  await makeOperator(db, world.operatorId as UserId)
  Object.assign(world, { ...instant, instantId: instant.serviceId, requestId: request.serviceId })
  const { guestKey } = await hold(world.instantId, {})
  world.guestKey = guestKey
  access.guest = { authorization: `Bearer ${guestKey}` }
  for (const state of ['held', 'confirmed', 'awaiting_provider'] as const) {
    while ([...liveBookings.values()].filter((each) => each === state).length < LIVE_BOOKINGS / 3) {
      const { id } = await hold(state === 'awaiting_provider' ? world.requestId : world.instantId, customer)
      if (state !== 'held') await pay(id, state)
      liveBookings.set(id, state)
    }
  }
}

async function pay(id: string, state: string): Promise<void> {
  const { body } = await app.request(`/api/v1/bookings/${id}/checkout`, {
    method: 'POST',
    body: {},
    headers: { ...access.customer },
  })
  if (!body.paymentUrl) throw new Error(`no payment page: ${JSON.stringify(body)}`)
  await payWithCard(body.paymentUrl)
  await app.eventually(`a booking ${state}`, async () => {
    const { rows } = await db.execute(sql`select 1 from bookings where id = ${id} and state = ${state}`)
    return rows.length > 0
  })
}

function shown(value: unknown): string {
  if (value === MISSING) return 'missing'
  return stringify(value).slice(0, 40)
}
