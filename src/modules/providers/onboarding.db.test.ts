import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { seedCategories } from '#src/modules/catalog/index.ts'
import { startTestApp, type RequestOptions } from '#tests/support/app.ts'
import { makeMember, makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database
await seedCategories({ db })

async function as(name: string) {
  const user = await signUp(app.url, name)
  const ask = (path: string, options: RequestOptions = {}) =>
    app.request(`/api/v1${path}`, { ...options, headers: { cookie: user.cookie, ...options.headers } })
  return { ...user, ask }
}

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensMinute: 540, closesMinute: 1020 }))
const HAIRCUT = {
  name: 'Haircut',
  categoryId: 'haircut',
  durationMinutes: 45,
  price: { amountMinor: 4500, currency: 'USD' },
}

describe('somebody who opens a business', () => {
  it('saves step by step, is told what is open, goes live and is booked once payouts work', async () => {
    const { ask } = await as('Pat Provider')
    const begun = await ask('/my/providers', {
      method: 'POST',
      body: { name: 'Pat’s Café', country: 'CA', latitude: 47.56, longitude: -52.71 },
    })
    expect(begun).toMatchObject({ status: 201, body: { slug: 'pats-cafe' } })
    const own = `/my/providers/${begun.body.id}`
    const open = async () =>
      (await ask(own)).body.onboarding.steps.flatMap((step: { open: { code: string }[] }) =>
        step.open.map(({ code }) => code),
      )
    expect((await ask(own)).body).toMatchObject({ status: 'draft', timeZone: 'America/St_Johns' })
    expect(await open()).toEqual(['headline', 'service', 'hours', 'payout_account', 'unpublished'])
    expect(await ask(`${own}/publication`, { method: 'PUT' })).toMatchObject({
      status: 409,
      body: {
        code: 'provider.not_ready',
        open: [{ code: 'headline' }, { code: 'service' }, { code: 'hours' }],
      },
    })

    expect(
      await ask(own, { method: 'PATCH', body: { headline: 'Coffee and cuts', city: "St. John's" } }),
    ).toMatchObject({ status: 200 })
    const service = await ask(`${own}/services`, { method: 'POST', body: HAIRCUT })
    expect(service.status).toBe(201)
    expect(await ask(`${own}/opening-hours`, { method: 'PUT', body: { rules: EVERY_DAY } })).toMatchObject({
      status: 200,
    })
    expect(await open()).toEqual(['payout_account', 'unpublished'])
    expect(await ask(`${own}/publication`, { method: 'PUT' })).toMatchObject({ status: 200 })

    expect((await ask(own)).body.photos).toEqual(['/photos/hair-1.svg']) // one of its trade, to begin with

    const slots = () => app.request(`/api/v1/services/${service.body.id}/slots`)
    expect((await app.request('/api/v1/providers/pats-cafe')).body).toMatchObject({
      bookable: false,
      nextSlots: [],
    })
    expect((await slots()).body.slots).toEqual([])
    await db.execute(
      sql`update providers set payout_account_id = 'acct_pat', payout_account_ready = true where id = ${begun.body.id}`,
    )
    expect((await slots()).body.slots.length).toBeGreaterThan(100)

    expect(await ask(`${own}/publication`, { method: 'DELETE' })).toMatchObject({ status: 200 })
    expect((await slots()).status).toBe(404)
    expect((await app.request('/api/v1/providers/pats-cafe')).body.code).toBe('provider.not_found')
  })

  it('never types where the town is: it is found, follows a move, and is asked for only where nobody is yet', async () => {
    const { ask } = await as('Tess Town')
    const begun = await ask('/my/providers', {
      method: 'POST',
      body: { name: 'Tess Trims', country: 'CA', timeZone: 'America/Toronto' },
    })
    const own = `/my/providers/${begun.body.id}`
    await ask(`${own}/services`, { method: 'POST', body: HAIRCUT })
    const neighbour = await makeProvider(db)
    await db.execute(sql`update providers set city = 'Trois-Rivières', country = 'CA', latitude = 46.35, longitude = -72.55
      where id = ${neighbour.providerId}`)
    const saved = async (body: object) => {
      expect(await ask(own, { method: 'PATCH', body })).toMatchObject({ status: 200 })
      const { latitude, longitude, onboarding } = (await ask(own)).body
      return { at: [latitude, longitude], open: onboarding.steps[0].open.map(({ code }: never) => code) }
    }
    expect(await saved({ headline: 'Trims', city: 'trois-rivieres' })).toEqual({
      at: [46.35, -72.55],
      open: [],
    })
    expect(await saved({ city: 'Nowhere Yet' })).toEqual({ at: [null, null], open: ['position'] })
    expect(await saved({ latitude: 50, longitude: -70 })).toEqual({ at: [50, -70], open: [] })
    expect(await saved({ city: 'Nowhere Yet', headline: 'Trims!' })).toEqual({ at: [50, -70], open: [] })
  })

  it('chooses pictures among those that come with the product', async () => {
    const { ask } = await as('Pia Picture')
    const begun = await ask('/my/providers', {
      method: 'POST',
      body: { name: 'Pia Pictures', country: 'CA', timeZone: 'America/Toronto' },
    })
    const own = `/my/providers/${begun.body.id}`
    const photos = ['/photos/photo-2.svg', '/photos/photo-1.svg']
    expect(await ask(own, { method: 'PATCH', body: { photos } })).toMatchObject({ status: 200 })
    expect((await ask(own)).body.photos).toEqual(photos)
    expect(
      await ask(own, { method: 'PATCH', body: { photos: ['https://elsewhere.test/a.png'] } }),
    ).toMatchObject({ status: 422, body: { errors: [{ path: 'photos' }] } })
  })

  it('is nobody to the business of somebody else: every door says that there is none', async () => {
    const { ask } = await as('Nosy Neighbour')
    const { providerId, serviceId } = await makeProvider(db)
    const own = `/my/providers/${providerId}`
    const doors: [string, RequestOptions][] = [
      [own, {}],
      [`${own}/services`, {}],
      [`${own}/schedule`, {}],
      [own, { method: 'PATCH', body: { name: 'Mine' } }],
      [`${own}/publication`, { method: 'PUT' }],
      [`${own}/publication`, { method: 'DELETE' }],
      [`${own}/services`, { method: 'POST', body: HAIRCUT }],
      [`/my/services/${serviceId}`, { method: 'PATCH', body: { name: 'Mine' } }],
      [`${own}/opening-hours`, { method: 'PUT', body: { rules: [] } }],
      [`${own}/date-overrides/2026-12-24`, { method: 'PUT', body: { windows: [] } }],
      [`${own}/date-overrides/2026-12-24`, { method: 'DELETE' }],
      [
        `${own}/time-off`,
        { method: 'POST', body: { from: '2026-12-24T00:00:00Z', until: '2026-12-25T00:00:00Z' } },
      ],
      [`${own}/time-off/${randomUUID()}`, { method: 'DELETE' }],
      [`${own}/busy-feeds`, { method: 'POST', body: { url: 'https://example.test/me.ics' } }],
      [`${own}/busy-feeds/${randomUUID()}`, { method: 'DELETE' }],
      [`/providers/${providerId}/suspension`, { method: 'PUT', body: { reason: 'because' } }],
      [`/providers/${providerId}/suspension`, { method: 'DELETE', body: { reason: 'because' } }],
    ]
    for (const [path, options] of doors) {
      const { status, body } = await ask(path, options)
      expect({ path, status, code: body.code }).toEqual({
        path,
        status: 404,
        code: expect.stringMatching(/^(provider|service)\.not_found$/),
      })
    }
    expect((await app.request('/api/v1/my/providers')).status).toBe(401)
    expect((await ask('/my/providers')).body).toEqual({ items: [] })
  })

  it('hears which field is wrong', async () => {
    const { ask, userId } = await as('Wrong Fields')
    const { providerId, serviceId } = await makeProvider(db)
    await makeMember(db, providerId, userId)
    const own = `/my/providers/${providerId}`
    const fieldsOf = async (path: string, method: string, body: object) => {
      const answer = await ask(path, { method, body })
      return [
        answer.status,
        answer.body.code,
        ...(answer.body.errors ?? []).map((error: { path: string }) => error.path),
      ]
    }
    expect(await fieldsOf(own, 'PATCH', { timeZone: 'Mars/Olympus' })).toEqual([
      422,
      'request.invalid',
      'timeZone',
    ])
    expect(await fieldsOf(own, 'PATCH', { latitude: 12 })).toEqual([422, 'request.invalid', 'longitude'])
    expect(await fieldsOf(`${own}/services`, 'POST', { ...HAIRCUT, categoryId: 'nothing' })).toEqual([
      422,
      'request.invalid',
      'categoryId',
    ])
    expect(
      await fieldsOf(`/my/services/${serviceId}`, 'PATCH', { price: { amountMinor: 499, currency: 'USD' } }),
    ).toEqual([422, 'service.price_too_low'])
    expect(
      await fieldsOf(`/my/services/${serviceId}`, 'PATCH', { price: { amountMinor: 9000, currency: 'EUR' } }),
    ).toEqual([422, 'service.currency_differs'])
    const overlapping = [
      { weekday: 1, opensMinute: 540, closesMinute: 720 },
      { weekday: 1, opensMinute: 700, closesMinute: 800 },
    ]
    expect(await fieldsOf(`${own}/opening-hours`, 'PUT', { rules: overlapping })).toEqual([
      422,
      'request.invalid',
      'rules',
    ])
    const backwards = { from: '2026-12-25T00:00:00Z', until: '2026-12-24T00:00:00Z' }
    expect(await fieldsOf(`${own}/time-off`, 'POST', backwards)).toEqual([422, 'request.invalid', 'until'])
    expect(await fieldsOf(`${own}/busy-feeds`, 'POST', { url: 'ftp://example.test/a' })).toEqual([
      422,
      'request.invalid',
      'url',
    ])
    expect(await fieldsOf(`${own}/busy-feeds`, 'POST', { url: 'https://me:secret@example.test/a' })).toEqual([
      422,
      'request.invalid',
      'url',
    ])
  })

  it('cannot take the extras of another service', async () => {
    const { ask, userId } = await as('Extra Thief')
    const [mine, other] = await Promise.all([makeProvider(db), makeProvider(db)])
    await makeMember(db, mine.providerId, userId)
    const extraId = randomUUID()
    await db.execute(
      sql`insert into service_extras (id, service_id, name, price_minor) values (${extraId}, ${other.serviceId}, 'Theirs', 500)`,
    )
    const price = { amountMinor: 1, currency: 'USD' }
    const answer = await ask(`/my/services/${mine.serviceId}`, {
      method: 'PATCH',
      body: { extras: [{ id: extraId, name: 'Mine', price, extraMinutes: 0 }] },
    })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path: 'extras' }] } })
    const { rows } = await db.execute(sql`select name from service_extras where id = ${extraId}`)
    expect(rows).toEqual([{ name: 'Theirs' }])
  })

  it('changes the slots with every word it says about its time', async () => {
    const { ask, userId } = await as('Busy Body')
    const { providerId, serviceId } = await makeProvider(db)
    await makeMember(db, providerId, userId)
    const own = `/my/providers/${providerId}`
    const day = app.now().add({ hours: 72 }).toString().slice(0, 10)
    const next = app.now().add({ hours: 96 }).toString().slice(0, 10)
    const onDay = async () =>
      (
        await app.request(`/api/v1/services/${serviceId}/slots?from=${day}T00:00:00Z&until=${next}T00:00:00Z`)
      ).body.slots.map((slot: { startsAt: string }) => slot.startsAt.slice(11, 16))
    expect(await onDay()).toHaveLength(24)
    const off = await ask(`${own}/time-off`, {
      method: 'POST',
      body: { from: `${day}T00:00:00Z`, until: `${day}T21:00:00Z` },
    })
    expect(await onDay()).toEqual(['21:00', '22:00', '23:00'])
    await ask(`${own}/date-overrides/${day}`, {
      method: 'PUT',
      body: { windows: [{ opensMinute: 1320, closesMinute: 1440 }] },
    })
    expect(await onDay()).toEqual(['22:00', '23:00'])
    await ask(`${own}/time-off/${off.body.id}`, { method: 'DELETE' })
    await ask(`${own}/date-overrides/${day}`, { method: 'DELETE' })
    expect(await onDay()).toHaveLength(24)
    expect((await ask(`${own}/date-overrides/${day}`, { method: 'DELETE' })).body.code).toBe(
      'schedule.not_found',
    )
    await ask(`${own}/opening-hours`, { method: 'PUT', body: { rules: EVERY_DAY } })
    expect(await onDay()).toHaveLength(8)
    expect((await ask(`${own}/schedule`)).body).toMatchObject({
      rules: EVERY_DAY,
      overrides: [],
      timeOff: [],
    })
    await ask(`/my/services/${serviceId}`, { method: 'PATCH', body: { active: false } })
    expect((await app.request(`/api/v1/services/${serviceId}/slots`)).body.code).toBe('service.not_found')
  })
})

describe('an operator', () => {
  it('suspends with a reason, and only an operator lifts it', async () => {
    const [operator, owner] = await Promise.all([as('Olga Operator'), as('Sue Spended')])
    await makeOperator(db, operator.userId, 'support')
    const { providerId, slug } = await makeProvider(db)
    await makeMember(db, providerId, owner.userId)
    await operator.ask(`/providers/${providerId}/suspension`, {
      method: 'PUT',
      body: { reason: 'Complaints' },
    })
    expect((await app.request(`/api/v1/providers/${slug}`)).status).toBe(404)
    expect(
      (await owner.ask(`/my/providers/${providerId}/publication`, { method: 'PUT' })).body,
    ).toMatchObject({ open: [{ code: 'suspended' }] })
    await operator.ask(`/providers/${providerId}/suspension`, {
      method: 'DELETE',
      body: { reason: 'Settled' },
    })
    expect((await owner.ask(`/my/providers/${providerId}`)).body.status).toBe('paused')
    const { rows } = await db.execute(
      sql`select action, reason from audit_log where subject_id = ${providerId} and action <> 'provider.create' order by at`,
    )
    expect(rows).toEqual([
      { action: 'provider.suspended', reason: 'Complaints' },
      { action: 'provider.reinstated', reason: 'Settled' },
    ])
  })
})
