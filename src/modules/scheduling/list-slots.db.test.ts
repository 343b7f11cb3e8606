import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { startTestApp } from '#tests/support/app.ts'
import { makeProvider } from '#tests/support/factories.ts'
import { BUFFER_MINUTES_MAX, DURATION_MINUTES_MAX, EXTRA_MINUTES_MAX } from './domain/limits.ts'
import { alternativesNear } from './list-slots.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

function hold(serviceId: string, startsAt: string) {
  return app.request('/api/v1/bookings', {
    method: 'POST',
    body: { serviceId, startsAt, expectedTotal: { amountMinor: 11_000, currency: 'USD' } },
  })
}

it('the alternatives to a start are the free ones nearest to it, in order of time', async () => {
  const { serviceId } = await makeProvider(db)
  const lost = Temporal.Instant.from(`${app.now().add({ hours: 72 }).toString().slice(0, 10)}T12:00Z`)
  for (const hours of [0, 1, -2])
    expect((await hold(serviceId, lost.add({ hours }).toString())).status).toBe(201)
  const near = await alternativesNear(db, serviceId, lost, app.now())
  expect(near.map(({ localTime }) => localTime)).toEqual(['08:00', '09:00', '11:00', '14:00', '15:00'])
  const past = await alternativesNear(db, serviceId, app.now().subtract({ hours: 24 * 30 }), app.now())
  expect(past).toHaveLength(5)
  expect(await alternativesNear(db, randomUUID() as ServiceId, lost, app.now())).toEqual([])
})

it('extras that take time lengthen the slots; one that is not offered is refused', async () => {
  const { serviceId } = await makeProvider(db, { opens: 540, closes: 660 })
  const extraId = randomUUID()
  await db.execute(
    sql`insert into service_extras (id, service_id, name, price_minor, extra_minutes) values (${extraId}, ${serviceId}, 'More', 500, 30)`,
  )
  const day = app.now().add({ hours: 72 }).toString().slice(0, 10)
  const ask = (query: string) =>
    app.request(`/api/v1/services/${serviceId}/slots?from=${day}T00:00:00Z&until=${day}T23:00:00Z${query}`)
  expect((await ask('')).body).toMatchObject({
    durationMinutes: 60,
    slots: [{ startsAt: `${day}T09:00:00+00:00` }, { startsAt: `${day}T10:00:00+00:00` }],
  })
  expect((await ask(`&extraIds=${extraId}`)).body).toMatchObject({
    durationMinutes: 90,
    slots: [{ startsAt: `${day}T09:00:00+00:00` }],
  })
  expect((await ask(`&extraIds=${randomUUID()}`)).body.code).toBe('booking.extra_not_found')
  expect((await ask('&extraIds=nonsense')).status).toBe(422)
  expect(
    (await app.request(`/api/v1/services/${serviceId}/slots?until=2020-01-01T00:00:00Z`)).body.errors,
  ).toMatchObject([{ path: 'until' }])
  expect((await app.request(`/api/v1/services/${randomUUID()}/slots`)).body.code).toBe('service.not_found')
})

it('the API document names the operations that stay', async () => {
  const { status, body } = await app.request('/api/openapi.json')
  expect(status).toBe(200)
  const operations = Object.values(
    body.paths as Record<string, Record<string, { operationId: string }>>,
  ).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
  expect(operations).toEqual(
    expect.arrayContaining(['searchProviders', 'getProvider', 'listSlots', 'listCategories', 'createReview']),
  )
})

it('no service in the tables can be longer than a calendar is read for', async () => {
  const { rows } = await db.execute<{ definition: string }>(sql`
    select pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid in ('services'::regclass, 'service_extras'::regclass) and contype = 'c'`)
  const mostOf = (column: string) =>
    rows.flatMap(
      ({ definition }) => new RegExp(`${column} <= (\\d+)`).exec(definition)?.slice(1).map(Number) ?? [],
    )
  expect(mostOf('duration_minutes')).toEqual([DURATION_MINUTES_MAX])
  expect(mostOf('buffer_before_minutes')).toEqual([BUFFER_MINUTES_MAX])
  expect(mostOf('buffer_after_minutes')).toEqual([BUFFER_MINUTES_MAX])
  expect(mostOf('extra_minutes')).toEqual([EXTRA_MINUTES_MAX])
})
