import { randomInt } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { seededRandom } from '#src/demo/random.ts'
import type { ServiceId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { startTestApp } from '#tests/support/app.ts'
import { numberFromOutside } from '#tests/support/chance.ts'
import { makeProvider } from '#tests/support/factories.ts'
import { liveThrough, move, tryToHold, type Market } from '#tests/support/market.ts'
import { refreshAllOpenings } from '#tests/support/openings.ts'
import { QUARTER_MS } from '../domain/start-bits.ts'
import { listSlotStarts } from '../domain/slots.ts'
import { loadSchedules } from '../load-schedules.ts'
import { firstQuarterSql } from './first-quarter.ts'
import { countWaiting, OPENINGS_DAYS, refreshOpenings } from './refresh-openings.ts'
import { verifyOpenings } from './verify-openings.ts'

const app = await startTestApp({ worker: false })
const { db, owner } = app.database

const SEED = numberFromOutside('OPENINGS_SEED', randomInt(1_000_000_000))
const MARKETS = numberFromOutside('OPENINGS_MARKETS', 16)
const STEPS = 10
const PROBES = 6
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Epoch milliseconds of the first quarter in which it may start, from `fromMs` to `lastMs`; null: not at all. */
async function firstQuarter(
  serviceId: ServiceId,
  now: Temporal.Instant,
  fromMs: number,
  lastMs: number,
): Promise<number | null> {
  const seconds = (ms: number) => sql`${Math.floor(ms / 1000)}::bigint`
  const { rows } = await db.execute<{ ms: number | null }>(sql`
    select 1000::float8 * ${firstQuarterSql({
      serviceId: sql`s.id`,
      minimumNoticeMinutes: sql`s.minimum_notice_minutes`,
      horizonDays: sql`s.horizon_days`,
      fromSeconds: seconds(fromMs),
      lastSeconds: seconds(lastMs),
      nowSeconds: seconds(now.epochMilliseconds),
    })} as ms
    from services s where s.id = ${serviceId}`)
  return rows[0]?.ms ?? null
}

/** The first start from `fromMs` to `lastMs`, that one included. */
async function firstStart(
  serviceId: ServiceId,
  now: Temporal.Instant,
  fromMs: number,
  lastMs: number,
  changed: { minimumNoticeMinutes?: number; horizonDays?: number } = {},
): Promise<number | null> {
  if (lastMs < fromMs) return null
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs)
  const until = Temporal.Instant.fromEpochMilliseconds(lastMs + 1)
  const { calendar, service } = (await loadSchedules(db, [serviceId], { start: from, end: until })).get(
    serviceId,
  )!
  const [startMs] = listSlotStarts(calendar, { ...service, ...changed }, { from, until }, now, 1)
  return startMs ?? null
}

it(
  `no start is before the quarter that is said, and once nothing waits there is one in it (seed ${SEED})`,
  { timeout: MARKETS * 10_000 },
  async () => {
    const tally = { has: 0, hasNot: 0, excluded: 0 }
    await liveThrough(app, { seed: SEED, markets: MARKETS, steps: STEPS }, async (market, story) => {
      const refreshed = market.random.chance(0.6)
      if (refreshed) await refreshAllOpenings(db, market.now)
      story.push(refreshed ? 'refreshed' : 'not refreshed')
      return probesThatDiffer(market, refreshed, tally)
    })
    for (const count of [tally.has, tally.hasNot, tally.excluded]) expect(count).toBeGreaterThan(MARKETS)
    expect((await verifyOpenings({ db }, null)).wrong).toEqual([])
  },
)

async function probesThatDiffer(
  market: Market,
  refreshed: boolean,
  tally: { has: number; hasNot: number; excluded: number },
): Promise<string[]> {
  const { random, now } = market
  const nowMs = Math.floor(now.epochMilliseconds / MINUTE_MS) * MINUTE_MS
  const wrong: string[] = []
  for (let probe = 0; probe < PROBES; probe += 1) {
    const { id } = random.pick(market.services)
    const fromMs = nowMs + random.between(-300, 6 * 1440) * MINUTE_MS
    const lastMs = fromMs + random.pick([0, 1, 14, 60, 240, 1440, -30]) * MINUTE_MS
    const quarterMs = await firstQuarter(id, now, fromMs, lastMs)
    const startMs = await firstStart(id, now, fromMs, lastMs)
    tally[startMs === null ? 'hasNot' : 'has'] += 1
    if (quarterMs === null) tally.excluded += 1
    const said = `${id} from ${new Date(fromMs).toISOString()} to ${new Date(lastMs).toISOString()}`
    if (startMs !== null && (quarterMs === null || startMs < quarterMs))
      wrong.push(`${said} starts at ${startMs}, and the quarter is ${quarterMs}`)
    // What is held may be in the openings or not.
    if (!refreshed || quarterMs === null || market.held.length > 0) continue
    const earliestMs = Math.max(fromMs, now.epochMilliseconds + (await noticeOf(id)) * MINUTE_MS)
    const begins = quarterOf(earliestMs)
    const whenever = { minimumNoticeMinutes: 0, horizonDays: 400 }
    const then = Temporal.Instant.fromEpochMilliseconds(begins)
    const inQuarters = await firstStart(id, then, begins, quarterOf(lastMs) + QUARTER_MS - 1, whenever)
    if (inQuarters === null || quarterOf(inQuarters) !== quarterMs)
      wrong.push(`${said} starts at ${inQuarters} in these quarters, and the first is ${quarterMs}`)
  }
  return wrong
}

const quarterOf = (ms: number) => Math.floor(ms / QUARTER_MS) * QUARTER_MS

async function noticeOf(id: ServiceId): Promise<number> {
  const { rows } = await db.execute<{ notice: number }>(
    sql`select minimum_notice_minutes as notice from services where id = ${id}`,
  )
  return rows[0]?.notice ?? 0
}

const now = Temporal.Instant.from('2027-03-01T10:10Z')
const noonMs = Temporal.Instant.from('2027-03-02T12:00Z').epochMilliseconds

/** An hour is taken at noon tomorrow, and the openings know it. */
async function bookedAtNoon() {
  const { serviceId, providerId, calendarId } = await makeProvider(db)
  const market: Market = {
    ...{ app, random: seededRandom(1), providerId, calendarId, now, bookings: [], held: [] },
    services: [{ id: serviceId, extraIds: [] }],
  }
  const held = await tryToHold(market, serviceId, noonMs, [])
  if ('refused' in held) throw new Error(held.refused)
  await move(market, held.id, 'confirm', 'system')
  await refreshAllOpenings(db, now)
  expect(await countWaiting({ db })).toBe(0)
  expect(await firstQuarter(serviceId, now, noonMs, noonMs)).toBeNull()
  return { market, serviceId, bookingId: held.id }
}

it('time that is given back is found by whoever looks after the commit, before any worker has seen it', async () => {
  const { market, serviceId, bookingId } = await bookedAtNoon()
  await move(market, bookingId, 'cancel', 'operator')
  expect(await firstQuarter(serviceId, now, noonMs, noonMs)).not.toBeNull()
})

it('would be missed without its mark, or this test could not see it', async () => {
  const { market, serviceId, bookingId } = await bookedAtNoon()
  await owner.execute(sql`alter table bookings disable trigger bookings_move_time`)
  try {
    await move(market, bookingId, 'cancel', 'operator')
    expect(await firstQuarter(serviceId, now, noonMs, noonMs)).toBeNull()
    expect((await verifyOpenings({ db }, null)).wrong).toContain(serviceId)
  } finally {
    await owner.execute(sql`alter table bookings enable trigger bookings_move_time`)
    await db.execute(sql`insert into calendar_changes (calendar_id) values (${market.calendarId})`)
  }
})

it('what is committed while the openings are being written still waits after it', async () => {
  const { market, serviceId, bookingId } = await bookedAtNoon()
  await move(market, bookingId, 'cancel', 'operator')
  await owner.transaction(async (somebody) => {
    // Begun before the openings are read and committed after: what they say then is of before.
    await somebody.execute(sql`update services set step_minutes = 45 where id = ${serviceId}`)
    await refreshOpenings({ db, now })
  })
  expect(await firstQuarter(serviceId, now, noonMs + 45 * MINUTE_MS, noonMs + 45 * MINUTE_MS)).not.toBeNull()
  await refreshAllOpenings(db, now)
  expect((await verifyOpenings({ db }, null)).wrong).toEqual([])
})

it('clients who take and give back while two workers write lose nothing', { timeout: 60_000 }, async () => {
  const providers = await Promise.all(Array.from({ length: 4 }, () => makeProvider(db)))
  let isOver = false
  const worker = async () => {
    while (!isOver) await refreshOpenings({ db, now })
  }
  const client = async (number: number) => {
    const random = seededRandom(number)
    for (let round = 0; round < 25; round += 1) {
      const { serviceId, providerId, calendarId } = random.pick(providers)
      const market: Market = {
        ...{ app, random, providerId, calendarId, now, bookings: [], held: [] },
        services: [{ id: serviceId, extraIds: [] }],
      }
      // An hour of their own each, so that nobody else takes it between giving back and looking.
      const startMs = noonMs + (number * 25 + round) * 60 * MINUTE_MS
      const held = await tryToHold(market, serviceId, startMs, [])
      if ('refused' in held) throw new Error(held.refused)
      if (random.chance(0.7)) await move(market, held.id, 'confirm', 'system')
      if (random.chance(0.5)) continue
      await move(market, held.id, 'cancel', 'operator')
      expect(await firstQuarter(serviceId, now, startMs, startMs)).not.toBeNull()
    }
  }
  const workers = [worker(), worker()]
  await Promise.all(Array.from({ length: 8 }, (_, number) => client(number))).finally(() => (isOver = true))
  await Promise.all(workers)
  await refreshAllOpenings(db, now)
  expect(await countWaiting({ db })).toBe(0)
  expect((await verifyOpenings({ db }, null)).wrong).toEqual([])
})

it('the next day they reach a day further', async () => {
  const { serviceId } = await makeProvider(db, { service: { horizonDays: 365 } })
  await refreshAllOpenings(db, now)
  const lastMs = Math.floor(now.epochMilliseconds / DAY_MS + OPENINGS_DAYS + 1) * DAY_MS - QUARTER_MS
  const fromDay = async () => {
    const { rows } = await db.execute<{ from_day: string; length: number }>(
      sql`select from_day::text, length(starts) from service_openings where service_id = ${serviceId}`,
    )
    return rows[0]
  }
  expect(await fromDay()).toEqual({ from_day: '2027-03-01', length: OPENINGS_DAYS * 96 })
  expect(await firstQuarter(serviceId, now, lastMs, lastMs)).not.toBeNull() // nothing is known of that day
  await refreshAllOpenings(db, now.add({ hours: 24 }))
  expect(await fromDay()).toEqual({ from_day: '2027-03-02', length: OPENINGS_DAYS * 96 })
})
