// What the door of the webhooks does with whatever comes to it: through raw sockets to the server that serves the site, and
// with a PostgreSQL of its own, which is killed meanwhile.
import { getRequestListener } from '@hono/node-server'
import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { startStripeSandbox } from '#sandbox/stripe/server.ts'
import { signatureOf } from '#sandbox/stripe/webhooks.ts'
import { composeApi } from '#src/boot/api.ts'
import { compose } from '#src/boot/compose.ts'
import { openHttpServer } from '#src/boot/http-server.ts'
import { composeJobs } from '#src/boot/jobs.ts'
import { readConfig } from '#src/platform/config.ts'
import { migrateUp } from '#src/platform/db/migrate.ts'
import { runWorker } from '#src/platform/jobs/run.ts'
import { eventually } from '#tests/support/people.ts'
import { startEmbeddedPostgres, throwAway, type EmbeddedPostgres } from '../../scripts/embedded-postgres.ts'

const SECRET = 'whsec_connect'
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ecosystem-intake-'))
const startPostgres = (port?: number) =>
  startEmbeddedPostgres({
    dataDir: path.join(directory, 'postgres'),
    ...(port !== undefined && { port }),
    // What is committed survives the death of the server; only a power cut would lose it.
    settings: { ...throwAway, synchronous_commit: 'on' },
  })
let postgres: EmbeddedPostgres = await startPostgres()
await migrateUp(postgres.tcpUrl('ecosystem_owner'))
const sandbox = await startStripeSandbox({ port: 0, dataFile: ':memory:', webhookSecret: 'whsec_platform' })
const composition = compose(
  readConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATABASE_URL: postgres.tcpUrl('ecosystem_app'),
    DATABASE_POOLER: 'none',
    AUTH_SECRET: 'a secret of the tests, long enough for anything',
    LINK_SECRET: 'another secret of the tests, as long as that one',
    STRIPE_SECRET_KEY: 'sk_test_sandbox',
    STRIPE_API_BASE: sandbox.url,
    STRIPE_WEBHOOK_SECRET: 'whsec_platform',
    STRIPE_CONNECT_WEBHOOK_SECRET: SECRET,
  }),
  'web',
)
const { db } = composition
const SLOW_MS = 1_000
const answerApi = getRequestListener(composeApi(composition).api.fetch)
const server = openHttpServer((request, response) => void answerApi(request, response), {
  headersTimeout: SLOW_MS,
  requestTimeout: SLOW_MS,
  connectionsCheckingInterval: 100,
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const DOOR = '/api/stripe/connect/webhooks'

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await composition.close()
  await sandbox.close()
  await postgres.stop()
  fs.rmSync(directory, { recursive: true, force: true })
})

/** News of an account of nobody's: stored and acted on like any other, and acting on it asks Stripe nothing. */
function news(): { id: string; body: string } {
  const id = `evt_${randomUUID()}`
  const account = `acct_${randomUUID()}`
  const body = JSON.stringify({
    ...{ id, object: 'event', type: 'account.updated', created: 1_800_000_000, livemode: false, account },
    ...{ api_version: '2026-10-28.endive', data: { object: { id: account, object: 'account' } } },
  })
  return { id, body }
}

const signed = (body: string) => signatureOf(body, SECRET, Math.floor(Date.now() / 1_000))

async function deliver(body: string): Promise<number | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${DOOR}`, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': signed(body) },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return null
  }
}
/** A sender waits no longer, and sends again. */
const ANSWER_MS_MAX = 10_000

interface Heard {
  /** Of the answer's first line; null when the connection was closed without one. */
  readonly status: number | null
  readonly sentBytes: number
  readonly tookMs: number
}

/** Sends a head, then parts until they end, we are answered, or nobody takes any more. */
async function speak(head: string[], parts: Iterable<Buffer>, pauseMs = 0): Promise<Heard> {
  const began = performance.now()
  const socket = net.connect(port, '127.0.0.1')
  let said = ''
  let over = false
  socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  void ended.then(() => (over = true))
  await once(socket, 'connect')
  socket.write([`POST ${DOOR} HTTP/1.1`, 'host: app.test', ...head, '', ''].join('\r\n'))
  let sentBytes = 0
  for (const part of parts) {
    if (over || said !== '') break
    sentBytes += part.length
    if (!socket.write(part)) await Promise.race([once(socket, 'drain').catch(() => undefined), ended])
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  await Promise.race([eventually('an answer', 8, () => Promise.resolve(said !== '')), ended])
  socket.destroy()
  const status = /^HTTP\/1\.1 (\d{3})/.exec(said)?.[1]
  return { status: status ? Number(status) : null, sentBytes, tookMs: performance.now() - began }
}

const MEGABYTE = 1024 * 1024
function* megabytes(count: number, frame: (part: Buffer) => Buffer = (part) => part): Iterable<Buffer> {
  const part = frame(Buffer.alloc(MEGABYTE / 16, 'x'))
  for (let sent = 0; sent < count * 16; sent += 1) yield part
}
const chunk = (part: Buffer) =>
  Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])

async function storedCount(): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`select count(*)::int as count from webhook_events`)
  return rows[0]?.count ?? 0
}

describe('F19 a body', () => {
  test('that says it has ten megabytes is refused before it is sent', async () => {
    const heard = await speak([`content-length: ${10 * MEGABYTE}`, 'stripe-signature: t=1,v1=0'], [])
    expect(heard.status).toBe(413)
  })

  test('of two hundred megabytes in chunks, of unknown length, is cut off, and takes no memory', async () => {
    const before = process.memoryUsage.rss()
    const heard = await speak(['transfer-encoding: chunked'], megabytes(200, chunk))
    expect([413, null]).toContain(heard.status)
    expect(heard.sentBytes).toBeLessThan(20 * MEGABYTE)
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MEGABYTE)
  })

  test('that says both how long it is and that it comes in chunks is read as neither', async () => {
    const heard = await speak(['content-length: 10', 'transfer-encoding: chunked'], megabytes(4, chunk))
    expect([400, 413, null]).toContain(heard.status) // closed under what was still being sent, the answer may be lost
  })

  test('that unpacks to a hundred megabytes is never unpacked, signed or not', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * MEGABYTE, '{'))
    expect(bomb.length).toBeLessThan(MEGABYTE)
    const before = process.memoryUsage.rss()
    for (const signature of [
      't=1,v1=0',
      signatureOf(bomb.toString('utf8'), SECRET, Math.floor(Date.now() / 1_000)),
    ]) {
      const heard = await speak(
        [`content-length: ${bomb.length}`, 'content-encoding: gzip', `stripe-signature: ${signature}`],
        [bomb],
      )
      expect(heard.status).toBe(400)
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * MEGABYTE)
  })

  test('that comes a byte at a time is given up, and others are served meanwhile', async () => {
    const before = await storedCount()
    const { body } = news()
    const bytes = Array.from(Buffer.from(body), (byte) => Buffer.from([byte]))
    const slow = Array.from({ length: 32 }, () =>
      speak([`content-length: ${bytes.length}`, `stripe-signature: ${signed(body)}`], bytes, 50),
    )
    expect(await deliver(news().body)).toBe(200)
    const heard = await Promise.all(slow)
    for (const { status, sentBytes } of heard) {
      expect([408, null]).toContain(status)
      expect(sentBytes).toBeLessThan(bytes.length)
    }
    expect(heard.some(({ status }) => status === 408)).toBe(true)
    expect(await storedCount()).toBe(before + 1)
  })
})

describe('F21 with PostgreSQL there and not answering', () => {
  const DELIVERIES = 40 // several for each connection that we have

  /** Another session has the table for itself. @returns what ends it. */
  async function lockTable(): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: postgres.tcpUrl('ecosystem_owner') })
    await client.connect()
    await client.query('begin')
    await client.query('lock table webhook_events in access exclusive mode')
    return async () => {
      await client.query('rollback')
      await client.end()
    }
  }

  /** Whoever serves a connection of ours stops, as behind a disk that hangs: no timeout of the server ends that. */
  async function freeze(): Promise<() => Promise<void>> {
    await Promise.all(Array.from({ length: 20 }, () => db.execute(sql`select pg_sleep(0.05)`))) // all connections are open
    const { rows } = await db.execute<{ pid: number }>(sql`
      select pid from pg_stat_activity where application_name = 'ecosystem-web' and pid <> pg_backend_pid()
      union all select pg_backend_pid()`)
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP')
    return () => {
      for (const { pid } of rows) process.kill(pid, 'SIGCONT')
      return Promise.resolve()
    }
  }

  test.each([
    ['behind a lock on their table', lockTable],
    ['frozen', freeze],
  ] as const)(
    `each delivery is answered with 5xx in time while it is %s, none is half stored, and sent again it has its effect once`,
    async (_, hang) => {
      const events = Array.from({ length: DELIVERIES }, news)
      let slowestMs = 0
      const statuses = new Set<number | null>()
      const goOn = await hang()
      try {
        await Promise.all(
          events.map(async ({ body }) => {
            const began = performance.now()
            statuses.add(await deliver(body))
            slowestMs = Math.max(slowestMs, performance.now() - began)
          }),
        )
      } finally {
        await goOn()
      }
      expect(statuses).toEqual(new Set([503]))
      expect(slowestMs).toBeLessThan(ANSWER_MS_MAX)

      const ids = events.map(({ id }) => id)
      const isTaken = async (body: string) => (await deliver(body)) === 200
      for (const { body } of events) await eventually('it to be taken', 20, () => isTaken(body))
      const { rows } = await db.execute(sql`
        select count(*)::int as stored, count(j.key)::int as with_job from webhook_events e
        left join graphile_worker.jobs j on j.key = 'webhooks:' || e.object_id where e.id = any(${sql.param(ids)})`)
      expect(rows).toEqual([{ stored: DELIVERIES, with_job: DELIVERIES }])

      const worker = await runWorker({ ...composition, modules: composeJobs(composition), concurrency: 4 })
      const effects = () =>
        db.execute(sql`
          select count(distinct e.id)::int as accounts, count(*)::int as told from webhook_events e
          join domain_events d on d.type = 'payout_account.changed' and d.payload->>'accountId' = e.account_id
          where e.id = any(${sql.param(ids)}) and e.status = 'processed'`)
      try {
        await eventually('all of them to be acted on', 30, async () => {
          const { rows: waiting } = await db.execute(sql`select from graphile_worker.jobs`)
          return waiting.length === 0
        })
      } finally {
        await worker.stop()
      }
      expect((await effects()).rows).toEqual([{ accounts: DELIVERIES, told: DELIVERIES }])
    },
    90_000,
  )
})

describe('F21 with PostgreSQL gone while they come', () => {
  const DELIVERIES = 1_000
  const SENDERS = 32

  test(`${DELIVERIES} deliveries are each answered with 5xx in time or stored, come again, and have one effect each`, async () => {
    const earlier = await storedCount()
    const waiting = Array.from({ length: DELIVERIES }, news)
    const taken = new Set<string>()
    const answers = new Map<number | null, number>()
    let slowestMs = 0
    let delivered = 0
    const kills: Promise<void>[] = []

    /** Sends as Stripe does, only sooner: until there is a 2xx. */
    async function send(): Promise<void> {
      for (let event = waiting.pop(); event; event = waiting.pop()) {
        const began = performance.now()
        const status = await deliver(event.body)
        slowestMs = Math.max(slowestMs, performance.now() - began)
        answers.set(status, (answers.get(status) ?? 0) + 1)
        if (status === 200) taken.add(event.id)
        else {
          waiting.unshift(event)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        delivered += 1
        if (delivered > DELIVERIES / 4 && kills.length === 0) kills.push(killAndStart())
      }
    }
    async function killAndStart(): Promise<void> {
      await postgres.kill()
      await new Promise((resolve) => setTimeout(resolve, 500))
      postgres = await startPostgres(postgres.port)
    }
    await Promise.all(Array.from({ length: SENDERS }, send))
    await Promise.all(kills)
    process.stdout.write(
      `intake: ${[...answers].map(([status, count]) => `${count} × ${status}`).join(', ')}, slowest ${Math.round(slowestMs)} ms\n`,
    )

    expect(taken.size).toBe(DELIVERIES)
    expect(new Set(answers.keys())).toEqual(new Set([200, 503]))
    expect(slowestMs).toBeLessThan(ANSWER_MS_MAX)
    expect(await storedCount()).toBe(earlier + DELIVERIES)

    const worker = await runWorker({ ...composition, modules: composeJobs(composition), concurrency: 4 })
    const effects = () =>
      db.execute<{ accounts: number; told: number; unprocessed: number; jobs: number }>(sql`
          select (select count(distinct payload->>'accountId')::int from domain_events where type = 'payout_account.changed') as accounts,
            (select count(*)::int from domain_events where type = 'payout_account.changed') as told,
            (select count(*)::int from webhook_events where status <> 'processed') as unprocessed,
            (select count(*)::int from graphile_worker.jobs) as jobs`)
    try {
      await eventually('all of them to be acted on', 60, async () => {
        const { rows } = await effects()
        return rows[0]?.unprocessed === 0 && rows[0].jobs === 0
      })
    } finally {
      await worker.stop()
    }
    const all = earlier + DELIVERIES
    expect((await effects()).rows).toEqual([{ accounts: all, told: all, unprocessed: 0, jobs: 0 }])
  }, 120_000)
})
