// A calendar with two or three services to which anything may happen, drawn from one number.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { seededRandom, type Random } from '#src/demo/random.ts'
import { ANONYMOUS, type Actor, type Party } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, ServiceId } from '#src/kernel/ids.ts'
import { money } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { TransitionName } from '#src/modules/bookings/domain/lifecycle.ts'
import { holdSlot } from '#src/modules/bookings/hold-slot.ts'
import { lockBookingVisibleTo, moveBooking } from '#src/modules/bookings/move-booking.ts'
import { rescheduleBooking } from '#src/modules/bookings/reschedule-booking.ts'
import { listSlotsOfService } from '#src/modules/scheduling/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { Refusal } from '#src/platform/errors.ts'
import type { TestApp } from './app.ts'
import { makeProvider } from './factories.ts'

export interface Market {
  readonly app: TestApp
  readonly random: Random
  readonly providerId: ProviderId
  readonly calendarId: string
  readonly services: readonly { id: ServiceId; extraIds: readonly string[] }[]
  readonly bookings: BookingId[]
  /** Not paid for yet. */
  readonly held: BookingId[]
  now: Temporal.Instant
}

const ZONES = [
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Pacific/Chatham',
  'UTC',
] as const

/** Two or three services on one calendar, at a time when the clock is about to change, if it ever does. */
async function makeMarket(app: TestApp, random: Random): Promise<Market> {
  const { db } = app.database
  const timeZone = random.pick(ZONES)
  const change = Temporal.Instant.from('2027-01-15T00:00Z')
    .add({ hours: 24 * random.between(0, 300) })
    .toZonedDateTimeISO(timeZone)
    .getTimeZoneTransition('next')
  const around = change?.toInstant() ?? Temporal.Instant.from('2027-05-05T00:00Z')
  const { providerId, serviceId, calendarId } = await makeProvider(db, { timeZone, service: draw(random) })
  const services = [{ id: serviceId, extraIds: [] as string[] }]
  while (services.length < random.between(2, 3)) {
    const id = randomUUID() as ServiceId
    await db.execute(sql`
      insert into services (id, provider_id, category_id, name, duration_minutes, booking_mode, cancellation_policy, price_minor, currency, created_at, updated_at)
      values (${id}, ${providerId}, 'testing', 'Another', 60, 'instant', 'flexible', 10000, 'USD', now(), now())`)
    services.push({ id, extraIds: [] })
  }
  for (const service of services) {
    for (let extra = 0; extra < 2; extra += 1) {
      const id = randomUUID()
      service.extraIds.push(id)
      await db.execute(sql`
        insert into service_extras (id, service_id, name, price_minor, extra_minutes)
        values (${id}, ${service.id}, 'More', 0, ${random.pick([0, 10, 45, 480])})`)
    }
  }
  const market: Market = {
    app,
    random,
    providerId,
    calendarId,
    services,
    bookings: [],
    held: [],
    now: around.subtract({ hours: random.between(20, 60), minutes: random.between(0, 59) }),
  }
  for (const { id } of services) await changeService(market, id)
  await changeRules(market)
  return market
}

function draw(random: Random) {
  return {
    durationMinutes: random.pick([20, 30, 45, 60, 90, 300, 1440]),
    bufferBeforeMinutes: random.pick([0, 0, 5, 15, 120]),
    bufferAfterMinutes: random.pick([0, 0, 10, 30, 480]),
    stepMinutes: random.pick([5, 10, 15, 30, 50, 60]),
    minimumNoticeMinutes: random.pick([0, 0, 120, 1500]),
    horizonDays: random.pick([1, 3, 60]),
    capacity: random.pick([1, 1, 2, 3, 4]),
  }
}

async function changeService({ app, random }: Market, id: ServiceId): Promise<string> {
  const to = draw(random)
  await app.database.db.execute(sql`
    update services set duration_minutes = ${to.durationMinutes}, buffer_before_minutes = ${to.bufferBeforeMinutes},
      buffer_after_minutes = ${to.bufferAfterMinutes}, step_minutes = ${to.stepMinutes}, horizon_days = ${to.horizonDays},
      minimum_notice_minutes = ${to.minimumNoticeMinutes}, capacity = ${to.capacity} where id = ${id}`)
  return `the service is ${JSON.stringify(to)}`
}

function windows(random: Random): { opensMinute: number; closesMinute: number }[] {
  return random.pick([
    [{ opensMinute: 0, closesMinute: 1440 }],
    [{ opensMinute: 0, closesMinute: 1440 }],
    [{ opensMinute: 540, closesMinute: 1020 }],
    [
      { opensMinute: 0, closesMinute: 185 },
      { opensMinute: 430, closesMinute: 1440 },
    ],
    [
      { opensMinute: 60, closesMinute: 150 },
      { opensMinute: 150, closesMinute: 700 },
    ],
    [],
  ])
}

async function changeRules({ app, random, calendarId }: Market): Promise<string> {
  const { db } = app.database
  await db.execute(sql`delete from opening_rules where calendar_id = ${calendarId}`)
  for (let weekday = 1; weekday <= 7; weekday += 1)
    for (const { opensMinute, closesMinute } of windows(random))
      await db.execute(
        sql`insert into opening_rules (calendar_id, weekday, opens_minute, closes_minute) values (${calendarId}, ${weekday}, ${opensMinute}, ${closesMinute})`,
      )
  return 'the weekly hours are others'
}

/** Somewhere in the days that matter, to the minute. */
function sometime({ random, now }: Market): Temporal.Instant {
  const minuteMs = 60_000
  const nowMs = Math.floor(now.epochMilliseconds / minuteMs) * minuteMs
  return Temporal.Instant.fromEpochMilliseconds(nowMs + random.between(-600, 5 * 1440) * minuteMs)
}

function stretch(market: Market): string {
  const start = sometime(market)
  return `[${start.toString()},${start.add({ minutes: market.random.pick([1, 50, 200, 1500]) }).toString()})`
}

const HAPPENINGS: readonly ((market: Market) => Promise<string>)[] = [
  changeRules,
  (market) => changeService(market, market.random.pick(market.services).id),
  async (market) => {
    const date = sometime(market).toString().slice(0, 10)
    const hours = JSON.stringify(windows(market.random))
    await market.app.database.db.execute(
      sql`insert into date_overrides (calendar_id, on_date, windows) values (${market.calendarId}, ${date}::date, ${hours}::jsonb)
          on conflict (calendar_id, on_date) do update set windows = excluded.windows`,
    )
    return `${date} has the hours ${hours}`
  },
  async (market) => {
    const during = stretch(market)
    await market.app.database.db.execute(
      sql`insert into time_off (id, calendar_id, during, created_at) values (${randomUUID()}, ${market.calendarId}, ${during}::tstzrange, now())`,
    )
    return `time off ${during}`
  },
  async (market) => {
    const [during, feedId] = [stretch(market), randomUUID()]
    await market.app.database.db.execute(
      sql`insert into busy_feeds (id, calendar_id, url, fetch_due_at, created_at) values (${feedId}, ${market.calendarId}, 'https://example.test', now() + interval '1 day', now())`,
    )
    await market.app.database.db.execute(
      sql`insert into busy_times (feed_id, calendar_id, during) values (${feedId}, ${market.calendarId}, ${during}::tstzrange)`,
    )
    return `busy ${during}`
  },
  async (market) => {
    const zone = market.random.pick(ZONES)
    await market.app.database.db.execute(
      sql`update providers set time_zone = ${zone} where id = ${market.providerId}`,
    )
    return `the provider has moved to ${zone}`
  },
  (market) => {
    market.now = market.now.add({ minutes: market.random.between(1, 400) })
    return Promise.resolve(`it is ${market.now.toString()}`)
  },
  async (market) => {
    const { random, bookings } = market
    if (bookings.length === 0) return 'nothing'
    const id = random.pick(bookings)
    bookings.splice(bookings.indexOf(id), 1)
    await move(market, id, 'cancel', 'operator')
    return `${id} is cancelled`
  },
  bookSomething,
  bookSomething,
  bookSomething,
  async (market) => {
    const service = market.random.pick(market.services)
    const startMs = await pickListed(market, service.id, [])
    if (startMs === null) return 'nothing is free'
    const outcome = await tryToHold(market, service.id, startMs, [])
    if ('refused' in outcome) return `${instant(startMs).toString()} was offered and is ${outcome.refused}`
    market.held.push(outcome.id)
    return `${outcome.id} is held at ${instant(startMs).toString()}`
  },
  async (market) => {
    const id = market.held.pop()
    if (!id) return 'nothing'
    await move(market, id, 'expire', 'system')
    return `${id} has expired`
  },
  async (market) => {
    if (market.bookings.length === 0) return 'nothing'
    const bookingId = market.random.pick(market.bookings)
    const startMs = await pickListed(market, market.random.pick(market.services).id, [])
    if (startMs === null) return 'nothing is free'
    const startsAt = instant(startMs)
    const outcome = await rescheduleBooking(as(market, { kind: 'guest', bookingId }), {
      bookingId,
      startsAt,
    }).catch((error: unknown) => {
      if (error instanceof Refusal) return { refused: error.code }
      throw error
    })
    return `${bookingId} is ${'refused' in outcome ? `not moved: ${outcome.refused}` : `moved to ${startsAt.toString()}`}`
  },
  ...(['time_off', 'date_overrides', 'busy_feeds'] as const).map((table) => async (market: Market) => {
    await market.app.database.db.execute(
      sql`delete from ${sql.identifier(table)} where calendar_id = ${market.calendarId}`,
    )
    return `${table} is empty`
  }),
]

/** Markets of one seed after the other, in which something happens again and again, and `look` names what is wrong then. */
export async function liveThrough(
  app: TestApp,
  { seed: first, markets, steps }: { seed: number; markets: number; steps: number },
  look: (market: Market, story: string[]) => Promise<string[]>,
): Promise<void> {
  for (let seed = first; seed < first + markets; seed += 1) {
    const market = await makeMarket(app, seededRandom(seed))
    const story: string[] = []
    for (let step = 0; step < steps; step += 1) {
      story.push(await happen(market))
      const wrong = await look(market, story)
      expect({ seed, story, wrong }).toEqual({ seed, story, wrong: [] })
    }
  }
}

function happen(market: Market): Promise<string> {
  return market.random.pick(HAPPENINGS)(market)
}

async function pickListed(
  market: Market,
  serviceId: ServiceId,
  extraIds: readonly string[],
): Promise<number | null> {
  const starts = [...(await listed(market, serviceId, extraIds)).keys()]
  return starts.length === 0 ? null : market.random.pick(starts)
}

async function bookSomething(market: Market): Promise<string> {
  const service = market.random.pick(market.services)
  const extraIds = market.random.chance(0.3) ? service.extraIds.slice(1) : []
  const startMs = await pickListed(market, service.id, extraIds)
  if (startMs === null) return 'nothing is free'
  const outcome = await tryToHold(market, service.id, startMs, extraIds)
  if ('refused' in outcome) return `${instant(startMs).toString()} was offered and is ${outcome.refused}`
  market.bookings.push(outcome.id)
  // As if it were paid, so that it can be moved.
  await move(market, outcome.id, 'confirm', 'system')
  return `${outcome.id} is booked at ${instant(startMs).toString()}`
}

export function as(market: Market, actor: Actor): Ctx {
  return { ...market.app.composition.contextFor(actor), now: market.now }
}

export function instant(epochMs: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
}

export async function move(
  market: Market,
  id: BookingId,
  transition: TransitionName,
  party: Party,
): Promise<void> {
  const ctx = as(market, { kind: 'system', name: 'test' })
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, id)
    await moveBooking(tx, ctx, booking, { transition, party })
  })
}

type Outcome = { readonly id: BookingId } | { readonly refused: string }

export async function tryToHold(
  market: Market,
  serviceId: ServiceId,
  startMs: number,
  extraIds: readonly string[],
): Promise<Outcome> {
  try {
    const { booking } = await holdSlot(
      as(market, ANONYMOUS),
      {
        serviceId,
        startsAt: instant(startMs),
        extraIds,
        expectedTotal: money(11_000n, 'USD'),
        guest: { name: 'Gina Guest', email: 'gina@example.test' },
        note: '',
      },
      { scope: 'test', key: randomUUID(), fingerprint: '' },
    )
    return { id: booking.id as BookingId }
  } catch (error) {
    return refusedFor(error)
  }
}

/** Nothing but the time may stand against it. */
export function refusedFor(error: unknown): { readonly refused: string } {
  if (error instanceof Refusal && ['booking.slot_taken', 'booking.slot_not_offered'].includes(error.code))
    return { refused: error.code }
  throw error
}

export const WINDOW_HOURS = 6 * 24

/** What is shown to whoever looks now: starts, and how many seats each has left. */
export async function listed(
  { app, now }: Market,
  serviceId: ServiceId,
  extraIds: readonly string[],
): Promise<Map<number, number>> {
  const window = { from: now.subtract({ hours: 1 }), until: now.add({ hours: WINDOW_HOURS }) }
  const { slots } = await listSlotsOfService(app.database.db, serviceId, window, now, extraIds)
  return new Map(
    slots.map(({ startsAt, seatsLeft }) => [Temporal.Instant.from(startsAt).epochMilliseconds, seatsLeft]),
  )
}
