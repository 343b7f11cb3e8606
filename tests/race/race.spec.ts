// Many at once, through two web processes in front of one database. RACE_ROUNDS=… for fewer rounds or more.
import pg from 'pg'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { findDrift, findViolations } from '#tests/invariants/check.ts'
import {
  fullHourIn,
  makeMember,
  makeProvider,
  signUp,
  type MadeProvider,
  type MadeUser,
} from '#tests/support/factories.ts'
import { gatewayOf, openOwner, startMarketplace } from '#tests/support/marketplace.ts'
import { openReadyAccount } from '#tests/support/money.ts'
import { payWithCard } from '#tests/support/pay.ts'
import {
  act,
  eventually,
  hold,
  look,
  openPayment,
  pay,
  type Person,
  type Said,
} from '#tests/support/people.ts'

const ROUNDS = Number(process.env['RACE_ROUNDS'] ?? 1_000)
const CLIENTS = 64
/** A calendar has 58 days of 24 slots; then the next provider is taken. */
const SLOTS_PER_PROVIDER = 1_000
const LONG_MS = 30 * 60_000

const market = await startMarketplace({ webProcesses: 2, env: { SERVE_PAGES: '0', LOG_LEVEL: 'warn' } })
const owner = openOwner(market, 'race')
const gateway = gatewayOf(market)
afterAll(async () => {
  await owner.$client.end()
  await market.stop()
})

const now = () => Temporal.Now.instant()
const slot = (index: number) => fullHourIn(30 + index, now())
const site = (index: number) => market.urls[index % market.urls.length] ?? market.url

/** Everybody at the same moment, by turns at the one site and the other. */
function rush<T>(clients: number, attempt: (url: string, client: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: clients }, (_, client) => attempt(site(client), client)))
}

function tally(answers: readonly Said[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const name = status < 400 ? String(status) : `${status} ${body?.code}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

interface Paid extends Person {
  readonly id: string
}

async function paidBooking(provider: MadeProvider, startsAt: string, state = 'confirmed'): Promise<Paid> {
  const held = await hold(site(0), { ...provider, startsAt })
  expect(held.status).toBe(201)
  const paid = { id: String(held.body.booking.id), key: String(held.body.guestKey) }
  expect(await pay(site(1), paid.id, paid)).toBe(303)
  await eventually(
    `a booking ${state}`,
    20,
    async () => (await look(site(0), paid.id, paid)).body.state === state,
  )
  return paid
}

async function payableProvider(service: Parameters<typeof makeProvider>[1] = {}): Promise<MadeProvider> {
  const provider = await makeProvider(owner, { ...service, payoutAccountId: null })
  const account = await openReadyAccount({ gateway }, provider.providerId)
  await owner.$client.query(
    'update providers set payout_account_id = $1, payout_account_ready = true where id = $2',
    [account, provider.providerId],
  )
  return provider
}

/** The others lose in the way that is meant for them. */
const losers = (count: number) => (count === 0 ? {} : { '409 booking.slot_taken': count })

describe(`${CLIENTS} clients and one slot`, () => {
  it(
    `is taken by exactly one, the others see what is left: ${ROUNDS} rounds`,
    async () => {
      let provider = await makeProvider(owner)
      const worst = { ms: 0 }
      for (let round = 0; round < ROUNDS; round += 1) {
        if (round % SLOTS_PER_PROVIDER === SLOTS_PER_PROVIDER - 1) provider = await makeProvider(owner)
        const startsAt = slot(round % SLOTS_PER_PROVIDER)
        const answers = await rush(CLIENTS, async (url) => {
          const began = performance.now()
          const answer = await hold(url, { ...provider, startsAt })
          worst.ms = Math.max(worst.ms, performance.now() - began)
          return answer
        })
        expect(tally(answers), `round ${round}`).toEqual({ 201: 1, ...losers(CLIENTS - 1) })
        for (const { status, body } of answers) {
          if (status === 201) continue
          expect(body.alternatives.length).toBeGreaterThan(0)
          expect(body.alternatives.map((each: { startsAt: string }) => each.startsAt)).not.toContain(startsAt)
        }
      }
      process.stdout.write(
        `race: ${ROUNDS} rounds of ${CLIENTS}, slowest answer ${Math.round(worst.ms)} ms\n`,
      )
    },
    LONG_MS,
  )

  it('is double-booked by looking first and inserting then, or this test could not see it', async () => {
    const clients = new pg.Pool({ connectionString: market.ownerDatabaseUrl, max: 32 })
    try {
      await clients.query('create table looked_first (slot int not null, client int not null)')
      for (let round = 0; round < Math.min(ROUNDS, 60); round += 1) {
        await rush(CLIENTS, async (_, client) => {
          const connection = await clients.connect()
          try {
            await connection.query('begin')
            const { rows } = await connection.query(
              'select count(*)::int as taken from looked_first where slot = $1',
              [round],
            )
            if (rows[0].taken === 0)
              await connection.query('insert into looked_first values ($1, $2)', [round, client])
            await connection.query('commit')
          } finally {
            connection.release()
          }
        })
      }
      const { rows } = await clients.query('select slot from looked_first group by slot having count(*) > 1')
      process.stdout.write(
        `race: the control double-booked ${rows.length} of ${Math.min(ROUNDS, 60)} slots\n`,
      )
      expect(rows.length).toBeGreaterThan(0)
    } finally {
      await clients.query('drop table if exists looked_first')
      await clients.end()
    }
  })

  it('has no more guests than seats in a group', async () => {
    const provider = await makeProvider(owner, { service: { capacity: 5 } })
    for (const round of [0, 1, 2, 3]) {
      const answers = await rush(CLIENTS, (url) => hold(url, { ...provider, startsAt: slot(round) }))
      expect(tally(answers)).toEqual({ 201: 5, ...losers(CLIENTS - 5) })
    }
  })

  it('is one booking and one answer for everybody who asks with one key', async () => {
    const provider = await makeProvider(owner)
    for (const round of [0, 1, 2, 3]) {
      const idempotencyKey = randomUUID()
      const startsAt = slot(round)
      const body = {
        serviceId: provider.serviceId,
        startsAt,
        expectedTotal: { amountMinor: 11_000, currency: 'USD' },
      }
      const answers = await rush(32, async (url) => {
        const response = await fetch(`${url}/api/v1/bookings`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
          body: JSON.stringify(body),
        })
        return { status: response.status, text: await response.text() }
      })
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
      const ids = new Set(
        answers.map(({ text }) => (JSON.parse(text) as { booking: { id: string } }).booking.id),
      )
      expect(ids.size).toBe(1)
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    }
  })
})

describe('bookings that move', () => {
  let provider: MadeProvider
  let paid: Paid[]
  beforeAll(async () => {
    provider = await payableProvider()
    paid = await Promise.all(Array.from({ length: 12 }, (_, index) => paidBooking(provider, slot(index))))
  })

  it('and holds for one slot: exactly one gets it', async () => {
    for (const round of [0, 1, 2, 3, 4]) {
      const startsAt = slot(100 + round)
      const answers = await rush(24, (url, client) => {
        const booking = paid[client]
        return booking
          ? act(url, booking.id, 'rescheduling', { startsAt }, booking)
          : hold(url, { ...provider, startsAt })
      })
      const won = answers.filter(({ status }) => status < 300)
      expect({ won: won.length, ...tally(answers.filter(({ status }) => status >= 300)) }).toEqual({
        won: 1,
        ...losers(23),
      })
    }
  })

  it('in opposite directions, and in a ring, end without a deadlock and without an overlap', async () => {
    const allowed = new Set(['200', '409 booking.slot_taken', '409 booking.slot_not_offered'])
    for (let round = 0; round < 12; round += 1) {
      const places = await Promise.all(
        paid.map(async (each) => String((await look(site(0), each.id, each)).body.startsAt)),
      )
      const answers = await rush(paid.length, (url, client) => {
        const booking = paid[client]
        // Pairs change places in the even rounds, everybody moves up by one in the odd ones.
        const startsAt = round % 2 === 0 ? places[client ^ 1] : places[(client + 1) % paid.length]
        return booking
          ? act(url, booking.id, 'rescheduling', { startsAt }, booking)
          : Promise.reject(new Error('no such booking'))
      })
      expect(Object.keys(tally(answers)).filter((name) => !allowed.has(name))).toEqual([])
    }
  })

  it('and are cancelled at once with one key: one refund, and the same answer or "not yet" for all', async () => {
    const [booking] = paid
    expect(booking).toBeDefined()
    if (!booking) return
    const idempotencyKey = randomUUID()
    const answers = await rush(16, (url) =>
      act(url, booking.id, 'cancellation', { reason: 'Ill' }, { ...booking, idempotencyKey }),
    )
    expect(
      Object.keys(tally(answers)).every((name) => ['200', '409 request.in_progress'].includes(name)),
    ).toBe(true)
    expect(tally(answers)['200']).toBeGreaterThan(0)
    const { rows } = await owner.$client.query(
      'select count(*)::int as count from refunds where booking_id = $1',
      [booking.id],
    )
    expect(rows).toEqual([{ count: 1 }])
  })
})

describe('two who decide at the same moment', () => {
  const allWays = ['cancelled', 'confirmed']

  it('payment and cancellation: the booking stands and is paid, or is gone and nothing is kept', async () => {
    const provider = await payableProvider()
    const held = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const { body } = await hold(site(index), { ...provider, startsAt: slot(index) })
        const person = { id: String(body.booking.id), key: String(body.guestKey) }
        return { ...person, page: await openPayment(site(index), person.id, person) }
      }),
    )
    await Promise.all(
      held.map(async (each, index) => {
        const cancelled = () => act(site(index), each.id, 'cancellation', {}, each)
        const paid = () => payWithCard(each.page).catch(() => null) // the page may be closed by then
        const [answer] = await Promise.all(
          index % 2 === 0 ? [cancelled(), paid()] : [paid().then(() => cancelled()), paid()],
        )
        expect([200, 409]).toContain(answer.status)
      }),
    )
    const ends = await Promise.all(
      held.map((each) =>
        eventually('an end', 30, async () => {
          const { body } = await look(site(0), each.id, each)
          return (
            allWays.includes(body.state) &&
            (body.state !== 'confirmed' || body.payment.status === 'captured') &&
            String(body.state)
          )
        }),
      ),
    )
    process.stdout.write(
      `race: of ${ends.length} paid and cancelled at once, ${ends.filter((state) => state === 'confirmed').length} stand\n`,
    )
  })

  it('yes and no of a provider: one of them', async () => {
    const provider = await payableProvider({ service: { bookingMode: 'request' } })
    const member: MadeUser = await signUp(market.url, 'Olive Owner')
    await makeMember(owner, provider.providerId, member.userId)
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, index) => paidBooking(provider, slot(index), 'awaiting_provider')),
    )
    for (const [index, booking] of asked.entries()) {
      const answers = await Promise.all([
        act(site(index), booking.id, 'acceptance', undefined, { cookie: member.cookie }),
        act(site(index + 1), booking.id, 'declination', {}, { cookie: member.cookie }),
      ])
      expect(tally(answers)).toEqual({ 200: 1, '409 booking.wrong_state': 1 })
    }
    for (const booking of asked) {
      await eventually('the money to follow', 30, async () => {
        const { body } = await look(site(0), booking.id, booking)
        return (
          `${body.state} ${body.payment.status}` === 'confirmed captured' ||
          `${body.state} ${body.payment.status}` === 'declined voided'
        )
      })
    }
  })
})

describe('after all of it', () => {
  it('books, bookings and mails are in order, and Stripe agrees', async () => {
    const violations = () => findViolations(owner, { now: now(), settled: true })
    await eventually('rest', 60, async () => (await violations()).length === 0).catch(() => null)
    expect(await violations()).toEqual([])
    expect(await findDrift(owner, gateway)).toEqual([])
  })

  it('PostgreSQL has seen no deadlock, and no site has failed', () => {
    expect(market.log('postgres')).not.toMatch(/deadlock detected|PANIC|could not serialize/)
    for (const name of ['web-1', 'web-2', 'worker'])
      expect(market.log(name)).not.toMatch(/a request failed|AssertionFailed/)
  })
})
