import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bookingsJobs } from './jobs.ts'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeMember, makeProvider, signUp, type MadeProvider } from '#tests/support/factories.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

function hold(
  provider: MadeProvider,
  startsAt: string,
  more: { headers?: Record<string, string>; body?: object } = {},
) {
  const total = more.headers?.['cookie'] ? 10_000 : 11_000
  const body = {
    serviceId: provider.serviceId,
    startsAt,
    expectedTotal: { amountMinor: total, currency: 'USD' },
    ...more.body,
  }
  return app.request('/api/v1/bookings', { method: 'POST', body, headers: more.headers ?? {} })
}

async function liveOverlaps(): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from bookings a join bookings b on a.calendar_id = b.calendar_id and a.id < b.id and a.occupied && b.occupied
      and (a.session_id <> b.session_id or a.seat = b.seat)
    where a.state in ('held', 'awaiting_provider', 'confirmed', 'in_progress') and b.state in ('held', 'awaiting_provider', 'confirmed', 'in_progress')`)
  return rows[0]?.count ?? 0
}

describe('many at once', () => {
  it('give one slot to exactly one, and the others the times that are left', async () => {
    const provider = await makeProvider(db)
    const startsAt = fullHourIn(48, app.now())
    const answers = await Promise.all(Array.from({ length: 64 }, () => hold(provider, startsAt)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const losers = answers.filter(({ status }) => status !== 201)
    for (const { status, body } of losers) {
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'booking.slot_taken' })
      expect(body.alternatives.length).toBeGreaterThan(0)
      expect(body.alternatives.map((slot: { startsAt: string }) => slot.startsAt)).not.toContain(startsAt)
    }
  })

  it('fill a group to its last seat and not beyond', async () => {
    const provider = await makeProvider(db, { service: { capacity: 5 } })
    const startsAt = fullHourIn(48, app.now())
    const answers = await Promise.all(Array.from({ length: 40 }, () => hold(provider, startsAt)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]))
    const { rows } = await db.execute<{ seat: number }>(
      sql`select seat from bookings where calendar_id = ${provider.calendarId} order by seat`,
    )
    expect(rows.map(({ seat }) => seat)).toEqual([1, 2, 3, 4, 5])
  })

  it('never overlap, whatever starts, lengths and buffers they ask for', async () => {
    const lengths = fc.record({
      durationMinutes: fc.constantFrom(15, 30, 45, 60, 90),
      bufferBeforeMinutes: fc.constantFrom(0, 10, 15),
      bufferAfterMinutes: fc.constantFrom(0, 5, 30),
    })
    const day = fullHourIn(48, app.now())
    const starts = fc.array(fc.nat({ max: 40 }), { minLength: 8, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(lengths, starts, async (service, quarters) => {
        const provider = await makeProvider(db, { service: { ...service, stepMinutes: 15 } })
        const at = (quarter: number) => new Date(Date.parse(day) + quarter * 15 * 60_000).toISOString()
        const answers = await Promise.all(quarters.map((quarter) => hold(provider, at(quarter))))
        const taken = answers.filter(({ status }) => status === 201).length
        expect(taken).toBeGreaterThan(0)
        expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([])
      }),
      { numRuns: 12 },
    )
    expect(await liveOverlaps()).toBe(0)
  })

  it('asking the same thing with one key get one booking and one answer', async () => {
    const provider = await makeProvider(db)
    const startsAt = fullHourIn(48, app.now())
    const headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all(Array.from({ length: 32 }, () => hold(provider, startsAt, { headers })))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1)
    const later = await hold(provider, startsAt, { headers, body: { note: 'something else' } })
    expect(later).toMatchObject({ status: 422, body: { code: 'request.idempotency_key_reused' } })
  })
})

describe('a hold is refused', () => {
  it('again as it was the first time, whatever has become possible since', async () => {
    const provider = await makeProvider(db)
    const headers = { 'idempotency-key': randomUUID() }
    const ask = () => hold(provider, fullHourIn(48, app.now()), { headers })
    await db.execute(sql`update services set price_minor = 12000 where id = ${provider.serviceId}`)
    const first = await ask()
    expect(first).toMatchObject({ status: 409, body: { code: 'booking.price_changed' } })
    await db.execute(sql`update services set price_minor = 10000 where id = ${provider.serviceId}`)
    const again = await ask()
    expect([again.status, again.body]).toEqual([first.status, first.body])
    expect(Object.fromEntries(again.headers)).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'idempotency-replayed': 'true',
      'x-request-id': expect.not.stringMatching(first.body.requestId),
    })
    const { rows } = await db.execute(sql`select from bookings where service_id = ${provider.serviceId}`)
    expect(rows).toEqual([])
  })

  it('without an Idempotency-Key', async () => {
    const provider = await makeProvider(db)
    const response = await fetch(`${app.url}/api/v1/bookings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        serviceId: provider.serviceId,
        startsAt: fullHourIn(48, app.now()),
        expectedTotal: { amountMinor: 11_000, currency: 'USD' },
      }),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'request.idempotency_key_missing' })
  })

  it('at another price than the one that was seen, with the new quote', async () => {
    const provider = await makeProvider(db)
    const answer = await hold(provider, fullHourIn(48, app.now()), {
      body: { expectedTotal: { amountMinor: 10_000, currency: 'USD' } },
    })
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'booking.price_changed', quote: { total: { amountMinor: 11_000 } } },
    })
  })

  it('outside of opening hours, with the reason and other times', async () => {
    const provider = await makeProvider(db, { opens: 9 * 60, closes: 17 * 60 })
    const night = `${fullHourIn(48, app.now()).slice(0, 10)}T03:00:00Z`
    const answer = await hold(provider, night)
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'booking.slot_not_offered', reason: 'closed' },
    })
    expect(answer.body.alternatives.length).toBeGreaterThan(0)
  })

  it.each(['draft', 'paused', 'suspended'] as const)('at a provider that is %s', async (status) => {
    const provider = await makeProvider(db, { status })
    expect(await hold(provider, fullHourIn(48, app.now()))).toMatchObject({
      status: 409,
      body: { code: 'provider.not_bookable' },
    })
  })

  it('at a provider that cannot be paid', async () => {
    const provider = await makeProvider(db, { payoutAccountId: null })
    expect(await hold(provider, fullHourIn(48, app.now()))).toMatchObject({
      status: 409,
      body: { code: 'provider.not_bookable' },
    })
  })

  it('to the people who work there', async () => {
    const provider = await makeProvider(db)
    const { userId, cookie } = await signUp(app.url)
    await makeMember(db, provider.providerId, userId)
    expect(await hold(provider, fullHourIn(48, app.now()), { headers: { cookie } })).toMatchObject({
      status: 409,
      body: { code: 'provider.own_service' },
    })
  })

  it('from a page of another site', async () => {
    const provider = await makeProvider(db)
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const answer = await hold(provider, fullHourIn(48, app.now()), { headers })
      expect(answer).toMatchObject({ status: 403, body: { code: 'request.cross_site' } })
    }
  })
})

describe('a hold whose time is over', () => {
  it('and whose page the gateway does not know keeps no other from being given back', async () => {
    const provider = await makeProvider(db)
    const holdAt = async (hour: number) =>
      String((await hold(provider, fullHourIn(48 + hour, app.now()))).body.booking.id)
    const stuck = await Promise.all(Array.from({ length: 50 }, (_, index) => holdAt(index)))
    await app.database.owner.execute(sql`
      insert into payments (id, booking_id, capture_method, currency, amount_minor, checkout_session_id, created_at, updated_at)
      select gen_random_uuid(), b.id, 'automatic', 'USD', b.total_minor, 'cs_test_gone_' || b.code, now(), now()
      from bookings b where b.calendar_id = ${provider.calendarId}`)
    app.moveTo(app.now().add({ seconds: 1 }))
    const last = await holdAt(50)
    app.moveTo(app.now().add({ minutes: 11 }))
    const release = bookingsJobs(app.composition).sweeps.find(({ name }) => name === 'bookings.release-holds')
    const sweep = () => release?.run(app.composition.contextFor({ kind: 'system', name: 'test' }))
    await expect.poll(sweep, { timeout: 20_000 }).toBe(0)
    const { rows } = await db.execute<{ id: string; state: string }>(
      sql`select id, state from bookings where calendar_id = ${provider.calendarId}`,
    )
    expect(new Map(rows.map(({ id, state }) => [id, state]))).toEqual(
      new Map([...stuck.map((id) => [id, 'held'] as const), [last, 'expired'] as const]),
    )
  })
})

describe('the database refuses by itself', () => {
  it('a state that the history does not tell', async () => {
    const provider = await makeProvider(db)
    const { body } = await hold(provider, fullHourIn(48, app.now()))
    await expect(
      db.execute(sql`update bookings set state = 'confirmed' where id = ${body.booking.id}`),
    ).rejects.toMatchObject({
      cause: { message: expect.stringContaining('bookings_state_is_history') },
    })
  })

  it('a transition that is not in the table, and any change of history', async () => {
    const provider = await makeProvider(db)
    const { body } = await hold(provider, fullHourIn(48, app.now()))
    const insert = sql`insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
      values (${body.booking.id}, 2, 'complete', 'held', 'completed', 'system', now())`
    await expect(db.execute(insert)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('no transition complete from held to completed') },
    })
    await expect(db.execute(sql`update booking_events set reason = 'x'`)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('permission denied') },
    })
    await expect(app.database.owner.execute(sql`delete from booking_events`)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('append-only') },
    })
  })

  it('a history that skips or goes back, from whatever role', async () => {
    const provider = await makeProvider(db)
    const { body } = await hold(provider, fullHourIn(48, app.now()))
    const cancelled = await app.request(`/api/v1/bookings/${body.booking.id}/cancellation`, {
      method: 'POST',
      body: {},
      key: body.guestKey,
    })
    expect(cancelled.status).toBe(200)
    await expect(
      db.execute(sql`update bookings set state = 'held', event_count = 1 where id = ${body.booking.id}`),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('does not go back') } })
    await expect(
      db.execute(sql`insert into booking_events (booking_id, sequence, transition, from_state, to_state, actor_kind, at)
        values (${body.booking.id}, 3, 'complete', 'in_progress', 'completed', 'system', now())`),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('does not go on') } })
  })
})
