import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Actor } from '#src/kernel/actor.ts'
import type { UserId } from '#src/kernel/ids.ts'
import { signatureOf } from '#sandbox/stripe/webhooks.ts'
import { postTransfers, type Transfer } from '#src/modules/ledger/index.ts'
import { DIFFERENCE_KINDS } from '#src/modules/reconciliation/domain/differences.ts'
import { getOperatorHome } from '#src/modules/operator/reads.ts'
import { reconcile } from '#src/modules/reconciliation/reconcile.ts'
import { processWebhooks } from '#src/modules/payments/process-webhooks.ts'
import { countIgnoredIn } from '#src/modules/payments/webhook-metrics.ts'
import { inTransaction } from '#src/platform/context.ts'
import { startTestApp } from '#tests/support/app.ts'
import { freePort } from '../../scripts/embedded-postgres.ts'

const TOKEN = 'a token of the tests, which nobody can guess'
const app = await startTestApp({ worker: false, env: { METRICS_TOKEN: TOKEN, CURRENCIES: 'USD,EUR' } })
const { db } = app.database
const ctx = () => app.composition.contextFor({ kind: 'system', name: 'test' })

const OPERATOR: Actor = {
  ...{ kind: 'user', userId: randomUUID() as UserId, operatorRole: 'support', providerIds: [] },
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? ([Nn]a[Nn]|[+-]?Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$`)
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/

/** Reads the text format as Prometheus does: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function parse(text: string): Map<string, Sample[]> {
  expect(text.endsWith('\n')).toBe(true)
  const types = new Map<string, string>()
  const samples = new Map<string, Sample[]>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line)
    if (type?.[1] && type[2]) {
      expect(types.has(type[1])).toBe(false)
      types.set(type[1], type[2])
      continue
    }
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
    if (name === '') throw new Error(`neither comment nor sample: ${line}`)
    const family = [name, name.replace(/_(bucket|sum|count)$/, '')].find((one) => types.has(one))
    if (family === undefined) throw new Error(`of no type: ${line}`)
    samples.set(name, [
      ...(samples.get(name) ?? []),
      [labelsIn(labels), Number(value.replace('Inf', 'Infinity'))],
    ])
  }
  return samples
}

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== '';) {
    const [whole, name, value] = LABEL.exec(rest) ?? []
    if (whole === undefined || name === undefined) throw new Error(`no label: ${rest}`)
    labels[name] = value ?? ''
    rest = rest.slice(whole.length)
  }
  return labels
}

const scrape = (authorization?: string, url = app.url) =>
  fetch(`${url}/api/metrics`, { headers: authorization === undefined ? {} : { authorization } })

async function read(name: string, label: string): Promise<Record<string, number>> {
  const samples = parse(await (await scrape(`Bearer ${TOKEN}`)).text()).get(name) ?? []
  return Object.fromEntries(samples.map(([labels, value]) => [labels[label] ?? '', value]))
}

describe('the metrics', () => {
  it('are only for who has the token, and are nowhere where none is set', async () => {
    for (const wrong of [
      undefined,
      '',
      TOKEN,
      'Bearer',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
    ]) {
      const answer = await scrape(wrong)
      expect(answer.status).toBe(401)
      expect(await answer.json()).toMatchObject({ status: 401, code: 'auth.required' })
    }
    expect((await scrape(`Bearer ${TOKEN}`)).status).toBe(200)
    const other = await startTestApp({ worker: false })
    expect((await scrape(`Bearer ${TOKEN}`, other.url)).status).toBe(404)
  })

  it('are in the format that Prometheus reads, with those of the process and of each call of Stripe', async () => {
    await app.composition.gateway.listEvents(ctx().now)
    await app.fault({ match: 'GET /v1/*', action: '500', times: 1 })
    await expect(app.composition.gateway.listEvents(ctx().now)).rejects.toThrow('Stripe')
    await expect(app.composition.gateway.readPayment('pi_none')).rejects.toThrow('No such')
    const answer = await scrape(`Bearer ${TOKEN}`)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const metrics = parse(await answer.text())
    expect(metrics.get('process_resident_memory_bytes')?.[0]?.[1]).toBeGreaterThan(1_000_000)
    expect(metrics.get('nodejs_eventloop_lag_p99_seconds')).toHaveLength(1)

    const calls = metrics.get('ecosystem_gateway_call_duration_seconds_count') ?? []
    const counted = calls.map(([{ operation, outcome }, count]) => ({ operation, outcome, count }))
    expect(counted).toContainEqual({ operation: 'listEvents', outcome: 'answered', count: 1 })
    expect(counted).toContainEqual({ operation: 'listEvents', outcome: 'unanswered', count: 1 })
    expect(counted).toContainEqual({ operation: 'readPayment', outcome: 'rejected', count: 1 })
    const buckets = (metrics.get('ecosystem_gateway_call_duration_seconds_bucket') ?? []).filter(
      ([{ operation, outcome }]) => operation === 'listEvents' && outcome === 'answered',
    )
    expect(buckets.at(-1)).toMatchObject([{ le: '+Inf' }, 1])
    expect(await read('ecosystem_gateway_circuit_state', 'state')).toEqual({
      closed: 1,
      open: 0,
      half_open: 0,
    })
  })

  it('count the events of Stripe that wait, and since when', async () => {
    const receivedAt = ctx().now.subtract({ seconds: 90 }).toString()
    await db.execute(sql`
      insert into webhook_events (id, endpoint, type, object_id, livemode, body, created_at, received_at)
      values ('evt_waits', 'platform', 'charge.refunded', 'ch_1', false, '{}', ${receivedAt}, ${receivedAt})`)
    expect(await read('ecosystem_webhook_events_waiting', '')).toEqual({ '': 1 })
    expect((await read('ecosystem_webhook_oldest_waiting_age_seconds', ''))['']).toBeGreaterThanOrEqual(90)
    await db.execute(sql`update webhook_events set status = 'processed' where id = 'evt_waits'`)
    expect(await read('ecosystem_webhook_events_waiting', '')).toEqual({ '': 0 })
    expect(await read('ecosystem_webhook_oldest_waiting_age_seconds', '')).toEqual({ '': 0 })
  })

  describe('of what Stripe sends', () => {
    const DOORS = { platform: '/api/stripe/webhooks', connect: '/api/stripe/connect/webhooks' } as const
    const seconds = () => Math.floor(Date.now() / 1_000)

    async function deliver(door: keyof typeof DOORS, body: string, signature: string): Promise<number> {
      const headers = { 'stripe-signature': signature }
      return (await app.request(DOORS[door], { method: 'POST', body, headers })).status
    }
    const news = (type: string, more: object = {}, object: object = { id: `x_${randomUUID()}` }) =>
      JSON.stringify({
        ...{
          id: `evt_${randomUUID()}`,
          object: 'event',
          type,
          livemode: false,
          api_version: '2026-10-28.endive',
        },
        ...{ created: Math.floor(app.now().epochMilliseconds / 1_000), data: { object }, ...more },
      })
    const signed = (door: keyof typeof DOORS, body: string, ago = 0) =>
      signatureOf(body, `whsec_${door}`, seconds() - ago)

    async function countsOf(name: string): Promise<Record<string, number>> {
      const samples = parse(await (await scrape(`Bearer ${TOKEN}`)).text()).get(name) ?? []
      return Object.fromEntries(
        samples.map(([labels, value]) => [`${labels['endpoint']} ${labels['reason']}`, value]),
      )
    }

    it('F17 count what is refused for its signature, by endpoint and reason', async () => {
      const REASONS = ['missing', 'garbled', 'forged', 'too_old', 'unreadable']
      const unsigned = () => countsOf('ecosystem_webhook_unsigned_total')
      const none = ['platform', 'connect'].flatMap((door) =>
        REASONS.map((reason) => [`${door} ${reason}`, 0]),
      )
      expect(await unsigned()).toEqual(Object.fromEntries(none))
      for (const [index, door] of (['platform', 'connect'] as const).entries()) {
        const body = news('customer.created')
        const good = signed(door, body)
        const refused: [string, string][] = [
          [body, ''],
          [body, 'garbage'],
          [body, good.replace('v1=', 'v0=')],
          [body, signed(door === 'platform' ? 'connect' : 'platform', body)],
          [`${body} `, good],
          ['', good],
          [body, signed(door, body, 301)],
          ['not json', signed(door, 'not json')],
        ]
        for (let times = 0; times <= index; times += 1)
          for (const [sent, signature] of refused) expect(await deliver(door, sent, signature)).toBe(400)
        expect(await deliver(door, body, good)).toBe(200)
      }
      const once = { missing: 1, garbled: 2, forged: 3, too_old: 1, unreadable: 1 }
      const counted = Object.entries(once).flatMap(([reason, times]) => [
        [`platform ${reason}`, times],
        [`connect ${reason}`, 2 * times],
      ])
      expect(await unsigned()).toEqual(Object.fromEntries(counted))
    })

    it('F18 say how far our clock is from the one that the last event was signed by', async () => {
      const skew = () => read('ecosystem_webhook_clock_skew_seconds', 'endpoint')
      for (const [door, ago] of [
        ['platform', 90],
        ['connect', -90],
      ] as const) {
        const body = news('customer.created')
        expect(await deliver(door, body, signed(door, body, ago))).toBe(200)
        const said = (await skew())[door] ?? 0
        expect(said).toBeGreaterThanOrEqual(ago)
        expect(said).toBeLessThan(ago + 10)
      }
      const old = news('customer.created')
      expect(await deliver('platform', old, signed('platform', old, 400))).toBe(400)
      expect((await skew())['platform']).toBeLessThan(100) // what is refused may be anybody's
    })

    it('F18 tell an operator where the freshest of the last events says that a clock is wrong', async () => {
      const home = (config = app.composition.config) => getOperatorHome({ ...ctx(), actor: OPERATOR, config })
      const real = { ...app.composition.config, DEMO_CLOCK_FILE: undefined }
      const age = async () => (await home(real)).stripeNewsAgeSeconds
      const comesAged = async (ageSeconds: number) => {
        const created = Math.floor(app.now().epochMilliseconds / 1_000) - ageSeconds
        const body = news('customer.created', { created })
        expect(await deliver('platform', body, signed('platform', body))).toBe(200)
      }
      app.moveTo(app.now().add({ hours: 2 }))
      expect(await age()).toBeNull()
      await comesAged(200)
      await comesAged(120)
      expect(await age()).toBeNull() // two may have come late by chance
      await comesAged(150)
      expect(await age()).toBeGreaterThanOrEqual(120)
      await comesAged(0) // one was late, the clocks agree
      expect(Math.abs((await age()) ?? 99)).toBeLessThan(10)
      await comesAged(-90)
      expect(await age()).toBeLessThan(-60)
      expect((await home()).stripeNewsAgeSeconds).toBeNull() // a demonstration moves its clock
    })

    it('F20 count what is stored and not acted on, by endpoint and reason', async () => {
      const ignored = () => countsOf('ecosystem_webhook_ignored_total')
      const before = await ignored()
      const rises = async (door: keyof typeof DOORS, reason: string, body: string) => {
        const earlier = await ignored()
        expect(await deliver(door, body, signed(door, body))).toBe(200)
        const { objectId, status } = await stored(body)
        if (status === 'received') await processWebhooks(ctx(), app.composition.gateway, objectId, counting())
        expect((await stored(body)).status).toBe('ignored')
        expect(await ignored()).toEqual({
          ...earlier,
          [`${door} ${reason}`]: (earlier[`${door} ${reason}`] ?? 0) + 1,
        })
      }
      await rises('platform', 'mode', news('payment_intent.succeeded', { livemode: true }))
      await rises('connect', 'mode', news('account.updated', { livemode: true, account: 'acct_live' }))
      await rises('platform', 'door', news('payment_intent.succeeded', { account: 'acct_elsewhere' }))
      await rises('connect', 'door', news('payment_intent.succeeded'))
      await rises('platform', 'type', news('customer.created'))
      await rises('connect', 'type', news('charge.captured', { account: 'acct_1' }))
      await rises(
        'platform',
        'stranger',
        news('payment_intent.succeeded', { api_version: '2099-01-01.zinnia' }),
      )
      expect(Object.keys(before).sort()).toEqual(
        ['platform', 'connect']
          .flatMap((door) => ['door', 'mode', 'stranger', 'type'].map((reason) => `${door} ${reason}`))
          .sort(),
      )
    })

    const counting = () => countIgnoredIn(app.composition.metrics)
    async function stored(body: string): Promise<{ objectId: string; status: string }> {
      const { id } = JSON.parse(body) as { id: string }
      const { rows } = await db.execute<{ objectId: string; status: string }>(
        sql`select object_id as "objectId", status from webhook_events where id = ${id}`,
      )
      const [row] = rows
      if (!row) throw new Error(`${id} is not stored`)
      return row
    }
  })

  it('say a drift of 0 in every currency, the sum of what is open where the books differ, and 0 again when it is repaired', async () => {
    const drift = () => read('ecosystem_reconciliation_drift_minor', 'currency')
    const open = () => read('ecosystem_reconciliation_differences_open', 'kind')
    const none = Object.fromEntries(DIFFERENCE_KINDS.map((kind) => [kind, 0]))
    expect(await drift()).toEqual({ USD: 0, EUR: 0 })
    expect(await open()).toEqual(none)
    expect(await read('ecosystem_reconciliation_last_run_age_seconds', '')).toEqual({})

    const wrong = await post({ externalId: `ch_${randomUUID()}` })
    app.moveTo(app.now().add({ minutes: 11 }))
    await reconcile(ctx(), app.composition.gateway)
    expect(await drift()).toEqual({ USD: 11_000, EUR: 0 })
    expect(await open()).toEqual({ ...none, missing_at_stripe: 1 })
    app.moveTo(app.now().add({ minutes: 5 }))
    const age = await read('ecosystem_reconciliation_oldest_difference_age_seconds', 'kind')
    expect(age['missing_at_stripe']).toBeGreaterThanOrEqual(300)
    expect(age['missing_in_ledger']).toBe(0)

    await post({ externalId: wrong.externalId ?? null, debit: wrong.credit, credit: wrong.debit })
    await reconcile(ctx(), app.composition.gateway)
    expect(await drift()).toEqual({ USD: 0, EUR: 0 })
    expect(await open()).toEqual(none)
    expect((await read('ecosystem_reconciliation_last_run_age_seconds', ''))['']).toBeLessThan(60)
  })

  it('of tables that cannot be read are absent, and the others are told all the same', async () => {
    const { owner } = app.database
    await owner.execute(sql`alter table reconciliation_differences rename to put_away`)
    await owner.execute(sql`alter table webhook_events rename to put_away_too`)
    const metrics = parse(await (await scrape(`Bearer ${TOKEN}`)).text())
    expect(metrics.get('ecosystem_reconciliation_drift_minor')).toBeUndefined()
    expect(metrics.get('ecosystem_webhook_events_waiting')).toBeUndefined()
    expect(metrics.get('ecosystem_gateway_circuit_state')).toHaveLength(3)
    await owner.execute(sql`alter table put_away rename to reconciliation_differences`)
    await owner.execute(sql`alter table put_away_too rename to webhook_events`)
    expect(await read('ecosystem_reconciliation_drift_minor', 'currency')).toEqual({ USD: 0, EUR: 0 })
  })
})

describe('the metrics of the worker', { timeout: 60_000 }, () => {
  it('are at a port of its own, where one is given', async () => {
    const port = await freePort()
    const { config } = app.composition
    const worker = spawn(process.execPath, ['--import', 'tsx', 'src/boot/worker.ts'], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      env: {
        NODE_ENV: 'test',
        LOG_LEVEL: 'fatal',
        DATABASE_URL: app.database.appUrl,
        AUTH_SECRET: config.AUTH_SECRET,
        LINK_SECRET: config.LINK_SECRET,
        STRIPE_SECRET_KEY: config.STRIPE_SECRET_KEY,
        STRIPE_API_BASE: app.stripeUrl,
        STRIPE_WEBHOOK_SECRET: 'whsec_platform',
        STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_connect',
        METRICS_TOKEN: TOKEN,
        WORKER_PORT: String(port),
      },
    })
    const url = `http://127.0.0.1:${port}`
    const text = await app.eventually('the worker answers', async () => {
      const answer = await scrape(`Bearer ${TOKEN}`, url).catch(() => null)
      return answer?.ok === true && (await answer.text())
    })
    const [state] = parse(text).get('ecosystem_gateway_circuit_state') ?? []
    expect(state).toEqual([{ state: 'closed', process: 'worker' }, 1])
    expect((await scrape('Bearer nothing', url)).status).toBe(401)
    expect((await fetch(`${url}/api/health/ready`)).status).toBe(200)
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
  })
})

async function post(changes: Partial<Transfer>): Promise<Transfer> {
  const transfer: Transfer = {
    kind: 'capture',
    debit: { code: 'stripe_balance' },
    credit: { code: 'escrow' },
    amount: { amountMinor: 11_000n, currency: 'USD' },
    subjectId: randomUUID(),
    effectKey: `test:${randomUUID()}`,
    externalId: null,
    description: 'Posted by hand',
    occurredAt: ctx().now,
    ...changes,
  }
  await inTransaction({ db }, (tx) => postTransfers(tx, ctx().now, [transfer]))
  return transfer
}
