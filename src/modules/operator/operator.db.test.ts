import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, UserId } from '#src/kernel/ids.ts'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'
import { exportBookings } from './export-bookings.ts'
import {
  BOOKING_TROUBLES,
  findById,
  getBookingBackstage,
  getMail,
  getOperatorHome,
  getProviderFile,
  getWebhook,
  listAudit,
  listJobs,
  listMails,
  listProviders,
  listTroubledBookings,
  listWebhooks,
} from './reads.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

const contextOf = (actor: Actor) => app.composition.contextFor(actor)
const user = (userId: UserId, operatorRole: 'support' | null): Actor => ({
  kind: 'user',
  userId,
  operatorRole,
  providerIds: [],
})

async function someOperator() {
  const made = await signUp(app.url, 'Olga Operator')
  await makeOperator(db, made.userId, 'support')
  return { ...made, ctx: contextOf(user(made.userId, 'support')) }
}

async function someBooking() {
  const provider = await makeProvider(db)
  const { body } = await app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(48, app.now()),
      expectedTotal: { amountMinor: 11_000, currency: 'USD' },
    },
  })
  return { provider, id: body.booking.id as BookingId, code: body.booking.code as string }
}

async function someEvent(id: string, status: 'dead' | 'processed') {
  await db.execute(sql`
    insert into webhook_events (id, endpoint, type, object_id, livemode, body, status, attempts, created_at, received_at)
    values (${id}, 'platform', 'payment_intent.succeeded', ${`pi_of_${id}`}, false, '{}', ${status}, 10, now(), now())`)
}

describe('the console', () => {
  it('does not exist for anybody but operators, whatever is asked', async () => {
    const { userId } = await signUp(app.url)
    const { id, provider } = await someBooking()
    for (const actor of [
      user(userId, null),
      { kind: 'anonymous' } as const,
      { kind: 'guest', bookingId: id } as const,
    ]) {
      const ctx = contextOf(actor)
      const reads: (() => Promise<unknown>)[] = [
        () => getOperatorHome(ctx),
        () => listTroubledBookings(ctx, 'overdue'),
        () => getBookingBackstage(ctx, id),
        () => findById(ctx, id),
        () => listWebhooks(ctx),
        () => getWebhook(ctx, 'evt_1'),
        () => listMails(ctx),
        () => getMail(ctx, id),
        () => listJobs(ctx),
        () => listProviders(ctx),
        () => getProviderFile(ctx, provider.providerId),
        () => listAudit(ctx),
        () => exportBookings(ctx, {}),
      ]
      for (const read of reads) await expect(read()).rejects.toMatchObject({ code: 'request.not_found' })
    }
  })

  it('counts what its lists show', async () => {
    const { ctx } = await someOperator()
    const { id } = await someBooking()
    await db.execute(sql`update bookings set hold_expires_at = now() - interval '1 hour' where id = ${id}`)
    const home = await getOperatorHome(ctx)
    for (const trouble of BOOKING_TROUBLES) {
      const { items } = await listTroubledBookings(ctx, trouble, { limit: 50 })
      expect({ trouble, count: items.length }).toEqual({ trouble, count: home.bookings[trouble] })
    }
    expect((await listTroubledBookings(ctx, 'overdue')).items.map((item) => item.id)).toContain(id)
  })

  it('writes the list as a table, filtered as it is, in which nothing typed by a stranger runs', async () => {
    const { cookie } = await someOperator()
    const { id, code } = await someBooking()
    await db.execute(
      sql`update bookings set guest_name = '=cmd()', guest_email = 'g@example.test' where id = ${id}`,
    )
    const ask = (query: string, headers: HeadersInit = { cookie }) =>
      fetch(`${app.url}/api/v1/bookings.csv?${query}`, { headers })
    const file = await ask(`text=${code}`)
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [header, row, ...rest] = (await file.text()).split('\r\n')
    expect(header).toMatch(/^code,id,state,payment,/)
    expect(row).toContain(`${code},${id},held,unpaid,`)
    expect(row).toContain(",'=cmd(),g@example.test,")
    expect(rest).toEqual([''])
    expect((await (await ask(`text=${code}&payment=disputed`)).text()).split('\r\n')).toHaveLength(2)
    expect((await ask('', {})).status).toBe(404)
    expect((await ask('payment=odd')).status).toBe(422)
  })

  it('finds a booking by its code, its id and the ids that Stripe gave to its money', async () => {
    const { ctx } = await someOperator()
    const { id, code } = await someBooking()
    await db.execute(sql`
      insert into payments (id, booking_id, capture_method, currency, amount_minor, checkout_session_id, payment_intent_id, charge_id, created_at, updated_at)
      values (gen_random_uuid(), ${id}, 'automatic', 'USD', 11000, 'cs_test_known', 'pi_known', 'ch_known', now(), now())`)
    for (const text of [code, code.toLowerCase(), id, 'cs_test_known', 'pi_known', 'ch_known']) {
      expect(await findById(ctx, text)).toEqual({ kind: 'booking', id })
    }
    expect(await findById(ctx, 'pi_unknown')).toBeNull()
    const backstage = await getBookingBackstage(ctx, id)
    expect(backstage.payment).toMatchObject({
      chargeId: 'ch_known',
      amount: { amountMinor: 11_000, currency: 'USD' },
    })
    expect(backstage.figures).toMatchObject({ base: { amountMinor: 10_000 }, total: { amountMinor: 11_000 } })
  })
})

describe('replaying a webhook', () => {
  it('F22 makes a dead letter wait for the worker again, and keeps who asked and why', async () => {
    const { cookie, ctx, userId } = await someOperator()
    await someEvent('evt_dead', 'dead')
    const answer = await app.request('/api/v1/webhook-events/evt_dead/replays', {
      method: 'POST',
      body: { reason: 'Stripe was down' },
      headers: { cookie },
    })
    expect(answer.status).toBe(201)
    expect(await getWebhook(ctx, 'evt_dead')).toMatchObject({ status: 'received', attempts: 0 })
    expect((await listJobs(ctx, { limit: 50 })).items).toContainEqual(
      expect.objectContaining({
        task: 'payments.process-webhooks',
        key: 'webhooks:pi_of_evt_dead',
        state: 'waiting',
      }),
    )
    const { rows } = await db.execute(
      sql`select actor_id, reason, before from audit_log where subject_id = 'evt_dead'`,
    )
    expect(rows).toEqual([
      {
        actor_id: userId,
        reason: 'Stripe was down',
        before: { status: 'dead', attempts: 10, lastError: null },
      },
    ])
  })

  it('is refused to others, without a reason, and for an event that is not there', async () => {
    const { cookie } = await someOperator()
    const other = await signUp(app.url)
    await someEvent('evt_done', 'processed')
    const replay = (id: string, body: object, by: string) =>
      app.request(`/api/v1/webhook-events/${id}/replays`, { method: 'POST', body, headers: { cookie: by } })
    expect(await replay('evt_done', { reason: 'curious' }, other.cookie)).toMatchObject({
      status: 404,
      body: { code: 'request.not_found' },
    })
    expect(await replay('evt_done', { reason: ' ' }, cookie)).toMatchObject({
      status: 422,
      body: { code: 'request.invalid' },
    })
    expect(await replay('evt_none', { reason: 'why not' }, cookie)).toMatchObject({
      status: 404,
      body: { code: 'webhook.not_found' },
    })
  })
})

describe('retrying a job', () => {
  it('gives a job that was given up a full set of tries, now', async () => {
    const { cookie, ctx } = await someOperator()
    const { rows } = await db.execute<{ id: string }>(
      sql`select id::text from graphile_worker.add_job('testing.fails', '{}', max_attempts => 3)`,
    )
    const id = rows[0]?.id ?? ''
    const retry = (jobId: string) =>
      app.request(`/api/v1/jobs/${jobId}/retries`, {
        method: 'POST',
        body: { reason: 'Fixed' },
        headers: { cookie },
      })
    expect(await retry(id)).toMatchObject({ status: 409, body: { code: 'job.wrong_state' } })
    await db.execute(sql`select graphile_worker.permanently_fail_jobs(array[${id}::bigint], 'It broke')`)
    expect((await listJobs(ctx, { state: 'dead' })).items).toContainEqual(
      expect.objectContaining({ id, lastError: 'It broke' }),
    )
    expect(await retry(id)).toMatchObject({ status: 201 })
    expect((await listJobs(ctx, { limit: 50 })).items).toContainEqual(
      expect.objectContaining({ id, state: 'waiting', attempts: 0 }),
    )
    expect(await retry('999999999')).toMatchObject({ status: 404, body: { code: 'job.not_found' } })
  })
})
