import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { makeMember, makeProvider, signUp } from '#tests/support/factories.ts'
import { fetchCalendar, isPrivate } from './fetch-calendar.ts'
import { sweepBusyFeeds } from './refresh-busy-feed.ts'

const app = await startTestApp({ env: { BUSY_FEED_PRIVATE_ADDRESSES: '1' } })
const { db } = app.database

const system = () => app.composition.contextFor({ kind: 'system', name: 'test' }, randomUUID())

interface Served {
  status?: number
  headers?: Record<string, string>
  body?: string
  hang?: boolean
}
let serve: (request: http.IncomingMessage) => Served = () => ({ status: 404 })
const server = http.createServer((request, response) => {
  const { status = 200, headers = {}, body = '', hang } = serve(request)
  if (!hang) response.writeHead(status, headers).end(body)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const compact = (text: string) => text.replace(/[-:]|\.\d+/g, '')

function calendarWith(from: string, until: string): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:1',
    `DTSTART:${compact(from)}`,
    `DTEND:${compact(until)}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}

describe('a subscribed calendar', () => {
  it('blocks slots, follows its changes by asking whether there are any, and frees them when it is removed', async () => {
    const { userId, cookie } = await signUp(app.url)
    const { providerId, serviceId } = await makeProvider(db)
    await makeMember(db, providerId, userId)
    const day = app.now().add({ hours: 72 }).toString().slice(0, 10)
    const at = (hour: string) => `${day}T${hour}:00:00Z`
    const isFree = async () => {
      const { body } = await app.request(
        `/api/v1/services/${serviceId}/slots?from=${at('10')}&until=${at('12')}`,
      )
      return body.slots.map(({ startsAt }: { startsAt: string }) => startsAt.slice(11, 16)).join()
    }
    const asked: (string | undefined)[] = []
    let version = 1
    serve = (request) => {
      asked.push(request.headers['if-none-match'])
      if (request.headers['if-none-match'] === `"v${version}"`) return { status: 304 }
      return {
        headers: { etag: `"v${version}"` },
        body: version === 1 ? calendarWith(at('10'), at('11')) : calendarWith(at('11'), at('12')),
      }
    }

    expect(await isFree()).toBe('10:00,11:00')
    const own = `/api/v1/my/providers/${providerId}`
    const feed = await app.request(`${own}/busy-feeds`, {
      method: 'POST',
      body: { url: `${origin}/me.ics` },
      headers: { cookie },
    })
    expect(feed.status).toBe(201)
    await app.eventually('the first reading', async () => (await isFree()) === '11:00')

    const again = async () => {
      const { rows } = await db.execute<{ at: string }>(
        sql`update busy_feeds set fetch_due_at = 'epoch' where id = ${feed.body.id} returning last_success_at::text as at`,
      )
      await sweepBusyFeeds(system())
      expect(await sweepBusyFeeds(system())).toBe(0)
      await app.eventually('another reading', async () => {
        const later = await db.execute<{ at: string }>(
          sql`select last_success_at::text as at from busy_feeds where id = ${feed.body.id}`,
        )
        return later.rows[0]?.at !== rows[0]?.at
      })
    }
    app.moveTo(app.now().add({ minutes: 20 }))
    await again()
    expect(asked.at(-1)).toBe('"v1"')
    expect(await isFree()).toBe('11:00')
    version = 2
    app.moveTo(app.now().add({ minutes: 20 }))
    await again()
    expect(await isFree()).toBe('10:00')

    serve = () => ({ status: 500 })
    await db.execute(sql`update busy_feeds set fetch_due_at = 'epoch' where id = ${feed.body.id}`)
    await sweepBusyFeeds(system())
    await app.eventually('the failure', async () => {
      const { body } = await app.request(`${own}/schedule`, { headers: { cookie } })
      return body.busyFeeds[0].lastError === "The calendar's server answered 500."
    })
    expect(await isFree()).toBe('10:00')

    expect(
      (await app.request(`${own}/busy-feeds/${randomUUID()}`, { method: 'DELETE', headers: { cookie } }))
        .status,
    ).toBe(404)
    expect(
      (await app.request(`${own}/busy-feeds/${feed.body.id}`, { method: 'DELETE', headers: { cookie } }))
        .status,
    ).toBe(200)
    expect(await isFree()).toBe('10:00,11:00')
  })
})

describe('the zone of the provider', () => {
  it('changes the days of a subscribed calendar at once, also where its server says that nothing has changed', async () => {
    const { userId, cookie } = await signUp(app.url)
    const { providerId } = await makeProvider(db, { timeZone: 'Europe/Berlin' })
    await makeMember(db, providerId, userId)
    const own = `/api/v1/my/providers/${providerId}`
    const day = app.now().toZonedDateTimeISO('UTC').toPlainDate().add({ days: 3 })
    const [date, next] = [day, day.add({ days: 1 })].map((each) => `VALUE=DATE:${compact(each.toString())}`)
    const body = calendarWith('', '')
      .replace('DTSTART:', `DTSTART;${date}`)
      .replace('DTEND:', `DTEND;${next}`)
    serve = ({ headers }) =>
      headers['if-none-match'] === '"same"' ? { status: 304 } : { headers: { etag: '"same"' }, body }
    const feed = await app.request(`${own}/busy-feeds`, {
      method: 'POST',
      body: { url: `${origin}/days.ics` },
      headers: { cookie },
    })
    const blocksTheDayOf = (timeZone: string) =>
      app.eventually(`the day blocked on the clock of ${timeZone}`, async () => {
        const start = day.toZonedDateTime(timeZone).toInstant().toString()
        const { rows } = await db.execute(
          sql`select from busy_times where feed_id = ${feed.body.id} and lower(during) = ${start}`,
        )
        return rows.length > 0
      })
    await blocksTheDayOf('Europe/Berlin')
    const moved = await app.request(own, {
      method: 'PATCH',
      body: { timeZone: 'America/Toronto' },
      headers: { cookie },
    })
    expect(moved.status).toBe(200)
    await sweepBusyFeeds(system())
    await blocksTheDayOf('America/Toronto')
  })
})

describe('fetching what somebody else names', () => {
  const fetchIt = (url: string, allowPrivateAddresses: boolean) =>
    fetchCalendar(url, { etag: null, allowPrivateAddresses }).then(
      () => 'fetched',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )

  it('never reaches into our own network, by address, by name or by being sent on', async () => {
    let visits = 0
    serve = () => {
      visits += 1
      return { body: 'secret' }
    }
    const { port } = server.address() as AddressInfo
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '2130706433',
      '0x7f.1',
    ]) {
      expect({ host, answer: await fetchIt(`http://${host}:${port}/`, false) }).toEqual({
        host,
        answer: 'The address is not on the public internet.',
      })
    }
    expect(visits).toBe(0)
    for (const address of [
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.100.1.1',
      'fd00::1',
      'fe80::1',
      '::',
      '64:ff9b::7f00:1',
      '224.0.0.1',
    ]) {
      expect({ address, isPrivate: isPrivate(address) }).toEqual({ address, isPrivate: true })
    }
    for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111']) expect(isPrivate(address)).toBe(false)
  })

  it('is bounded in size and in how often it is sent on, and speaks only http', async () => {
    serve = ({ url }) =>
      url === '/loop'
        ? { status: 302, headers: { location: '/loop' } }
        : { body: 'x'.repeat(6 * 1024 * 1024) }
    expect(await fetchIt(`${origin}/loop`, true)).toBe('The address leads on more than 3 times.')
    expect(await fetchIt(`${origin}/large`, true)).toBe('The calendar is larger than 5 MB.')
    serve = () => ({ status: 301, headers: { location: 'file:///etc/passwd' } })
    expect(await fetchIt(`${origin}/file`, true)).toBe('The address must start with http or https.')
    serve = () => ({ status: 302, headers: { location: 'http://' } })
    expect(await fetchIt(`${origin}/nowhere`, true)).toBe('The address leads on to one that is none.')
  })
})
