import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { ServiceId } from '#src/kernel/ids.ts'
import { startTestApp } from '#tests/support/app.ts'
import { makeMember, makeProvider, signUp } from '#tests/support/factories.ts'
import { loadSchedules } from './load-schedules.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

async function someOwner() {
  const { userId, cookie } = await signUp(app.url)
  const provider = await makeProvider(db)
  await makeMember(db, provider.providerId, userId)
  const own = `/api/v1/my/providers/${provider.providerId}`
  const ask = (method: string, path: string, body?: unknown) =>
    app.request(`${own}${path}`, { method, headers: { cookie }, ...(body === undefined ? {} : { body }) })
  return { ...provider, ask }
}

it('a calendar has so many times off and no more, until one is removed', async () => {
  const { calendarId, ask } = await someOwner()
  await db.execute(sql`
    insert into time_off (id, calendar_id, during, reason, created_at)
    select gen_random_uuid(), ${calendarId}, tstzrange(now() + n * interval '1 day', now() + n * interval '1 day' + interval '1 hour'), '', now()
    from generate_series(1, 1000) n`)
  const wanted = { from: '2031-01-01T10:00:00Z', until: '2031-01-01T11:00:00Z' }
  expect(await ask('POST', '/time-off', wanted)).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'from', message: 'is one too many: 1000 times off at most' }] },
  })
  const { timeOff } = (await ask('GET', '/schedule')).body
  expect(timeOff).toHaveLength(1000)
  expect((await ask('DELETE', `/time-off/${timeOff[0].id}`)).status).toBe(200)
  expect((await ask('POST', '/time-off', wanted)).status).toBe(201)
})

it('a calendar has so many dates with other hours and no more; those it has can be changed', async () => {
  const { calendarId, ask } = await someOwner()
  await db.execute(sql`
    insert into date_overrides (calendar_id, on_date, windows)
    select ${calendarId}, date '2027-01-01' + n, '[]' from generate_series(1, 1000) n`)
  const put = (date: string) => ask('PUT', `/date-overrides/${date}`, { windows: [] })
  expect(await put('2031-01-01')).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'date', message: 'is one too many: 1000 dates at most' }] },
  })
  expect((await put('2027-01-02')).status).toBe(200)
  expect((await ask('DELETE', '/date-overrides/2027-01-02')).status).toBe(200)
  expect((await put('2031-01-01')).status).toBe(200)
})

it('a calendar is read once, however many of its services are asked about', async () => {
  const { serviceId } = await makeProvider(db)
  const second = randomUUID() as ServiceId
  await db.execute(sql`
    insert into services select (jsonb_populate_record(s, jsonb_build_object('id', ${second}::text))).* from services s where s.id = ${serviceId}`)
  const around = { start: app.now(), end: app.now().add({ hours: 24 }) }
  const schedules = await loadSchedules(db, [serviceId, second], around)
  expect(schedules.get(second)).toMatchObject({ bookable: true, service: { id: second } })
  expect(schedules.get(second)?.calendar).toBe(schedules.get(serviceId)?.calendar)
})
