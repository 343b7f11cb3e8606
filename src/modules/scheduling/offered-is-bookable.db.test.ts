import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { startTestApp } from '#tests/support/app.ts'
import { makeProvider } from '#tests/support/factories.ts'
import { alternativesNear, listSlotsOfService } from './list-slots.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database
const total = { amountMinor: 11_000, currency: 'USD' }

function hold(serviceId: string, startsAt: string) {
  return app.request('/api/v1/bookings', {
    method: 'POST',
    body: { serviceId, startsAt, expectedTotal: total },
  })
}

it('a start is listed exactly if it can be held, whatever was held, blocked or closed before', async () => {
  const setting = fc.record({
    timeZone: fc.constantFrom('America/St_Johns', 'Asia/Kathmandu', 'Australia/Adelaide', 'Europe/Berlin'),
    durationMinutes: fc.constantFrom(30, 45, 60),
    bufferBeforeMinutes: fc.constantFrom(0, 15),
    bufferAfterMinutes: fc.constantFrom(0, 15, 30),
    capacity: fc.constantFrom(1, 2),
    stepMinutes: fc.constantFrom(15, 30),
  })
  const quarters = fc.array(fc.nat({ max: 95 }), { minLength: 10, maxLength: 16 })
  await fc.assert(
    fc.asyncProperty(setting, quarters, async ({ timeZone, ...service }, attempts) => {
      const { serviceId, calendarId } = await makeProvider(db, {
        timeZone,
        opens: 540,
        closes: 1080,
        service,
      })
      const day = Temporal.Instant.from(`${app.now().add({ hours: 72 }).toString().slice(0, 10)}T00:00Z`)
      const [off, busy] = [day.add({ hours: 5 }), day.add({ hours: 9 })].map(
        (at) => `[${at.toString()},${at.add({ minutes: 50 }).toString()})`,
      )
      await db.execute(
        sql`insert into time_off (id, calendar_id, during, created_at) values (${randomUUID()}, ${calendarId}, ${off}::tstzrange, now())`,
      )
      const feedId = randomUUID()
      await db.execute(
        sql`insert into busy_feeds (id, calendar_id, url, fetch_due_at, created_at) values (${feedId}, ${calendarId}, 'https://example.test', now() + interval '1 day', now())`,
      )
      await db.execute(
        sql`insert into busy_times (feed_id, calendar_id, during) values (${feedId}, ${calendarId}, ${busy}::tstzrange)`,
      )
      for (const quarter of attempts) {
        const start = day.add({ minutes: 15 * quarter })
        const window = { from: start, until: start.add({ minutes: 1 }) }
        const { slots } = await listSlotsOfService(db, serviceId, window, app.now())
        const { status, body } = await hold(serviceId, start.toString())
        expect({ start: start.toString(), listed: slots.length === 1 }).toEqual({
          start: start.toString(),
          listed: status === 201,
        })
        if (status !== 201) expect(['booking.slot_taken', 'booking.slot_not_offered']).toContain(body.code)
      }
    }),
    { numRuns: 8 },
  )
})

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
