import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '#src/platform/context.ts'
import { makeProvider, moneyRig, paidAndRead, paymentOf, type MadeBooking } from '#tests/support/money.ts'
import { requestRefund } from './request-refund.ts'
import { storeEvent } from './receive-webhook.ts'
import { syncPayment } from './sync-payment.ts'

const rig = await moneyRig({ deliver: false })
const { db, owner } = rig.database
const provider = await makeProvider(rig)

beforeEach(async () => {
  await owner.execute(sql`delete from graphile_worker._private_jobs`)
})
afterEach(() => rig.clearFaults())

interface Job extends Record<string, unknown> {
  id: string
  key: string | null
  attempts: number
  run_at: string
}

describe.each([
  { sweep: 'payments.open-operations', of: 'a refund that was asked for', waiting: refundThatFails },
  { sweep: 'payments.waiting-webhooks', of: 'an event that is ahead of us', waiting: eventThatFails },
])('the job of $of', ({ sweep, waiting }) => {
  test('that waits for its next try keeps its tries and its time', async () => {
    const key = await waiting()
    await rig.runJobs()
    const before = await jobsOf(key)
    expect(before).toMatchObject([{ attempts: 1 }])
    await rig.pass({ minutes: 6 })
    await rig.sweep(sweep)
    expect(await jobsOf(key)).toEqual(before)
  })

  test('that is running gets no second beside it, though it is the last try', async () => {
    const key = await waiting()
    await owner.execute(sql`
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'a worker', attempts = max_attempts`)
    await rig.pass({ minutes: 6 })
    const before = await jobsOf(key)
    await rig.sweep(sweep)
    expect(before).toHaveLength(1)
    expect(await jobsOf(key)).toEqual(before) // a second would have taken the key
  })

  test.each([
    ['has used up its tries', sql`update graphile_worker._private_jobs set attempts = max_attempts`],
    ['is gone', sql`delete from graphile_worker._private_jobs`],
  ])('that %s is taken up again', async (_, end) => {
    const key = await waiting()
    await owner.execute(end)
    await rig.pass({ minutes: 6 })
    await rig.sweep(sweep)
    expect(await jobsOf(key)).toMatchObject([{ attempts: 0 }])
  })
})

test('F39 a refund of money that a bank has is not taken up before it has decided, and is when its job is lost after that', async () => {
  const booking = await paid()
  const { chargeId, paymentIntentId } = await paymentOf(rig, booking.id)
  await rig.byHand(chargeId ?? '', 'dispute')
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  const asked = { bookingId: booking.id, baseMinor: 5_000n, surchargeMinor: 500n, cause: 'cancellation' }
  const refund = await inTransaction(rig.ctx(), (tx) => requestRefund(tx, rig.ctx(), asked))
  await rig.runJobs()
  await rig.pass({ minutes: 6 })
  await rig.sweep('payments.open-operations')
  expect(await jobsOf(`refund:${refund?.id}`)).toEqual([])

  const [dispute] = await rig.gateway.listDisputes(paymentIntentId ?? '')
  await rig.byHand(dispute?.id ?? '', 'win')
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  expect(await jobsOf(`refund:${refund?.id}`)).toHaveLength(1)
  await owner.execute(sql`delete from graphile_worker._private_jobs`)
  await syncPayment(rig.ctx(), rig.gateway, booking.id)
  expect(await jobsOf(`refund:${refund?.id}`)).toEqual([]) // the verdict is no news any more
  await rig.sweep('payments.open-operations')
  expect(await jobsOf(`refund:${refund?.id}`)).toHaveLength(1)
})

test('refunds on their way to the bank are all looked at, however many are older, and each again in its time', async () => {
  const { id, bookingId, currency } = await paymentOf(rig, (await paid()).id)
  const COUNT = 150 // more than a batch
  await db.execute(sql`
    insert into refunds (id, payment_id, booking_id, status, cause, amount_minor, base_part_minor, surcharge_part_minor, currency, requested_at)
    select gen_random_uuid(), ${id}, ${bookingId}, 'pending', 'slow ' || n, 1, 1, 0, ${currency}, ${rig.ctx().now.toString()}
    from generate_series(1, ${COUNT}) n`)
  const looks = async () => {
    while ((await rig.sweep('payments.pending-refunds')) > 0);
    const count = (await allJobs()).filter(({ key }) => key?.startsWith('sync-refund:')).length
    await owner.execute(sql`delete from graphile_worker._private_jobs`)
    return count
  }
  expect(await looks()).toBe(COUNT)
  expect(await looks()).toBe(0)
  await rig.pass({ minutes: 61 })
  expect(await looks()).toBe(COUNT)
})

async function paid(): Promise<MadeBooking> {
  const booking = await paidAndRead(rig, provider)
  await owner.execute(sql`delete from graphile_worker._private_jobs`)
  return booking
}

/** @returns the key of its job. */
async function refundThatFails(): Promise<string> {
  const { id: bookingId } = await paid()
  await rig.fault({ match: 'POST /v1/refunds', action: '429' })
  const asked = { bookingId, baseMinor: 5_000n, surchargeMinor: 500n, cause: 'cancellation' }
  const refund = await inTransaction(rig.ctx(), (tx) => requestRefund(tx, rig.ctx(), asked))
  return `refund:${refund?.id}`
}

/** @returns the key of its job. */
async function eventThatFails(): Promise<string> {
  const [id, intentId, now] = [`evt_${randomUUID()}`, `pi_${randomUUID()}`, rig.ctx().now]
  const object = { id: intentId, object: 'payment_intent', metadata: { payment_id: randomUUID() } }
  const body = {
    id,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1_800_000_000,
    data: { object },
  }
  const text = JSON.stringify({ ...body, livemode: false, api_version: null })
  await storeEvent(db, now, 'platform', text, rig.gateway.parseEvent(text), true)
  return `webhooks:${intentId}`
}

async function allJobs(): Promise<Job[]> {
  const { rows } = await db.execute<Job>(
    sql`select id::text, key, attempts, run_at::text from graphile_worker.jobs order by id`,
  )
  return rows
}

async function jobsOf(key: string): Promise<Job[]> {
  return (await allJobs()).filter((job) => job.key === key)
}
