// A marketplace of its own for one program: the composed application on PostgreSQL, the Stripe sandbox behind the official
// SDK, and one clock that stands still until it is moved. Nothing happens by itself: jobs and sweeps run when they are told
// to, webhooks are letters that somebody carries, and the process can die at a named point and is then followed by another.
import { sql } from 'drizzle-orm'
import { Logger, runTaskListOnce } from 'graphile-worker'
import { randomUUID } from 'node:crypto'
import type { Clock as SandboxClock } from '#sandbox/stripe/clock.ts'
import { startStripeSandbox } from '#sandbox/stripe/server.ts'
import { signatureOf } from '#sandbox/stripe/webhooks.ts'
import { composeApi } from '#src/boot/api.ts'
import { compose, type Composition } from '#src/boot/compose.ts'
import { composeJobs } from '#src/boot/jobs.ts'
import { mailboxMailer } from '#src/integrations/mailer/embedded.ts'
import { assert } from '#src/kernel/assert.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Currency } from '#src/kernel/money.ts'
import { isBefore, Temporal } from '#src/kernel/time.ts'
import type { Clock } from '#src/platform/clock.ts'
import { readConfig, type Config } from '#src/platform/config.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Database } from '#src/platform/db/database.ts'
import { putAwayReplaced } from '#src/platform/jobs/put-away-replaced.ts'
import type { JobHandler } from '#src/platform/jobs/run.ts'
import { dispatchEvent } from '#src/platform/outbox/dispatch.ts'
import { DISPATCH_TASK } from '#src/platform/outbox/emit.ts'
import { createTestDatabase, type OwnedDatabase } from '#tests/support/database.ts'
import {
  makeMember,
  makeOperator,
  makeProvider,
  signUp,
  type MadeProvider,
  type MadeUser,
  type ServiceOptions,
} from '#tests/support/factories.ts'
import { openReadyAccount } from '#tests/support/money.ts'
import { withClient } from '../../scripts/embedded-postgres.ts'
import { beginLife, makeMortal, mortalGateway, type Life } from './life.ts'

const URL_OF_SITE = 'http://app.test'
const SECRETS = { platform: 'whsec_platform', connect: 'whsec_connect' } as const
/** The same in every program, so that a weekday or a change of summer time is the same too. */
const BEGINNING = Temporal.Instant.from('2031-03-03T09:00:00Z')
const APPLICATION_NAME = 'ecosystem-web'

/** One provider each. Yen have no minor unit, dinars have three digits of them. */
export const OFFERS: readonly (Partial<ServiceOptions> & { readonly currency: Currency })[] = [
  { currency: 'USD', priceMinor: 10_000 },
  { currency: 'USD', priceMinor: 7_333, bookingMode: 'request', cancellationPolicy: 'moderate' },
  { currency: 'USD', priceMinor: 2_599, capacity: 3, cancellationPolicy: 'strict' },
  { currency: 'JPY', priceMinor: 7_333 },
  { currency: 'KWD', priceMinor: 12_340, cancellationPolicy: 'moderate' },
]

export interface People {
  readonly customer: MadeUser
  readonly owner: MadeUser
  readonly operator: MadeUser
}

/** A database with the people in it, to be copied for each program: to sign somebody up takes long on purpose. */
export async function prepareWorlds(): Promise<{ template: OwnedDatabase; people: People }> {
  const template = await createTestDatabase()
  const composition = compose(configFor(template.appUrl, 'http://127.0.0.1:9'), 'web')
  const { api } = composeApi(composition)
  const visit: typeof fetch = async (input, init) => api.fetch(new Request(input, init))
  const people = {
    customer: await signUp(URL_OF_SITE, 'Casey Customer', visit),
    owner: await signUp(URL_OF_SITE, 'Olga Owner', visit),
    operator: await signUp(URL_OF_SITE, 'Otto Operator', visit),
  }
  await makeOperator(template.owner, people.operator.userId)
  await composition.close()
  await template.close()
  return { template, people }
}

function configFor(databaseUrl: string, stripeUrl: string): Config {
  return readConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    NEXT_PUBLIC_APP_URL: URL_OF_SITE,
    DATABASE_URL: databaseUrl,
    DATABASE_POOLER: 'none',
    AUTH_SECRET: 'a secret of the tests, long enough for anything',
    LINK_SECRET: 'another secret of the tests, as long as that one',
    STRIPE_SECRET_KEY: 'sk_test_sandbox',
    STRIPE_API_BASE: stripeUrl,
    STRIPE_CALLS_PER_SECOND: '5000',
    STRIPE_WEBHOOK_SECRET: SECRETS.platform,
    STRIPE_CONNECT_WEBHOOK_SECRET: SECRETS.connect,
    CURRENCIES: 'USD,JPY,KWD',
    DEMO_MODE: '1',
  })
}

/** An event of Stripe's on its way to us. */
export interface Letter {
  readonly id: string
  readonly type: string
  readonly endpoint: 'platform' | 'connect'
  readonly body: string
}

export interface Said {
  readonly status: number
  // Whoever asks looks at what came, whatever it is.
  readonly body: ReturnType<typeof JSON.parse>
}

export interface Asking {
  readonly cookie?: string | undefined
  readonly key?: string | null | undefined
  readonly idempotencyKey?: string
}

export interface World {
  readonly owner: Database
  readonly superuserUrl: string
  readonly people: People
  readonly providers: readonly (MadeProvider & { readonly accountId: string })[]
  readonly stripeUrl: string
  /** Not yet delivered, the oldest first. */
  readonly letters: Letter[]
  readonly deliveredLetters: Letter[]
  /** The present process: it is another one after a death. */
  process(): { readonly composition: Composition; readonly life: Life; readonly ctx: (name: string) => Ctx }
  now(): Temporal.Instant
  pass(duration: Temporal.DurationLike): void
  /** As a client: where the process dies before it answers, the same is asked again with the same key. */
  ask(method: 'GET' | 'POST', path: string, body: unknown, asking?: Asking): Promise<Said>
  /** @returns the status of our answer; null when there was none. */
  deliver(letter: Letter): Promise<number | null>
  /** Fetches what has happened at Stripe since, as letters. */
  collectLetters(): Promise<void>
  /** Runs all jobs that are due, and those they make. */
  runJobs(): Promise<void>
  /** Runs each sweep until it finds nothing. @param name of the one that is run alone */
  runSweeps(name?: string): Promise<void>
  /** What waits for its next try is due now, where tries are left; not more often than once a minute. */
  hastenJobs(): Promise<void>
  fault(script: { match: string; action: string; times: number }): Promise<void>
  clearFaults(): Promise<void>
  /** Whether somebody's hand in the gateway's dashboard could do it. */
  byHand(objectId: string, action: string, fields?: Record<string, string>): Promise<boolean>
  listAtStripe(kind: string): Promise<readonly ({ id: string } & JsonObject)[]>
  close(): Promise<void>
}

const SWEEP_ROUNDS_MAX = 50
const TRIES_KEPT = 3
/** Between two tries, so that tries are not used up faster than time passes. */
export const RETRY_SECONDS = 61
const LOOKS_MAX = 20

export async function openWorld(prepared: { template: OwnedDatabase; people: People }): Promise<World> {
  const { people } = prepared
  const database = await createTestDatabase({ template: prepared.template.name, poolMax: 4 })
  let now = BEGINNING
  let hastenedAt = BEGINNING
  const clock: Clock = { now: () => now }
  const sandboxClock: SandboxClock = { nowSeconds: () => Math.floor(now.epochMilliseconds / 1_000) }
  const sandbox = await startStripeSandbox({
    port: 0,
    dataFile: ':memory:',
    webhookSecret: SECRETS.platform,
    clock: sandboxClock,
  })
  const config = configFor(database.appUrl, sandbox.url)
  let current = beginProcess(config, clock)

  async function bury(): Promise<void> {
    await withClient(database.superuserUrl, (client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1`,
        [APPLICATION_NAME],
      ),
    )
    current = beginProcess(config, clock)
    // What the worker does with jobs of one that has been silent for long enough.
    await current.composition.db.execute(sql`
      select graphile_worker.force_unlock_workers(array_agg(locked_by)) from graphile_worker.jobs where locked_by is not null having count(*) > 0`)
    await putAwayReplaced(current.composition.db)
  }

  /** What the process answers; null when it died meanwhile, and the next one has begun. */
  async function survive<T>(work: (process: typeof current) => Promise<T>): Promise<T | null> {
    const { life } = current
    const working = work(current)
    working.catch(() => undefined)
    const answer = await Promise.race([working, life.death.then(() => null)])
    if (!life.isOver()) return answer
    await bury()
    return null
  }

  /** Looks for itself, and so looks again where a fault that was meant for the application strikes it. */
  async function listOf(path: string, account?: string): Promise<({ id: string } & JsonObject)[]> {
    const headers = {
      authorization: 'Bearer sk_test_sandbox',
      ...(account !== undefined && { 'stripe-account': account }),
    }
    for (let attempt = 0; attempt < LOOKS_MAX; attempt += 1) {
      try {
        const answer = await fetch(`${sandbox.url}${path}`, { headers })
        if (answer.ok) return ((await answer.json()) as { data: ({ id: string } & JsonObject)[] }).data
      } catch {
        // Cut off by a fault.
      }
    }
    throw new Error(`the sandbox does not answer ${path}`)
  }

  const letters: Letter[] = []
  const deliveredLetters: Letter[] = []
  const providers: (MadeProvider & { accountId: string })[] = []
  /** The newest event that is known, by account; '' is the platform. */
  const newest = new Map<string, string>()

  async function collectFrom(account: string): Promise<void> {
    for (;;) {
      const after = newest.get(account)
      const page = await listOf(
        `/v1/events?limit=100${after ? `&ending_before=${after}` : ''}`,
        account || undefined,
      )
      const [last] = page
      if (!last) return
      newest.set(account, last.id)
      for (const event of page.toReversed()) {
        letters.push({
          id: event.id,
          type: String(event['type']),
          endpoint: account ? 'connect' : 'platform',
          body: JSON.stringify(event, null, 2),
        })
      }
      if (after === undefined) return
    }
  }

  const world: World = {
    owner: database.owner,
    superuserUrl: database.superuserUrl,
    people,
    providers,
    stripeUrl: sandbox.url,
    letters,
    deliveredLetters,
    process: () => current,
    now: () => now,
    pass(duration) {
      now = now.add(Temporal.Duration.from(duration))
    },
    async ask(method, path, body, { cookie, key, idempotencyKey = randomUUID() } = {}) {
      const request = () =>
        new Request(`${URL_OF_SITE}/api/v1${path}`, {
          method,
          headers: {
            'content-type': 'application/json',
            ...(method === 'POST' && { 'idempotency-key': idempotencyKey }),
            ...(key && { authorization: `Bearer ${key}` }),
            ...(cookie && { cookie }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
      const answer =
        (await survive(async ({ api }) => api.fetch(request()))) ??
        (await survive(async ({ api }) => api.fetch(request())))
      assert(answer, 'a process that is asked a second time lives')
      const text = await answer.text()
      const isJson = /json/.test(answer.headers.get('content-type') ?? '')
      return { status: answer.status, body: isJson ? JSON.parse(text) : text }
    },
    async deliver({ body, endpoint }) {
      const path = endpoint === 'platform' ? '/api/stripe/webhooks' : '/api/stripe/connect/webhooks'
      // Signatures keep real time, as in the sandbox: whoever reads them compares with real time.
      const signature = signatureOf(body, SECRETS[endpoint], Math.floor(Date.now() / 1_000))
      const answer = await survive(async ({ api }) =>
        api.fetch(
          new Request(`${URL_OF_SITE}${path}`, {
            method: 'POST',
            body,
            headers: { 'stripe-signature': signature },
          }),
        ),
      )
      return answer?.status ?? null
    },
    async collectLetters() {
      for (const account of ['', ...providers.map(({ accountId }) => accountId)]) await collectFrom(account)
    },
    async runJobs() {
      await survive(({ runJobs }) => runJobs())
    },
    async runSweeps(name) {
      await survive(({ runSweeps }) => runSweeps(name))
    },
    async hastenJobs() {
      if (isBefore(now, hastenedAt.add({ seconds: RETRY_SECONDS }))) return
      hastenedAt = now
      await database.owner.execute(sql`
        select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs
          where locked_at is null and run_at > now() and attempts < max_attempts - ${TRIES_KEPT}::int), run_at => now())`)
    },
    async fault(script) {
      const answer = await fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify(script),
      })
      assert(answer.ok, 'the sandbox understands the fault')
    },
    async clearFaults() {
      current.life.spare()
      await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' })
    },
    async byHand(objectId, action, fields = {}) {
      const answer = await fetch(`${sandbox.url}/objects/${objectId}/${action}`, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { accept: 'application/json' },
      })
      return answer.ok
    },
    listAtStripe: async (kind) => (await listOf(`/v1/${kind}?limit=100`)).toReversed(),
    async close() {
      await sandbox.close()
      await current.composition.close()
      await database.drop()
    },
  }

  for (const { currency, ...service } of OFFERS) {
    const made = await makeProvider(database.owner, { payoutAccountId: null, currency, service })
    const accountId = await openReadyAccount(current.composition, made.providerId)
    await database.owner.execute(sql`
      update providers set payout_account_id = ${accountId}, payout_account_ready = true where id = ${made.providerId}`)
    await makeMember(database.owner, made.providerId, people.owner.userId)
    providers.push({ ...made, accountId })
  }
  return world
}

function beginProcess(config: Config, clock: Clock) {
  const life = beginLife()
  const composed = compose(config, 'web')
  makeMortal(composed.db.$client, life)
  const composition: Composition = {
    ...composed,
    clock,
    gateway: mortalGateway(composed.gateway, life),
    mailer: mailboxMailer({ db: composed.db, clock }),
    contextFor: (actor, requestId = randomUUID()) => ({
      ...composed.contextFor(actor, requestId),
      now: clock.now(),
    }),
  }
  const ctx = (name: string) => composition.contextFor({ kind: 'system', name })
  const modules = composeJobs(composition)
  const jobs: Record<string, JobHandler> = Object.fromEntries(
    modules.flatMap((module) => Object.entries(module.jobs)),
  )
  const subscriptions: Record<string, string[]> = {}
  for (const { subscriptions: of } of modules)
    for (const [event, tasks] of Object.entries(of)) (subscriptions[event] ??= []).push(...tasks)
  const handlers: Record<string, JobHandler> = {
    ...jobs,
    [DISPATCH_TASK]: (of, payload) =>
      dispatchEvent(of, String(payload['eventId']), subscriptions, async (task, news) =>
        jobs[task]?.(of, news),
      ),
  }
  const logger = new Logger(() => () => undefined)
  const taskList = Object.fromEntries(
    Object.entries(handlers).map(([task, handle]) => [
      task,
      (payload: unknown) => handle(ctx(task), payload as JsonObject),
    ]),
  )
  return {
    ...{ composition, life, ctx },
    api: composeApi(composition).api,
    // One after the other, in one order, on one connection.
    runJobs: async () => {
      const client = await composition.db.$client.connect()
      try {
        await runTaskListOnce({ noHandleSignals: true, noPreparedStatements: true, logger }, taskList, client)
          .promise
        await putAwayReplaced(composition.db)
      } finally {
        client.release()
      }
    },
    runSweeps: async (name?: string) => {
      const sweeps = modules.flatMap((module) => module.sweeps)
      const chosen = sweeps.filter((sweep) => name === undefined || sweep.name === name)
      assert(chosen.length > 0, `there is a sweep ${name}`)
      for (const sweep of chosen) {
        for (let round = 0; round < SWEEP_ROUNDS_MAX; round += 1) {
          // As the worker does: what fails is tried again with the next round.
          const found = await sweep.run(ctx(sweep.name)).catch(() => 0)
          if (found === 0) break
        }
      }
    },
  }
}
