import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { eq, sql, type SQL } from 'drizzle-orm'
import Stripe from 'stripe'
import { requestRefund } from '#src/modules/payments/index.ts'
import { listRefunds } from '#src/modules/payments/queries.ts'
import { inTransaction } from '#src/platform/context.ts'
import { findDrift } from '#tests/invariants/check.ts'
import {
  booksOf,
  CARDS,
  checkOut,
  expectBalanced,
  makeBooking,
  moneyRig,
  paymentOf,
  payWith,
  type MadeBooking,
} from '#tests/support/money.ts'
import { complete, makePayableProvider, passTo } from '#tests/support/payouts.ts'
import { GRACE_MINUTES } from './domain/differences.ts'
import { reconcile } from './reconcile.ts'
import {
  balanceTransactions,
  reconciliationDifferences,
  reconciliationRuns,
  type Difference,
} from './tables.ts'

// Webhooks are kept away: whatever these books learn, they learn from reconciling.
const rig = await moneyRig({ deliver: false })
const { db, owner } = rig.database
const provider = await makePayableProvider(rig)
const stripe = new Stripe('sk_test_money', {
  host: '127.0.0.1',
  port: new URL(rig.stripeUrl).port,
  protocol: 'http',
})

afterEach(() => rig.clearFaults())

const run = () => reconcile(rig.ctx(), rig.gateway)
const pastGrace = () => rig.pass({ minutes: GRACE_MINUTES + 1 })

/** Paid at Stripe, and nobody here has heard of it. */
async function unheardPayment(card: string = CARDS.succeeds): Promise<MadeBooking & { chargeId: string }> {
  const booking = await makeBooking(rig, provider)
  expect(await payWith(await checkOut(rig, booking), card)).toBe(303)
  const { data } = await stripe.charges.list({ limit: 1 })
  return { ...booking, chargeId: data[0]?.id ?? '' }
}

/** Paid, heard of, and the grace period over. */
async function knownPayment(card: string = CARDS.succeeds) {
  const booking = await unheardPayment(card)
  await pastGrace()
  expect((await run()).open).toEqual([])
  return booking
}

async function differencesOf(objectId: string): Promise<Difference[]> {
  return db
    .select()
    .from(reconciliationDifferences)
    .where(eq(reconciliationDifferences.objectId, objectId))
    .orderBy(reconciliationDifferences.firstSeenAt)
}

/** What only the owner of the tables can do, with the triggers off. */
async function tamper(...changes: SQL[]): Promise<void> {
  await owner.transaction(async (tx) => {
    await tx.execute(sql`alter table ledger_transfers disable trigger user`)
    for (const change of changes) await tx.execute(change)
    await tx.execute(sql`alter table ledger_transfers enable trigger user`)
  })
}

describe('a charge whose events were all lost', () => {
  test('F16 is on its way for some minutes; then it is named, and its events are fetched and acted on', async () => {
    const { id, chargeId } = await unheardPayment()
    expect((await run()).open).toEqual([])
    expect(await differencesOf(chargeId)).toEqual([])
    expect((await paymentOf(rig, id)).status).toBe('unpaid')

    await pastGrace()
    expect(await run()).toMatchObject({ differenceCount: 1, open: [] })
    expect(await paymentOf(rig, id)).toMatchObject({ status: 'captured', processingFeeMinor: 349n })
    expect(await booksOf(rig, id)).toEqual({
      escrow: 11_000n,
      processing_fees: 349n,
      stripe_balance: 10_651n,
    })
    expect(await differencesOf(chargeId)).toMatchObject([
      {
        kind: 'missing_in_ledger',
        currency: 'USD',
        expectedMinor: 10_651n,
        actualMinor: 0n,
        repairCount: 1,
        resolution: 'The events that name it were fetched from Stripe and acted on.',
      },
    ])
    await expectBalanced(rig)
  })

  test('is repaired once by eight who reconcile at the same moment, and named once', async () => {
    const { id, chargeId } = await unheardPayment()
    await pastGrace()
    await Promise.all(Array.from({ length: 8 }, run))
    expect((await run()).open).toEqual([])
    expect(await differencesOf(chargeId)).toHaveLength(1)
    expect(await booksOf(rig, id)).toMatchObject({ escrow: 11_000n })
    await expectBalanced(rig)
  })

  test('is repaired although the events are dead letters here', async () => {
    const { id } = await unheardPayment()
    const { data } = await stripe.events.list({ limit: 10 })
    const event = data.find((one) => one.type === 'payment_intent.succeeded')
    const intentId = event?.data.object.id ?? ''
    await db.execute(sql`
      insert into webhook_events (id, endpoint, type, object_id, livemode, body, status, attempts, created_at, received_at)
      values (${event?.id}, 'platform', 'payment_intent.succeeded', ${intentId}, false,
              ${JSON.stringify(event)}, 'dead', 10, now(), now())`)
    await pastGrace()
    expect((await run()).open).toEqual([])
    expect((await paymentOf(rig, id)).status).toBe('captured')
  })
})

test('a charge and a refund by hand that are older than Stripe keeps events are found by what they belong to', async () => {
  const known = await knownPayment()
  const { id, chargeId } = await unheardPayment()
  await rig.byHand(known.chargeId, 'refund', '40.00')
  await rig.pass({ hours: 24 * 31 })
  expect((await run()).open).toEqual([])
  expect(await paymentOf(rig, id)).toMatchObject({ status: 'captured' })
  expect(await paymentOf(rig, known.id)).toMatchObject({ refundedMinor: 4_000n })
  expect(await differencesOf(chargeId)).toMatchObject([
    { resolution: 'What it is to us was read again from Stripe.' },
  ])
  await expectBalanced(rig)
})

describe('what was done by hand at Stripe, unheard', () => {
  test('a refund is taken in', async () => {
    const { id, chargeId } = await knownPayment()
    await rig.byHand(chargeId, 'refund', '40.00')
    await pastGrace()
    expect((await run()).open).toEqual([])
    expect(await paymentOf(rig, id)).toMatchObject({ status: 'partially_refunded', refundedMinor: 4_000n })
    expect(await booksOf(rig, id)).toMatchObject({ escrow: 7_000n })
    await expectBalanced(rig)
  })

  test('the failure of a refund that we made puts the money back', async () => {
    const { id } = await knownPayment(CARDS.refundFails)
    await inTransaction(rig.ctx(), (tx) =>
      requestRefund(tx, rig.ctx(), { bookingId: id, baseMinor: 5_000n, surchargeMinor: 500n, cause: 'test' }),
    )
    await rig.runJobs()
    expect(await booksOf(rig, id)).toMatchObject({ escrow: 5_500n })
    await rig.pass({ seconds: 10 })
    await expect.poll(async () => (await stripe.refunds.list({ limit: 1 })).data[0]?.status).toBe('failed')
    await pastGrace()
    expect((await run()).open).toEqual([])
    expect(await booksOf(rig, id)).toMatchObject({ escrow: 11_000n })
    const [refund] = await listRefunds(db, (await paymentOf(rig, id)).id)
    expect(await differencesOf(refund?.stripeRefundId ?? '')).toMatchObject([
      { kind: 'amount_differs', bookingId: id, expectedMinor: 0n, actualMinor: -5_500n },
    ])
    await expectBalanced(rig)
  })

  test('a payout to our bank is booked, once, and needs no repair', async () => {
    await rig.pass({ hours: 72 })
    const available = await stripe.balance.retrieve()
    expect(available.available[0]?.amount).toBeGreaterThan(1_234)
    const payout = await stripe.payouts.create({ amount: 1_234, currency: 'usd' })
    await Promise.all([run(), run(), run()])
    const { rows } = await db.execute(sql`
      select kind, amount_minor::int as minor, description from ledger_transfers where external_id = ${payout.id}`)
    expect(rows).toEqual([{ kind: 'bank_payout', minor: 1_234, description: 'Paid out to our bank' }])
    expect(await differencesOf(payout.id)).toEqual([])
    await expectBalanced(rig)
  })

  test('F47 a transfer that no payout asked for is named with its age, and stays open: no replay explains it', async () => {
    const transfer = await stripe.transfers.create({
      amount: 500,
      currency: 'usd',
      destination: provider.accountId,
    })
    await pastGrace()
    const first = await run()
    expect(first.open).toMatchObject([
      { kind: 'missing_in_ledger', objectId: transfer.id, expectedMinor: -500n, actualMinor: 0n },
    ])
    await rig.pass({ hours: 30 })
    const second = await run()
    expect(second.open.map(({ id, firstSeenAt }) => [id, firstSeenAt.toString()])).toEqual(
      first.open.map(({ id, firstSeenAt }) => [id, firstSeenAt.toString()]),
    )
    expect(second.open[0]?.lastSeenAt.toString()).not.toBe(first.open[0]?.lastSeenAt.toString())

    // Given a posting that names it, it is resolved, and the history says how long it was open.
    await correct(transfer.id)
    expect((await run()).open).toEqual([])
    expect(await differencesOf(transfer.id)).toMatchObject([
      { resolution: 'Both sides came to agree without a repair.' },
    ])
  })
})

/** A person books what was done by hand. */
async function correct(transferId: string): Promise<void> {
  await owner.execute(sql`
    insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, subject_id, effect_key, external_id, occurred_at, recorded_at)
    select ${crypto.randomUUID()}, 'provider_transfer', e.id, s.id, 500, 'USD', ${crypto.randomUUID()}, ${`test:${transferId}`}, ${transferId}, now(), ${rig.ctx().now.toString()}
    from ledger_accounts s, ledger_accounts e where s.code = 'stripe_balance' and e.code = 'escrow' and s.currency = 'USD' and e.currency = 'USD'`)
}

describe('books that were tampered with', () => {
  test('a missing line of the ledger shows as a difference, and replaying does not hide it', async () => {
    const { id, chargeId } = await knownPayment()
    const kept = (
      await db.execute(
        sql`select * from ledger_transfers where external_id = ${chargeId} and kind = 'capture'`,
      )
    ).rows[0]
    await tamper(sql`delete from ledger_transfers where external_id = ${chargeId} and kind = 'capture'`)
    await pastGrace()
    // What agreed is not compared again by itself; looking at the past again is asked for.
    const look = () => reconcile(rig.ctx(), rig.gateway, { since: rig.ctx().now.subtract({ hours: 1 }) })
    const { open } = await look()
    expect(open).toMatchObject([
      {
        kind: 'amount_differs',
        objectId: chargeId,
        bookingId: id,
        expectedMinor: 10_651n,
        actualMinor: -349n,
      },
      { kind: 'booking_differs', objectId: id, bookingId: id, expectedMinor: 11_000n, actualMinor: 0n },
    ])
    expect((await look()).open.map(({ id: row }) => row)).toEqual(open.map(({ id: row }) => row))
    expect((await look()).open[0]?.repairCount).toBeGreaterThan(2)
    await tamper(
      sql`insert into ledger_transfers overriding system value select * from jsonb_populate_record(null::ledger_transfers, ${JSON.stringify(kept)}::jsonb)`,
    )
    expect((await run()).open).toEqual([])
  })

  test('a line of the ledger that Stripe does not know is named, and nothing is replayed', async () => {
    const { id } = await knownPayment()
    await owner.execute(sql`
      insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, subject_id, effect_key, external_id, occurred_at, recorded_at)
      select ${crypto.randomUUID()}, 'provider_transfer', credit_account_id, debit_account_id, 700, currency, subject_id, 'forged', 'tr_forged', now(), ${rig.ctx().now.toString()}
      from ledger_transfers where subject_id = ${id} and kind = 'capture'`)
    expect((await run()).open).toEqual([])
    await pastGrace()
    expect((await run()).open).toMatchObject([
      {
        kind: 'missing_at_stripe',
        objectId: 'tr_forged',
        bookingId: id,
        expectedMinor: 0n,
        actualMinor: -700n,
        repairCount: 0,
      },
    ])
    await tamper(sql`delete from ledger_transfers where effect_key = 'forged'`)
    expect((await run()).open).toEqual([])
  })

  test('a booking whose figures were changed after it was paid is named', async () => {
    const { id } = await knownPayment()
    const change = (by: number) =>
      owner.execute(
        sql`update bookings set total_minor = total_minor + ${by}, surcharge_minor = surcharge_minor + ${by} where id = ${id}`,
      )
    await pastGrace()
    await change(100)
    expect((await run()).open).toMatchObject([
      { kind: 'figures_differ', objectId: id, expectedMinor: 11_100n, actualMinor: 11_000n },
    ])
    await change(-100)
    expect((await run()).open).toEqual([])
  })
})

describe('a run', () => {
  test('that is cut off while reading keeps what it read, and the next one reads the rest, each line once', async () => {
    for (let count = 0; count < 3; count += 1) await unheardPayment()
    await pastGrace()
    const before = (await db.select().from(reconciliationRuns)).length
    await rig.fault({ match: 'GET /v1/events', action: '500', times: 1 })
    await expect(run()).rejects.toMatchObject({ part: 'payments' })
    const unfinished = (await db.select().from(reconciliationRuns)).filter(
      ({ finishedAt }) => finishedAt === null,
    )
    expect(unfinished).toHaveLength(1)
    await rig.fault({ match: 'GET /v1/balance_transactions', action: '500', times: 1 })
    await expect(run()).rejects.toMatchObject({ part: 'payments' })

    expect(await run()).toMatchObject({ lineCount: 0, open: [] })
    expect((await db.select().from(reconciliationRuns)).length).toBe(before + 3)
    const { data } = await stripe.balanceTransactions.list({ limit: 100 })
    const stored = await db.select().from(balanceTransactions)
    for (const line of data) expect(stored.filter(({ id }) => id === line.id)).toHaveLength(1)
    expect(stored.filter(({ matchedAt }) => matchedAt === null)).toEqual([])
  })

  test('that begins later than the last one ended leaves nothing out', async () => {
    await run()
    await rig.pass({ hours: 24 })
    await unheardPayment()
    await rig.pass({ hours: 24 * 6 }) // and no run came to its end
    await reconcile(rig.ctx(), rig.gateway, { since: rig.ctx().now.subtract({ hours: 24 }) })
    const { entries } = await rig.gateway.listBalanceEntries(rig.ctx().now.subtract({ hours: 24 * 30 }))
    const read = new Set((await db.select().from(balanceTransactions)).map(({ id }) => id))
    expect(entries.filter(({ id }) => !read.has(id))).toEqual([])
  })

  test('is asked for once a day by any number of workers, and done by its job', async () => {
    await rig.pass({ hours: 24 })
    const asked = await Promise.all(Array.from({ length: 8 }, () => rig.sweep('reconciliation.daily')))
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(1)
    await rig.runJobs()
    const daily = (await db.select().from(reconciliationRuns)).filter(({ cause }) => cause === 'daily')
    expect(daily).toHaveLength(1)
    expect(daily[0]).toMatchObject({ openCount: 0 })
    expect(daily[0]?.finishedAt).not.toBeNull()
    expect(await rig.sweep('reconciliation.daily')).toBe(0)
  })
})

// Whatever people do, and whatever of it is never heard: the books are brought to what Stripe says.
const move = fc.oneof(
  fc.constant('pay' as const),
  fc.constant('pay, to be returned' as const),
  fc.constant('refund by hand' as const),
  fc.constant('refund' as const),
  fc.constant('complete' as const),
  fc.constant('lose an answer' as const),
  fc.constant('hear' as const),
  fc.constant('wait' as const),
  fc.constant('bank' as const),
)
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never

test('any marketplace that hears of nothing reads 0.00 after reconciling', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 4, maxLength: 14 }), async (moves) => {
      const paid: (MadeBooking & { chargeId: string })[] = []
      for (const [at, one] of moves.entries()) await make(one, paid, at)
      await rig.clearFaults()
      await pastGrace()
      await run()
      await rig.retryJobs()
      await pastGrace()
      const { open } = await run()
      expect(open).toEqual([])
      expect(await findDrift(owner, rig.gateway)).toEqual([])
      await expectBalanced(rig)
    }),
    { numRuns: 12 },
  )
})

async function make(one: Move, paid: (MadeBooking & { chargeId: string })[], at: number): Promise<void> {
  const booking = paid[at % Math.max(1, paid.length)]
  switch (one) {
    case 'pay':
      paid.push(await unheardPayment())
      return
    case 'pay, to be returned':
      paid.push(await unheardPayment(CARDS.refundFails))
      return
    case 'refund by hand':
      if (booking) await rig.byHand(booking.chargeId, 'refund', '10.00').catch(() => undefined)
      return
    case 'refund':
      if (booking && (await paymentOf(rig, booking.id)).status === 'captured')
        await inTransaction(rig.ctx(), (tx) =>
          requestRefund(tx, rig.ctx(), {
            bookingId: booking.id,
            baseMinor: 1_000n,
            surchargeMinor: 100n,
            cause: 'moves',
          }),
        ).then(rig.runJobs)
      return
    case 'complete':
      if (!booking) return
      await complete(rig, booking.id)
      await passTo(rig, rig.ctx().now.add({ hours: 24 * 10 }))
      return
    case 'lose an answer':
      await rig.fault({
        match: at % 2 === 0 ? 'POST /v1/refunds' : 'POST /v1/transfers',
        action: 'drop-after-commit',
        times: 1,
      })
      return
    case 'hear':
      await pastGrace()
      await run()
      return
    case 'wait':
      await rig.pass({ hours: 7 })
      return
    case 'bank': {
      const { available } = await stripe.balance.retrieve()
      const amount = Math.floor((available[0]?.amount ?? 0) / 4)
      if (amount > 0) await stripe.payouts.create({ amount, currency: 'usd' })
    }
  }
}
