// `npm run bench [-- WORD …] [--seconds N] [--rounds N] [--webhooks N]`: what this code does beside the least that would do the same, in one
// run on one machine. Each row: the bare SQL that we ship, the thinnest HTTP route over it, and ours; medians of the rounds.
import { randomInt, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { httpClient, measure, medianOf, type Load, type Measured } from '../bench/load.ts'
import { benchProviders, fullHour, openHour, OPEN_HOURS_UTC, type BenchProvider } from '../bench/providers.ts'
import { record, type Recorded, type Statement } from '../bench/record.ts'
import { compose } from '../src/boot/compose.ts'
import { BOOKING_CODES, bookingCode } from '../src/modules/bookings/domain/codes.ts'
import { readConfig } from '../src/platform/config.ts'
import { openOwner, startMarketplace } from '../tests/support/marketplace.ts'
import { filledIn } from '../tests/support/pay.ts'
import { FLOODED, floodWithWebhooks } from '../tests/support/webhook-flood.ts'
import { freePort } from './embedded-postgres.ts'
import { startChild, waitForPort } from './processes.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    webhooks: { type: 'string', default: '100000' },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const PROVIDERS = 400
const CLIENTS = 16
const CONTENDERS = 64
/** Often enough to see it soon; asking is work too, on the same two cores. */
const ASK_AGAIN_MS = 150
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

interface Bench {
  readonly providers: readonly BenchProvider[]
  readonly recorded: Recorded
  readonly sql: pg.Pool
  readonly thinUrl: string
  readonly appUrl: string
}

type Contender = Omit<Load, 'seconds'> & { readonly name: string; readonly note?: () => Promise<string> }
interface Row {
  readonly name: string
  readonly contenders: (bench: Bench) => readonly Contender[]
}

interface Slot {
  readonly provider: BenchProvider
  readonly startsAt: string
}

const http = httpClient(CONTENDERS)
const json = { 'content-type': 'application/json' }

/** Slots far apart, so that nobody meets anybody: provider by provider, open hour by open hour. Never the same twice in a run. */
const nextSlot = (() => {
  let next = 0
  return (providers: readonly BenchProvider[]): Slot => {
    const at = next++
    const turn = Math.floor(at / providers.length)
    const day = 1 + Math.floor(turn / OPEN_HOURS_UTC.length)
    return {
      provider: providers[at % providers.length] as BenchProvider,
      startsAt: openHour(day % 57, turn % OPEN_HOURS_UTC.length),
    }
  }
})()

async function holdOurs(
  appUrl: string,
  { provider, startsAt }: Slot,
): Promise<{ status: number; text: string }> {
  const body = JSON.stringify({
    serviceId: provider.serviceId,
    startsAt,
    expectedTotal: { amountMinor: 11_000, currency: 'USD' },
    guest: { name: 'Bench', email: 'bench@example.test' },
  })
  return http(`${appUrl}/api/v1/bookings`, {
    method: 'POST',
    headers: { ...json, 'idempotency-key': randomUUID() },
    body,
  })
}

/** The recorded statement for another slot: what was the recorded booking's becomes this one's. */
function holdValues(
  { values: recorded }: Statement,
  providers: readonly BenchProvider[],
  { provider, startsAt }: Slot,
): unknown[] {
  const [was] = providers as [BenchProvider]
  const [id, code] = recorded as [string, string]
  const link = recorded.findLast((value) => typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value))
  const endsAt = new Date(Date.parse(startsAt) + HOUR_MS).toISOString()
  const starts = recorded.filter(
    (value): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value),
  )
  const becomes = new Map<unknown, unknown>([
    [id, randomUUID()],
    [code, bookingCode(randomInt(BOOKING_CODES))],
    [link, randomUUID()],
    [was.providerId, provider.providerId],
    [was.serviceId, provider.serviceId],
    [was.calendarId, provider.calendarId],
    [starts[0], startsAt],
    [starts[1], endsAt],
    ['recorded', randomUUID()],
  ])
  return recorded.map((value) =>
    typeof value === 'string' && value.startsWith('[') && value.includes(',2')
      ? `[${startsAt},${endsAt})`
      : (becomes.get(value) ?? value),
  )
}

async function deadlocks(sql: pg.Pool): Promise<number> {
  const { rows } = await sql.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  return Number(rows[0]?.deadlocks)
}

/** Slots of the days after `from`. */
function slotsAddress(appUrl: string, serviceId: string, from: string, days: number): string {
  const until = new Date(Date.parse(from) + days * DAY_MS).toISOString()
  return `${appUrl}/api/v1/services/${serviceId}/slots?from=${from}&until=${until}`
}

const listAddress = (appUrl: string) => `${appUrl}/api/v1/providers?limit=20`

/** Bare SQL and thinnest route of what only reads. */
function reading(name: 'slots' | 'list', { sql, thinUrl, recorded }: Bench): Contender[] {
  return [
    {
      name: 'bare SQL',
      clients: CLIENTS,
      operation: async () => {
        for (const [index, { text, values }] of recorded[name].entries())
          await sql.query({ name: `${name}${index}`, text, values })
        return true
      },
    },
    {
      name: 'thinnest route',
      clients: CLIENTS,
      operation: async () => (await http(`${thinUrl}/${name}`)).status === 200,
    },
  ]
}

/**
 * Bare SQL and thinnest route of taking a slot, which need not know what they take: the one statement that does it. Beside
 * them the thinnest route over both statements of a hold, to tell the price of reading the offer from that of everything else.
 */
function taking(
  { sql, thinUrl, recorded, providers }: Bench,
  slot: (client: number, round: number) => Slot,
  clients: number,
): Contender[] {
  const valuesFor = (client: number, round: number) =>
    holdValues(recorded.hold, providers, slot(client, round))
  return [
    {
      name: 'bare SQL',
      clients,
      operation: async (client, round) => {
        await sql.query({ name: 'hold', text: recorded.hold.text, values: valuesFor(client, round) })
        return true
      },
    },
    {
      name: 'thinnest route',
      clients,
      operation: async (client, round) => {
        const body = JSON.stringify({ values: valuesFor(client, round) })
        const { status } = await http(`${thinUrl}/hold`, { method: 'POST', headers: json, body })
        return status === 201 || status === 409
      },
    },
    {
      name: 'and the offer',
      clients,
      operation: async (client, round) => {
        const { provider, startsAt } = slot(client, round)
        const values = holdValues(recorded.hold, providers, { provider, startsAt })
        const [was] = providers as [BenchProvider]
        const offerValues = recorded.offer.values.map((value) =>
          value === was.serviceId ? provider.serviceId : value,
        )
        const body = JSON.stringify({ values, offerValues })
        const { status } = await http(`${thinUrl}/hold`, { method: 'POST', headers: json, body })
        return status === 201 || status === 409
      },
    },
  ]
}

const ROWS: readonly Row[] = [
  {
    name: 'slots of one provider, 30 days',
    contenders: (bench) => {
      const [provider] = bench.providers as [BenchProvider]
      const address = slotsAddress(bench.appUrl, provider.serviceId, fullHour(0), 30)
      return [
        ...reading('slots', bench),
        { name: 'ours', clients: CLIENTS, operation: async () => (await http(address)).status === 200 },
      ]
    },
  },
  {
    name: 'hold, spread slots',
    contenders: (bench) => [
      ...taking(bench, () => nextSlot(bench.providers), CLIENTS),
      {
        name: 'ours',
        clients: CLIENTS,
        operation: async () => (await holdOurs(bench.appUrl, nextSlot(bench.providers))).status === 201,
      },
    ],
  },
  {
    name: `hold, ${CONTENDERS} clients on 10 slots`,
    contenders: (bench) => {
      const provider = bench.providers[1] as BenchProvider
      const slot = (client: number, round: number): Slot => {
        const at = (client + round) % 10
        return { provider, startsAt: openHour(58 - Math.floor(at / 5), 1 + (at % 5)) }
      }
      return [
        ...taking(bench, slot, CONTENDERS),
        {
          name: 'ours',
          clients: CONTENDERS,
          operation: async (client, round) => {
            const { status } = await holdOurs(bench.appUrl, slot(client, round))
            return status === 201 || status === 409
          },
          note: async () => `${await deadlocks(bench.sql)} deadlocks`,
        },
      ]
    },
  },
  {
    name: 'list of 20 providers',
    contenders: (bench) => [
      ...reading('list', bench),
      {
        name: 'ours',
        clients: CLIENTS,
        operation: async () => (await http(listAddress(bench.appUrl))).status === 200,
      },
    ],
  },
  {
    name: 'guest booking, search to paid',
    contenders: (bench) => [
      {
        name: 'thinnest route',
        clients: CLIENTS,
        operation: () => bookAsGuest(thinMarket(bench), nextSlot(bench.providers)),
      },
      {
        name: 'ours',
        clients: CLIENTS,
        operation: () => bookAsGuest(ourMarket(bench), nextSlot(bench.providers)),
      },
    ],
  },
]

/** What a guest asks of a marketplace, step by step. */
interface Market {
  readonly search: () => Promise<unknown>
  readonly times: (slot: Slot) => Promise<unknown>
  /** Null when somebody else has it. */
  readonly hold: (slot: Slot) => Promise<Held | null>
}

interface Held {
  /** Gives the address of the page to pay on. */
  readonly checkout: () => Promise<string>
  readonly state: () => Promise<string>
}

/** What a guest does: looks for providers, looks at one's times, takes one, pays, and waits until it is confirmed. */
async function bookAsGuest(market: Market, slot: Slot): Promise<boolean> {
  await market.search()
  await market.times(slot)
  const held = await market.hold(slot)
  if (!held) return false
  if (!(await pay(await held.checkout()))) return false
  while ((await held.state()) !== 'confirmed')
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
  return true
}

/** As a person does who types a card into the page's form. */
async function pay(paymentUrl: string): Promise<boolean> {
  const { action, fields } = filledIn((await http(paymentUrl)).text, paymentUrl)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return (await http(action, { method: 'POST', headers, body: fields.toString() })).status === 303
}

function ourMarket({ appUrl }: Bench): Market {
  return {
    search: () => http(listAddress(appUrl)),
    times: ({ provider, startsAt }) => http(slotsAddress(appUrl, provider.serviceId, startsAt, 1)),
    hold: async (slot) => {
      const { status, text } = await holdOurs(appUrl, slot)
      if (status !== 201) return null
      const { booking, guestKey } = JSON.parse(text) as { booking: { id: string }; guestKey: string }
      const address = `${appUrl}/api/v1/bookings/${booking.id}`
      const headers = { ...json, authorization: `Bearer ${guestKey}` }
      return {
        checkout: async () => {
          const keyed = { ...headers, 'idempotency-key': randomUUID() }
          const answer = await http(`${address}/checkout`, { method: 'POST', headers: keyed, body: '{}' })
          return (JSON.parse(answer.text) as { paymentUrl: string }).paymentUrl
        },
        state: async () => (JSON.parse((await http(address, { headers })).text) as { state: string }).state,
      }
    },
  }
}

/**
 * The limit of the whole path: the same requests of the thinnest routes, with the same sandbox behind them. It searches, looks
 * up and holds by the SQL that we ship; then the sandbox is asked for the page, and its news confirms the booking by one
 * statement, in the web process. What ours does beyond is what the product promises: an idempotent checkout that is written down
 * before it is asked for, webhooks stored before they are acted on, Stripe read again, ledger, receipt and mails, by a worker.
 */
function thinMarket({ thinUrl, recorded, providers }: Bench): Market {
  return {
    search: () => http(`${thinUrl}/list`),
    times: () => http(`${thinUrl}/day`),
    hold: async (slot) => {
      const values = holdValues(recorded.hold, providers, slot)
      const body = JSON.stringify({ values })
      if ((await http(`${thinUrl}/hold`, { method: 'POST', headers: json, body })).status !== 201) return null
      const [bookingId] = values as [string]
      return {
        checkout: async () => {
          const answer = await http(`${thinUrl}/checkout/${bookingId}`, { method: 'POST' })
          return (JSON.parse(answer.text) as { paymentUrl: string }).paymentUrl
        },
        state: async () =>
          (JSON.parse((await http(`${thinUrl}/bookings/${bookingId}`)).text) as { state: string }).state,
      }
    },
  }
}

const isWanted = (name: string) => positionals.length === 0 || positionals.some((word) => name.includes(word))

async function main(): Promise<void> {
  await measureRows(ROWS.filter(({ name }) => isWanted(name)))
  if (isWanted(FLOOD)) await measureFlood(Number(values.webhooks))
}

async function measureRows(wanted: readonly Row[]): Promise<void> {
  if (wanted.length === 0) return
  const env = { LOG_LEVEL: 'error', SERVE_PAGES: '0', DATABASE_POOL_MAX: '10' }
  const market = await startMarketplace({ durable: true, env })
  const owner = new pg.Client({ connectionString: market.superuserDatabaseUrl })
  await owner.connect()
  const providers = await benchProviders(owner, PROVIDERS)
  await owner.query('analyze')

  const composition = compose(readConfig(market.env), 'cli')
  const statements = await record(composition, providers[0] as BenchProvider)
  await composition.close()
  const appUrl = market.url.replace('localhost', '127.0.0.1')
  const recorded = { ...statements, answers: await ourAnswers(appUrl, providers) }
  const recordedAt = `${market.directory}/recorded.json`
  writeFileSync(recordedAt, JSON.stringify(recorded))

  const [thinPort, thinStripePort] = [await freePort(), await freePort()]
  const thinEnv = {
    ...market.env,
    PORT: String(thinPort),
    RECORDED: recordedAt,
    STRIPE_SANDBOX_PORT: String(thinStripePort),
    STRIPE_SANDBOX_DATA: `${market.directory}/thin-stripe.sqlite`,
    STRIPE_SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${thinPort}/webhooks`,
  }
  const start = (name: string, script: string) =>
    startChild({ name, script, env: thinEnv, logPath: `${market.directory}/${name}.log` })
  const thin = start('thin', 'bench/thin-server.ts')
  const thinStripe = start('thin-stripe', 'sandbox/stripe/main.ts')
  await waitForPort(thinPort, 30, thin.exited)
  await waitForPort(thinStripePort, 30, thinStripe.exited)
  const sql = new pg.Pool({ connectionString: market.appDatabaseUrl, max: CLIENTS })
  const thinUrl = `http://127.0.0.1:${thinPort}`
  try {
    for (const row of wanted) await report(row, { providers, recorded, sql, thinUrl, appUrl })
  } finally {
    await sql.end()
    await owner.end()
    await thin.stop()
    await thinStripe.stop()
    await market.stop()
  }
}

async function ourAnswers(appUrl: string, providers: readonly BenchProvider[]): Promise<Recorded['answers']> {
  const [{ serviceId }] = providers as [BenchProvider]
  const textOf = async (address: string) => (await http(address)).text
  return {
    slots: await textOf(slotsAddress(appUrl, serviceId, fullHour(0), 30)),
    day: await textOf(slotsAddress(appUrl, serviceId, fullHour(0), 1)),
    list: await textOf(listAddress(appUrl)),
    hold: (await holdOurs(appUrl, nextSlot(providers))).text,
  }
}

const FLOOD = 'flood of webhooks'

/** Once: how fast they are taken in while the worker acts on them, and when all of it is done. */
async function measureFlood(webhooks: number): Promise<void> {
  const market = await startMarketplace({ ...FLOODED, durable: true })
  const owner = openOwner(market, 'bench')
  try {
    const flood = await floodWithWebhooks(market, owner, webhooks, 1)
    const { perSecond, p50Ms, p99Ms, failures } = flood.intake
    const failed = failures > 0 ? `  ${failures} FAILED` : ''
    const rate = (count: number, seconds: number) => `${(count / seconds).toFixed(0).padStart(7)} /s`
    process.stdout.write(
      `\n${FLOOD}: ${flood.deliveries} of ${flood.events} events about ${flood.bookings} bookings\n` +
        `  intake           ${perSecond.toFixed(0).padStart(7)} /s  p50 ${p50Ms.toFixed(1)}  p99 ${p99Ms.toFixed(1)} ms${failed}\n` +
        `  slots, p50 / p99 (reads)  ${timesOf(flood.reading.before)} ms before, ${timesOf(flood.reading.whileTheyCome)} while they come, ` +
        `${timesOf(flood.reading.whileTheyAreActedOn)} while they are acted on\n` +
        `  events acted on  ${rate(flood.events, flood.drainSeconds)}  all in ${flood.drainSeconds.toFixed(0)} s\n` +
        `  bookings         ${rate(flood.bookings - flood.unheardOf, flood.drainSeconds)}  and ${flood.unheardOf} unheard of in ${flood.foundSeconds.toFixed(1)} s\n`,
    )
  } finally {
    await owner.$client.end()
    await market.stop()
  }
}

const timesOf = ({ operations, p50Ms, p99Ms, failures }: Measured) =>
  `${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)} (${operations})${failures > 0 ? ` (${failures} FAILED)` : ''}`

async function report(row: Row, bench: Bench): Promise<void> {
  const contenders = row.contenders(bench)
  const results = new Map<string, Measured[]>(contenders.map(({ name }) => [name, []]))
  for (const { clients, operation } of contenders)
    await measure({ clients, operation, seconds: Math.min(1.5, seconds) }) // warm
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, clients, operation } of contenders)
      results.get(name)?.push(await measure({ clients, operation, seconds }))
  }
  process.stdout.write(`\n${row.name}\n`)
  const reference = medianOf(results.get('thinnest route') ?? results.get('ours') ?? [])
  for (const { name, note } of contenders) {
    const median = medianOf(results.get(name) ?? [])
    const share = `${Math.round((median.perSecond / reference.perSecond) * 100)} %`
    const times = `p50 ${median.p50Ms.toFixed(1)}  p95 ${median.p95Ms.toFixed(1)}  p99 ${median.p99Ms.toFixed(1)} ms`
    const extra = [median.failures > 0 ? `${median.failures} FAILED` : '', note ? await note() : '']
      .filter(Boolean)
      .join(', ')
    process.stdout.write(
      `  ${name.padEnd(16)} ${median.perSecond.toFixed(0).padStart(7)} /s  ${share.padStart(6)}  ${times}  ${extra}\n`,
    )
  }
}

await main()
