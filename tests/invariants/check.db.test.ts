// The checker itself: it finds nothing in a marketplace that is in order, and each kind of disorder that is planted.
import { sql, type SQL } from 'drizzle-orm'
import pg from 'pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeProvider, signUp } from '#tests/support/factories.ts'
import { openReadyAccount } from '#tests/support/money.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { CHECKED_INVARIANTS, findDrift, findViolations } from './check.ts'

const app = await startTestApp()
const { db, owner, superuserUrl } = app.database
const { gateway } = app.composition
// The owner cannot switch the foreign keys off; whoever plants has to.
const saboteur = new pg.Pool({
  connectionString: superuserUrl,
  max: 1,
  onConnect: (client) => client.on('error', () => undefined),
})
afterAll(() => saboteur.end())

/** Bookings to break: paid out, given back, standing, held. */
const made = { paidOut: '', refunded: '', standing: '', held: '' }

async function book(startsAt: string, serviceId: string, cookie?: string) {
  const amountMinor = cookie ? 10_000 : 11_000
  const guest = cookie ? {} : { guest: { name: 'Gail Guest', email: 'gail@example.test' } }
  const answer = await app.request('/api/v1/bookings', {
    method: 'POST',
    headers: cookie ? { cookie } : {},
    body: { serviceId, startsAt, expectedTotal: { amountMinor, currency: 'USD' }, ...guest },
  })
  expect(answer.status).toBe(201)
  return { id: answer.body.booking.id as string, key: answer.body.guestKey as string | null }
}

async function pay({ id, key }: { id: string; key: string | null }, cookie?: string): Promise<void> {
  const headers = cookie ? { cookie } : {}
  const { body } = await app.request(`/api/v1/bookings/${id}/checkout`, {
    method: 'POST',
    body: {},
    key,
    headers,
  })
  expect((await payWithCard(body.paymentUrl)).status).toBe(303)
  await app.eventually('the confirmation', async () => (await stateOf(id)) === 'confirmed')
}

async function stateOf(id: string): Promise<unknown> {
  return (await db.execute(sql`select state from bookings where id = ${id}`)).rows[0]?.['state']
}

const settled = () => findViolations(owner, { now: app.now(), settled: true })

beforeAll(async () => {
  const { serviceId, providerId } = await makeProvider(db, { payoutAccountId: null })
  const account = await openReadyAccount({ gateway }, providerId)
  await db.execute(
    sql`update providers set payout_account_id = ${account}, payout_account_ready = true where id = ${providerId}`,
  )
  const { cookie } = await signUp(app.url)
  const first = await book(fullHourIn(30, app.now()), serviceId, cookie)
  await pay(first, cookie)
  const second = await book(fullHourIn(32, app.now()), serviceId)
  await pay(second)
  const cancelled = await app.request(`/api/v1/bookings/${second.id}/cancellation`, {
    method: 'POST',
    body: {},
    key: second.key,
  })
  if (cancelled.status !== 200) throw new Error(`the cancellation answered ${cancelled.status}`)
  app.moveTo(app.now().add({ hours: 24 * 9 }))
  await app.eventually(
    'the payout',
    async () => (await db.execute(sql`select 1 from payouts where status = 'paid'`)).rowCount === 1,
  )
  const third = await book(fullHourIn(40, app.now()), serviceId)
  await pay(third)
  const fourth = await book(fullHourIn(44, app.now()), serviceId)
  Object.assign(made, { paidOut: first.id, refunded: second.id, standing: third.id, held: fourth.id })
  await app.eventually('the end of all work', async () => (await settled()).length === 0)
})

const off = sql`set local session_replication_role = replica`
const noOverlap = sql`alter table bookings drop constraint bookings_no_overlap`
const noDueDates = sql`alter table bookings alter column next_due_at drop expression` // a generated column cannot be copied into

/** One more booking like `id`, in a session of its own or in the same. */
function copyOf(id: string, sessionId: string | null = null): SQL {
  const changed = { id: randomUUID(), code: randomUUID(), ...(sessionId && { session_id: sessionId }) }
  return sql`insert into bookings
    select (jsonb_populate_record(null::bookings, to_jsonb(b) || ${JSON.stringify(changed)}::jsonb)).* from bookings b where id = ${id}`
}

describe('a marketplace in order', () => {
  it('has nothing to be found, at Stripe neither', async () => {
    expect(await settled()).toEqual([])
    expect(await findDrift(owner, gateway)).toEqual([])
  })

  it('is one where money was taken, given back and passed on', async () => {
    const { rows } = await db.execute<{ kind: string }>(
      sql`select distinct kind from ledger_transfers order by kind`,
    )
    expect(rows.map(({ kind }) => kind)).toEqual([
      'capture',
      'commission',
      'processing_fee',
      'provider_share',
      'provider_transfer',
      'refund',
    ])
  })
})

describe('what is planted is found', () => {
  const planted = new Set<string>()

  const ofBooking = (id: string) => sql`booking_id = ${id}`
  const transfer = (of: string, kind: string, set: SQL) =>
    sql`update ledger_transfers set ${set} where subject_id = ${of} and kind = ${kind}`
  const anotherTransfer = (
    of: string,
    kind: string,
    more: { externalId?: SQL; amount?: SQL; subject?: SQL; flip?: boolean } = {},
  ) => sql`
    insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, subject_id, effect_key, external_id, occurred_at, recorded_at)
    select ${randomUUID()}, kind, ${more.flip ? sql`credit_account_id, debit_account_id` : sql`debit_account_id, credit_account_id`}, ${more.amount ?? sql`amount_minor`}, currency,
      ${more.subject ?? sql`subject_id`}, ${randomUUID()}, ${more.externalId ?? sql`external_id`}, occurred_at, recorded_at
    from ledger_transfers where subject_id = ${of} and kind = ${kind} limit 1`

  const PLANTS: readonly (readonly [string, string, () => readonly SQL[]])[] = [
    [
      'I-1',
      'an amount of nothing',
      () => [
        sql`alter table ledger_transfers drop constraint ledger_transfers_amount_minor_check`,
        transfer(made.paidOut, 'capture', sql`amount_minor = 0`),
      ],
    ],
    [
      'I-1',
      'an account that is not there',
      () => [transfer(made.paidOut, 'capture', sql`credit_account_id = ${randomUUID()}`)],
    ],
    [
      'I-2',
      'a permission to rewrite the ledger',
      () => [sql`grant update on ledger_transfers to ecosystem_app`],
    ],
    [
      'I-2',
      'a history without its guard',
      () => [sql`alter table booking_events disable trigger booking_events_append_only`],
    ],
    [
      'I-3',
      'half of a movement',
      () => [transfer(made.paidOut, 'capture', sql`credit_account_id = ${randomUUID()}`)],
    ],
    ['I-3', 'an overdrawn escrow', () => [anotherTransfer(made.refunded, 'refund', { amount: sql`100000` })]],
    ['I-4', 'two bookings of one time', () => [noOverlap, noDueDates, copyOf(made.standing, randomUUID())]],
    [
      'I-5',
      'two people on one seat',
      () => [sql`drop index bookings_seat`, noDueDates, copyOf(made.standing)],
    ],
    [
      'I-6',
      'a buffer that is not kept free',
      () => [sql`update bookings set buffer_after_minutes = 15 where id = ${made.held}`],
    ],
    [
      'I-6',
      'a booking without notice',
      () => [sql`update bookings set minimum_notice_minutes = 100000 where id = ${made.held}`],
    ],
    [
      'I-7',
      'a wall time of another zone',
      () => [sql`update bookings set time_zone = 'Asia/Kathmandu' where id = ${made.held}`],
    ],
    [
      'I-7',
      'an hour of 50 minutes',
      () => [sql`update bookings set duration_minutes = 50 where id = ${made.held}`],
    ],
    [
      'I-8',
      'a commission rounded down',
      () => [
        sql`update bookings set commission_minor = commission_minor - 1, provider_net_minor = provider_net_minor + 1 where id = ${made.paidOut}`,
      ],
    ],
    [
      'I-9',
      'a guest fee of another percentage',
      () => [sql`update bookings set guest_fee_basis_points = 2100 where id = ${made.standing}`],
    ],
    [
      'I-10',
      'a provider who is not owed',
      () => [sql`delete from payout_movements`, sql`delete from payouts`],
    ],
    [
      'I-10',
      'a provider who is owed a cent less',
      () => [sql`update payouts set amount_minor = amount_minor - 1`],
    ],
    [
      'I-11',
      'a payment of another amount',
      () => [
        sql`update payments set amount_minor = amount_minor + 1, captured_minor = captured_minor + 1 where ${ofBooking(made.standing)}`,
      ],
    ],
    [
      'I-11',
      'a page that asked for something else',
      () => [
        sql`update stripe_operations set request = jsonb_set(request, '{lines,0,amountMinor}', '1') where kind = 'checkout' and subject_id = (select id from payments where ${ofBooking(made.standing)})`,
      ],
    ],
    ['I-12', 'a capture booked twice', () => [anotherTransfer(made.standing, 'capture')]],
    [
      'I-12',
      'a capture that is not booked',
      () => [sql`delete from ledger_transfers where subject_id = ${made.standing} and kind = 'capture'`],
    ],
    [
      'I-13',
      'a second refund of the same money',
      () => [
        sql`insert into refunds (id, payment_id, booking_id, status, cause, amount_minor, base_part_minor, surcharge_part_minor, currency, requested_at)
        select ${randomUUID()}, payment_id, booking_id, 'pending', 'again', amount_minor, base_part_minor, surcharge_part_minor, currency, requested_at from refunds where ${ofBooking(made.refunded)}`,
      ],
    ],
    [
      'I-14',
      'a payout before its time',
      () => [sql`update payouts set paid_at = due_at - interval '1 second'`],
    ],
    [
      'I-14',
      'a transfer made twice',
      () => [anotherTransfer(made.paidOut, 'provider_transfer', { externalId: sql`'tr_twice'` })],
    ],
    [
      'I-14',
      'a debt that was kept and stays owed all the same',
      () => [
        sql`update payout_movements set amount_minor = 4000, netted_minor = 5000`,
        transfer(made.paidOut, 'provider_transfer', sql`amount_minor = 4000`),
      ],
    ],
    [
      'I-15',
      'escrow that is less than what was paid',
      () => [
        anotherTransfer(made.standing, 'capture', {
          externalId: sql`'ch_other'`,
          flip: true,
          amount: sql`1`,
        }),
      ],
    ],
    [
      'I-15',
      'escrow that is left behind',
      () => [
        sql`delete from ledger_transfers where subject_id = ${made.paidOut} and kind in ('provider_share', 'commission', 'surcharge', 'provider_transfer')`,
      ],
    ],
    [
      'I-17',
      'a webhook nobody looked at',
      () => [
        sql`update webhook_events set status = 'received' where id = (select min(id) from webhook_events)`,
      ],
    ],
    [
      'I-18',
      'money of a booking that is not there',
      () => [
        anotherTransfer(made.standing, 'capture', { subject: sql`gen_random_uuid()`, externalId: sql`null` }),
      ],
    ],
    [
      'I-18',
      'money without a cause',
      () => [anotherTransfer(made.standing, 'capture', { externalId: sql`'ch_unheard_of'` })],
    ],
    ['I-20', 'an answer that was never given', () => [sql`update idempotency_keys set body = ''`]],
    [
      'I-21',
      'a state that no history tells',
      () => [sql`update bookings set state = 'completed' where id = ${made.standing}`],
    ],
    [
      'I-21',
      'a gap in the history',
      () => [sql`delete from booking_events where booking_id = ${made.paidOut} and sequence = 2`],
    ],
    [
      'I-21',
      'a leap',
      () => [
        sql`update booking_events set transition = 'hold' where booking_id = ${made.paidOut} and sequence = 3`,
      ],
    ],
    [
      'I-22',
      'a booking that stands unpaid',
      () => [
        sql`update payments set captured_minor = 0, status = 'unpaid' where ${ofBooking(made.standing)}`,
        sql`update booking_events set at = at - interval '16 minutes' where ${ofBooking(made.standing)}`,
      ],
    ],
    [
      'I-22',
      'money kept for a booking that has expired',
      () => [
        sql`update bookings set state = 'expired' where id = ${made.standing}`,
        sql`update payments set captured_at = captured_at - interval '16 minutes' where ${ofBooking(made.standing)}`,
      ],
    ],
    [
      'I-23',
      'a hold for ever',
      () => [
        sql`update bookings set hold_expires_at = hold_expires_at - interval '12 minutes' where id = ${made.held}`,
      ],
    ],
    [
      'I-25',
      'a confirmation that nobody got',
      () => [
        sql`delete from mailbox_messages where id in (select id from mails where booking_id = ${made.standing})`,
        sql`delete from mails where booking_id = ${made.standing}`,
      ],
    ],
    [
      'I-25',
      'the same news twice',
      () => [
        sql`insert into mails (id, dedupe_key, template, booking_id, provider_id, recipient_kind, recipient_email, facts, status, created_at)
        select gen_random_uuid(), 'again:' || id, template, booking_id, provider_id, recipient_kind, recipient_email, facts, 'suppressed', created_at
        from mails where booking_id = ${made.standing} and template = 'booking_confirmed'`,
      ],
    ],
    [
      'I-25',
      'an event told twice',
      () => [
        sql`insert into domain_events (id, type, subject_id, payload, occurred_at, dispatched_at)
        select gen_random_uuid(), type, subject_id, payload, occurred_at, dispatched_at from domain_events where type = 'payout.paid'`,
      ],
    ],
    [
      'I-25',
      'a message that nobody promised',
      () => [
        sql`update mailbox_messages set id = gen_random_uuid() where id = (select id from mailbox_messages limit 1)`,
      ],
    ],
    [
      'I-25',
      'a mail left lying',
      () => [sql`update mails set status = 'queued' where id = (select id from mails limit 1)`],
    ],
    [
      'I-26',
      'a job that has given up',
      () => [
        sql`select graphile_worker.add_job('payments.sync', '{}', job_key => 'sync:1')`,
        sql`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'no'`,
      ],
    ],
    [
      'I-26',
      'a call to Stripe that was intended and not made',
      () => [sql`update stripe_operations set status = 'intended' where kind = 'transfer'`],
    ],
    [
      'I-32',
      'a history that runs backwards',
      () => [
        sql`update booking_events set at = at - interval '1 day' where booking_id = ${made.paidOut} and sequence = 2`,
      ],
    ],
    [
      'I-32',
      'a history of tomorrow',
      () => [sql`update booking_events set at = at + interval '1 day' where booking_id = ${made.held}`],
    ],
  ]

  it.each(PLANTS)('%s: %s', async (invariant, _, plants) => {
    planted.add(invariant)
    const tx = drizzle({ client: saboteur })
    const found = await tx
      .transaction(async (inside) => {
        await inside.execute(off)
        for (const plant of plants()) await inside.execute(plant)
        throw new Planted(await findViolations(inside, { now: app.now(), settled: true }))
      })
      .catch((error: unknown) => {
        if (error instanceof Planted) return error.found
        throw error
      })
    expect(found.map((violation) => violation.invariant)).toContain(invariant)
  })

  it('is of every kind that the checker knows', () => {
    expect([...planted].sort()).toEqual([...CHECKED_INVARIANTS].sort())
  })

  it('I-16: money at Stripe that the ledger does not know', async () => {
    const charge = (
      await db.execute(sql`select payment_intent_id from payments where booking_id = ${made.standing}`)
    ).rows[0]
    // Nobody tells us: the webhook is swallowed, as when it is lost.
    await fetch(`${app.stripeUrl}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify([{ match: 'event:*', action: 'drop-before' }]),
    })
    await gateway.refund(
      {
        refundId: randomUUID(),
        bookingId: made.standing,
        intentId: String(charge?.['payment_intent_id']),
        amountMinor: 100,
        currency: 'USD',
      },
      randomUUID(),
    )
    const [drift] = await findDrift(owner, gateway)
    expect(drift).toMatchObject({ invariant: 'I-16', rows: [{ stripe: -100n, ledger: 0n }] })
  })
})

/** Carries what was found out of a transaction that is undone. */
class Planted extends Error {
  readonly found: Awaited<ReturnType<typeof findViolations>>
  constructor(found: Awaited<ReturnType<typeof findViolations>>) {
    super('planted')
    this.found = found
  }
}
