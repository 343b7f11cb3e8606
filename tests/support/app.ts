// The whole application inside the test's process: real PostgreSQL, the API on a real port, the worker, the Stripe sandbox
// and a clock that the test moves. For tests of verbs and of HTTP; whole processes are in marketplace.ts.
import { serve } from '@hono/node-server'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect } from 'vitest'
import { startStripeSandbox } from '#sandbox/stripe/server.ts'
import { composeApi } from '#src/boot/api.ts'
import { compose, type Composition } from '#src/boot/compose.ts'
import { composeJobs } from '#src/boot/jobs.ts'
import type { Api } from '#src/platform/http/define.ts'
import { readConfig } from '#src/platform/config.ts'
import { runWorker } from '#src/platform/jobs/run.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { freePort } from '../../scripts/embedded-postgres.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'

export interface TestApp {
  readonly database: TestDatabase
  readonly composition: Composition
  readonly api: Api
  readonly url: string
  readonly stripeUrl: string
  /** Asks over HTTP. Writes get a fresh Idempotency-Key unless one is given. */
  request(path: string, options?: RequestOptions): Promise<Answer>
  /** Moves the one clock of application and sandbox. */
  moveTo(instant: Temporal.Instant): void
  now(): Temporal.Instant
  /** Has the sandbox misbehave: see sandbox/README.md. */
  fault(script: { match: string; action: string; times?: number; delayMs?: number }): Promise<void>
  clearFaults(): Promise<void>
  /** Waits until `look` gives something, asking again and again; fails after some seconds. */
  eventually<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T>
}

export interface RequestOptions {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** A guest's key. */
  readonly key?: string | null | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // A test looks at what came, whatever it is.
  readonly body: ReturnType<typeof JSON.parse>
}

const PATIENCE_MS = 15_000
const ASK_EVERY_MS = 25

/** Call at the top of a `*.db.test.ts` file. Everything ends after the file's last test. */
export async function startTestApp(
  options: { worker?: boolean; env?: Record<string, string>; stripeCallsPerSecond?: number } = {},
): Promise<TestApp> {
  const database = await openTestDatabase()
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ecosystem-app-'))
  const clockFile = path.join(directory, 'clock.json')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const secrets = { STRIPE_WEBHOOK_SECRET: 'whsec_platform', STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_connect' }
  const sandbox = await startStripeSandbox({
    port: 0,
    dataFile: ':memory:',
    webhookUrl: `${url}/api/stripe/webhooks`,
    connectWebhookUrl: `${url}/api/stripe/connect/webhooks`,
    webhookSecret: secrets.STRIPE_WEBHOOK_SECRET,
    connectWebhookSecret: secrets.STRIPE_CONNECT_WEBHOOK_SECRET,
    clockFile,
    ...(options.stripeCallsPerSecond !== undefined && { callsPerSecond: options.stripeCallsPerSecond }),
  })
  const config = readConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'fatal',
    NEXT_PUBLIC_APP_URL: url,
    DATABASE_URL: database.appUrl,
    DATABASE_POOLER: 'none',
    AUTH_SECRET: 'a secret of the tests, long enough for anything',
    LINK_SECRET: 'another secret of the tests, as long as that one',
    STRIPE_SECRET_KEY: 'sk_test_sandbox',
    STRIPE_API_BASE: sandbox.url,
    STRIPE_CALLS_PER_SECOND: '5000',
    DEMO_MODE: '1',
    DEMO_CLOCK_FILE: clockFile,
    ...secrets,
    ...options.env,
  })
  const composition = compose(config, 'web')
  const { api } = composeApi(composition)
  const server = serve({ fetch: api.fetch, port, hostname: '127.0.0.1' })
  if (!server.listening) await once(server, 'listening')
  const worker =
    options.worker === false
      ? null
      : await runWorker({ ...composition, modules: composeJobs(composition), concurrency: 4 })

  afterAll(async () => {
    await worker?.stop()
    await sandbox.close()
    server.close()
    await composition.close()
    fs.rmSync(directory, { recursive: true, force: true })
  })

  return {
    database,
    composition,
    api,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stripeUrl: sandbox.url,
    async request(at, { method = 'GET', body, headers = {}, key } = {}) {
      const response = await fetch(`${url}${at}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    },
    moveTo: (instant) => composition.movableClock?.moveTo(instant),
    now: () => composition.clock.now(),
    async fault(script) {
      const answer = await fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify(script),
      })
      if (!answer.ok) throw new Error(await answer.text())
    },
    async clearFaults() {
      await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' })
    },
    async eventually(what, look) {
      const until = performance.now() + PATIENCE_MS
      for (;;) {
        const found = await look()
        if (found) return found
        if (performance.now() > until) expect.fail(`waited in vain for ${what}`)
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
      }
    },
  }
}
