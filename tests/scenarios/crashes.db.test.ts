// The process dies at each point of one piece of work, one after the other, and is followed by another. The simulation finds
// such deaths by chance; here each has its turn.
import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { findDrift, findViolations } from '#tests/invariants/check.ts'
import { CRASH_POINTS, type CrashPoint } from '#tests/simulation/life.ts'
import { openWorld, prepareWorlds } from '#tests/simulation/world.ts'
import { CONFIRMED_ONCE, effectsOf } from '#tests/support/effects.ts'
import { payWithCard } from '#tests/support/pay.ts'

const prepared = await prepareWorlds()
const world = await openWorld(prepared)
afterAll(async () => {
  await world.close()
  await prepared.template.drop()
})

const LONG_MS = 120_000
/** Passings of a point that are died at: close together where the money is, then further apart. */
const NTHS = [1, 2, 4, 8]
const FOLLOWED_BY_SECONDS = 301 // what a dead process had in hand is given to another after five minutes
const RETRY_ROUNDS = 2

interface Booked {
  readonly id: string
  readonly key: string
  readonly endsAt: string
}

let hour = 0

/** Booked by a guest and paid at Stripe, which nobody here has heard of. */
async function paidUnheard(): Promise<Booked> {
  const [provider] = world.providers
  const startsAt = world
    .now()
    .add({ hours: 5 })
    .round('hour')
    .add({ hours: (hour += 1) })
    .toString()
  const held = await world.ask('POST', '/bookings', {
    serviceId: provider?.serviceId,
    startsAt,
    expectedTotal: { amountMinor: 11_000, currency: 'USD' },
    guest: { name: 'Gail Guest', email: 'gail@example.test' },
  })
  expect(held.status).toBe(201)
  const { booking, guestKey } = held.body
  const booked = { id: String(booking.id), key: String(guestKey), endsAt: String(booking.endsAt) }
  const opened = await world.ask('POST', `/bookings/${booked.id}/checkout`, {}, { key: booked.key })
  expect((await payWithCard(String(opened.body.paymentUrl))).status).toBe(303)
  return booked
}

/** Letters that came since; each is carried until somebody answers with 200, as Stripe does. */
async function carryLetters(): Promise<void> {
  await world.collectLetters()
  for (const letter of world.letters.splice(0)) {
    const answer = (await world.deliver(letter)) ?? (await world.deliver(letter))
    expect(answer).toBe(200)
  }
}

/** What the worker does in the minutes after: jobs that wait for their next try, and whatever has fallen due. */
async function recover(): Promise<void> {
  for (let round = 0; round < RETRY_ROUNDS; round += 1) {
    world.pass({ seconds: round === 0 ? FOLLOWED_BY_SECONDS : 61 })
    await world.hastenJobs()
    await world.runSweeps()
    await world.runJobs()
  }
}

/**
 * Has each point of some work be the last, until it is passed too seldom to die there. The work is given a booking of its own.
 * @returns how often somebody died, by point.
 */
async function dieAtEachPoint(
  prepare: () => Promise<Booked>,
  work: (booked: Booked) => Promise<void>,
  check: (booked: Booked, died: string) => Promise<void>,
): Promise<Record<string, number>> {
  const deaths: Record<string, number> = {}
  for (const point of CRASH_POINTS) {
    for (const nth of NTHS) {
      const booked = await prepare()
      const died = await isLastAt(point, nth, () => work(booked))
      await recover()
      await check(booked, `${point}, ${nth}`)
      if (!died) break
      deaths[point] = (deaths[point] ?? 0) + 1
    }
  }
  return deaths
}

async function isLastAt(point: CrashPoint, nth: number, work: () => Promise<void>): Promise<boolean> {
  const { life } = world.process()
  life.endAt(point, nth)
  await work()
  const died = life.isOver()
  if (!died) life.spare()
  return died
}

/** Of Stripe's own lists. */
async function atStripe(kind: 'charges' | 'transfers' | 'refunds', { id }: Booked): Promise<number[]> {
  const all = await world.listAtStripe(kind)
  const ours = all.filter(
    (each) =>
      each['transfer_group'] === id ||
      (each['metadata'] as { booking_id?: string } | null)?.booking_id === id,
  )
  return ours.map(({ amount }) => Number(amount))
}

async function expectOrder(): Promise<void> {
  expect(await findViolations(world.owner, { now: world.now() })).toEqual([])
  expect(await findDrift(world.owner, world.process().composition.gateway)).toEqual([])
}

/** A booking that was given, and whose escrow has just ended; nobody has looked since. */
async function dueForPayout(): Promise<Booked> {
  const booked = await paidUnheard()
  await carryLetters()
  await world.runJobs()
  world.pass(Temporal.Instant.from(booked.endsAt).add({ minutes: 1 }).since(world.now()))
  for (const ahead of [{ minutes: 1 }, { hours: 24 * 7 }]) {
    await world.runSweeps()
    await world.runJobs()
    world.pass(ahead)
  }
  expect(await payoutOf(booked)).toEqual(['scheduled', '9000'])
  return booked
}

async function sweepAndRun(name: string): Promise<void> {
  await world.runSweeps(name)
  await world.runJobs()
}

async function payoutOf({ id }: Booked): Promise<string[]> {
  const { rows } = await world.owner.execute<{ status: string; amount: string }>(
    sql`select status, amount_minor::text as amount from payouts where booking_id = ${id}`,
  )
  return rows.flatMap(({ status, amount }) => [status, amount])
}

async function refundHalf({ id }: Booked): Promise<void> {
  const given = await world.ask(
    'POST',
    `/bookings/${id}/refunds`,
    { amount: { amountMinor: 5_500, currency: 'USD' }, reason: 'It was half of what was promised.' },
    { cookie: world.people.operator.cookie, idempotencyKey: randomUUID() },
  )
  expect(given.status).toBe(201)
}

/** Of the ledger: the customer has half back, the provider half of their share, and nothing is left with nobody. */
async function expectHalved(booked: Booked, died: string): Promise<void> {
  expect(await payoutOf(booked), `died ${died}`).toEqual(['paid', '4500'])
  expect(await atStripe('refunds', booked), `died ${died}`).toEqual([5_500])
  const kept = (await world.process().composition.gateway.listTransfers(booked.id)).reduce(
    (sum, { amountMinor, reversedMinor }) => sum + amountMinor - reversedMinor,
    0n,
  )
  expect(kept, `died ${died}`).toBe(4_500n)
  const { rows } = await world.owner.execute<{ what: string }>(sql`
    select concat_ws(' ', a.code, sum(case when t.debit_account_id = a.id then -t.amount_minor else t.amount_minor end)) as what
    from ledger_transfers t join ledger_accounts a on a.id in (t.debit_account_id, t.credit_account_id)
    where t.subject_id = ${booked.id} and a.code in ('escrow', 'provider_payable') group by a.code order by what`)
  const left = rows.map(({ what }) => what)
  expect(left, `died ${died}`).toEqual(['escrow 0', 'provider_payable 0'])
}

describe('a process that dies', () => {
  test(
    'F23 at each point of acting on the webhooks of a payment is followed by one that ends it: one effect of each kind',
    async () => {
      const deaths = await dieAtEachPoint(
        paidUnheard,
        async () => {
          await carryLetters()
          await world.runJobs()
        },
        async (booked, died) => {
          expect(await effectsOf(world.owner, booked), `died ${died}`).toEqual(CONFIRMED_ONCE)
          expect(await atStripe('charges', booked), `died ${died}`).toEqual([11_000])
        },
      )
      expect(Object.keys(deaths).sort()).toEqual([...CRASH_POINTS].sort())
      await expectOrder()
    },
    LONG_MS,
  )

  test(
    'F25 at each point of writing down a payment that no webhook tells of leaves it to the sweeper: confirmed, one charge',
    async () => {
      const deaths = await dieAtEachPoint(
        async () => {
          const booked = await paidUnheard()
          world.pass({ seconds: 121 })
          return booked
        },
        () => sweepAndRun('payments.unsynced'),
        async (booked, died) => {
          expect(await effectsOf(world.owner, booked), `died ${died}`).toEqual(CONFIRMED_ONCE)
          expect(await atStripe('charges', booked), `died ${died}`).toEqual([11_000])
        },
      )
      expect(Object.keys(deaths).sort()).toEqual([...CRASH_POINTS].sort())
      await world.collectLetters()
      world.letters.splice(0) // they never arrive
      await expectOrder()
    },
    LONG_MS,
  )

  test(
    'F41 at each point between the intention to pay a provider and its books is followed by one that finds the transfer: one',
    async () => {
      const deaths = await dieAtEachPoint(
        dueForPayout,
        () => sweepAndRun('payouts.due'),
        async (booked, died) => {
          expect(await payoutOf(booked), `died ${died}`).toEqual(['paid', '9000'])
          expect(await atStripe('transfers', booked), `died ${died}`).toEqual([9_000])
        },
      )
      expect(Object.keys(deaths).sort()).toEqual([...CRASH_POINTS].sort())
      await expectOrder()
    },
    LONG_MS,
  )

  test.each<[string, (booked: Booked) => Promise<void>]>([
    [
      'refund is asked for before the payout is looked at',
      async (booked) => {
        await refundHalf(booked)
        await sweepAndRun('payouts.due')
      },
    ],
    [
      'payout goes out before the refund is asked for',
      async (booked) => {
        await sweepAndRun('payouts.due')
        await refundHalf(booked)
        await world.runJobs()
      },
    ],
    [
      'refund is asked for while the payout waits in the queue',
      async (booked) => {
        await world.runSweeps('payouts.due')
        await refundHalf(booked)
        await world.runJobs()
      },
    ],
  ])(
    'F36 when the %s: at each point, the provider ends with their half and the customer with theirs',
    async (_, work) => {
      const deaths = await dieAtEachPoint(dueForPayout, work, expectHalved)
      expect(Object.keys(deaths).sort()).toEqual([...CRASH_POINTS].sort())
      await expectOrder()
    },
    LONG_MS,
  )
})
