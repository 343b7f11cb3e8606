import { randomInt, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { seededRandom, type Random } from '#src/demo/random.ts'
import { ANONYMOUS, type Actor, type Party } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, ServiceId } from '#src/kernel/ids.ts'
import { money } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import type { TransitionName } from '#src/modules/bookings/domain/lifecycle.ts'
import { decideReschedule } from '#src/modules/bookings/domain/reschedule.ts'
import { holdSlot } from '#src/modules/bookings/hold-slot.ts'
import { findBooking, lockBookingVisibleTo, moveBooking } from '#src/modules/bookings/move-booking.ts'
import { rescheduleBooking } from '#src/modules/bookings/reschedule-booking.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { Refusal } from '#src/platform/errors.ts'
import { startTestApp } from '#tests/support/app.ts'
import { numberFromOutside } from '#tests/support/chance.ts'
import { makeProvider } from '#tests/support/factories.ts'
import { EXTRAS_MAX } from './domain/limits.ts'
import { listSlots } from './domain/slots.ts'
import { listSlotsOfService } from './list-slots.ts'
import { loadSchedules } from './load-schedules.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

// What happens in these tests is drawn from one number. A failure names it; OFFERED_SEED=… makes it all happen again.
const SEED = numberFromOutside('OFFERED_SEED', randomInt(1_000_000_000))
/** About half a minute of them. */
const MARKETS = numberFromOutside('OFFERED_MARKETS', 36)
const STEPS = 9
const PROBES = 5

it(
  `a start is listed exactly if it can be held, and moved to, whatever happened before (seed ${SEED})`,
  { timeout: MARKETS * 6_000 },
  async () => {
    const tally = { offered: 0, refused: 0, moved: 0, notMoved: 0 }
    for (let number = 0; number < MARKETS; number += 1) {
      const seed = SEED + number
      const market = await makeMarket(seededRandom(seed))
      const story: string[] = []
      for (let step = 0; step < STEPS; step += 1) {
        story.push(await happen(market))
        const wrong = [...(await holdsThatDiffer(market, tally)), ...(await movesThatDiffer(market, tally))]
        expect({ seed, story, wrong }).toEqual({ seed, story, wrong: [] })
      }
    }
    // Where nothing is offered, or everything, all agree.
    for (const count of Object.values(tally)) expect(count).toBeGreaterThan(MARKETS)
  },
)

interface Market {
  readonly random: Random
  readonly providerId: ProviderId
  readonly calendarId: string
  readonly services: readonly { id: ServiceId; extraIds: readonly string[] }[]
  readonly bookings: BookingId[]
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
async function makeMarket(random: Random): Promise<Market> {
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
    random,
    providerId,
    calendarId,
    services,
    bookings: [],
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

async function changeService({ random }: Market, id: ServiceId): Promise<string> {
  const to = draw(random)
  await db.execute(sql`
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

async function changeRules({ random, calendarId }: Market): Promise<string> {
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
    await db.execute(
      sql`insert into date_overrides (calendar_id, on_date, windows) values (${market.calendarId}, ${date}::date, ${hours}::jsonb)
          on conflict (calendar_id, on_date) do update set windows = excluded.windows`,
    )
    return `${date} has the hours ${hours}`
  },
  async (market) => {
    const during = stretch(market)
    await db.execute(
      sql`insert into time_off (id, calendar_id, during, created_at) values (${randomUUID()}, ${market.calendarId}, ${during}::tstzrange, now())`,
    )
    return `time off ${during}`
  },
  async (market) => {
    const [during, feedId] = [stretch(market), randomUUID()]
    await db.execute(
      sql`insert into busy_feeds (id, calendar_id, url, fetch_due_at, created_at) values (${feedId}, ${market.calendarId}, 'https://example.test', now() + interval '1 day', now())`,
    )
    await db.execute(
      sql`insert into busy_times (feed_id, calendar_id, during) values (${feedId}, ${market.calendarId}, ${during}::tstzrange)`,
    )
    return `busy ${during}`
  },
  async (market) => {
    const zone = market.random.pick(ZONES)
    await db.execute(sql`update providers set time_zone = ${zone} where id = ${market.providerId}`)
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
]

function happen(market: Market): Promise<string> {
  return market.random.pick(HAPPENINGS)(market)
}

async function bookSomething(market: Market): Promise<string> {
  const service = market.random.pick(market.services)
  const extraIds = market.random.chance(0.3) ? service.extraIds.slice(1) : []
  const starts = [...(await listed(market, service.id, extraIds)).keys()]
  if (starts.length === 0) return 'nothing is free'
  const startMs = market.random.pick(starts)
  const outcome = await tryToHold(market, service.id, startMs, extraIds)
  if ('refused' in outcome) return `${instant(startMs).toString()} was offered and is ${outcome.refused}`
  market.bookings.push(outcome.id)
  // As if it were paid, so that it can be moved.
  await move(market, outcome.id, 'confirm', 'system')
  return `${outcome.id} is booked at ${instant(startMs).toString()}`
}

function as(market: Market, actor: Actor): Ctx {
  return { ...app.composition.contextFor(actor), now: market.now }
}

function instant(epochMs: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(epochMs)
}

async function move(market: Market, id: BookingId, transition: TransitionName, party: Party): Promise<void> {
  const ctx = as(market, { kind: 'system', name: 'test' })
  await inTransaction(ctx, async (tx) => {
    const { booking } = await lockBookingVisibleTo(tx, ctx, id)
    await moveBooking(tx, ctx, booking, { transition, party })
  })
}

type Outcome = { readonly id: BookingId } | { readonly refused: string }

async function tryToHold(
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
function refusedFor(error: unknown): { readonly refused: string } {
  if (error instanceof Refusal && ['booking.slot_taken', 'booking.slot_not_offered'].includes(error.code))
    return { refused: error.code }
  throw error
}

const WINDOW_HOURS = 6 * 24

/** What is shown to whoever looks now: starts, and how many seats each has left. */
async function listed(
  { now }: Market,
  serviceId: ServiceId,
  extraIds: readonly string[],
): Promise<Map<number, number>> {
  const window = { from: now.subtract({ hours: 1 }), until: now.add({ hours: WINDOW_HOURS }) }
  const { slots } = await listSlotsOfService(db, serviceId, window, now, extraIds)
  return new Map(
    slots.map(({ startsAt, seatsLeft }) => [Temporal.Instant.from(startsAt).epochMilliseconds, seatsLeft]),
  )
}

/** Starts that are offered, some beside these, some anywhere. */
function probes({ random, now }: Market, offered: readonly number[]): number[] {
  const minuteMs = 60_000
  return Array.from({ length: PROBES }, () => {
    const anywhereMs =
      (Math.floor(now.epochMilliseconds / minuteMs) + random.between(-60, WINDOW_HOURS * 60 - 1)) * minuteMs
    if (offered.length === 0 || random.chance(0.2)) return anywhereMs
    const near = random.pick([0, 0, 0, 1, -1, 5, -5, 15, -15, 30, -60, 60, 0.5])
    return random.pick(offered) + near * minuteMs
  }).filter((ms) => ms < now.add({ hours: WINDOW_HOURS }).epochMilliseconds)
}

interface Tally {
  offered: number
  refused: number
  moved: number
  notMoved: number
}

async function holdsThatDiffer(market: Market, tally: Tally): Promise<string[]> {
  const service = market.random.pick(market.services)
  const extraIds = market.random.chance(0.3) ? service.extraIds : []
  const offered = await listed(market, service.id, extraIds)
  const wrong: string[] = []
  for (const startMs of probes(market, [...offered.keys()])) {
    // Every seat that is shown can be had, and not one more; then all are given back.
    const seats = offered.get(startMs) ?? 0
    const held: BookingId[] = []
    let refused = ''
    while (!refused && held.length <= seats) {
      const outcome = await tryToHold(market, service.id, startMs, extraIds)
      if ('refused' in outcome) refused = outcome.refused
      else held.push(outcome.id)
    }
    for (const id of held) await move(market, id, 'expire', 'system')
    tally[seats > 0 ? 'offered' : 'refused'] += 1
    if (held.length !== seats)
      wrong.push(
        `${instant(startMs).toString()} shows ${seats} seats, ${held.length} can be held, then ${refused}`,
      )
  }
  return wrong
}

async function movesThatDiffer(market: Market, tally: Tally): Promise<string[]> {
  const wrong: string[] = []
  if (market.bookings.length === 0) return wrong
  const bookingId = market.random.pick(market.bookings)
  const asked = await startsToMoveTo(market, bookingId)
  for (const startMs of probes(market, asked)) {
    const booking = await findBooking(db, bookingId)
    if (!booking || decideReschedule(booking, 'guest', market.now).refused) return wrong
    if (booking.startsAt.epochMilliseconds === startMs) continue
    const expected = (await startsToMoveTo(market, bookingId)).includes(startMs)
    const startsAt = instant(startMs)
    const outcome = await rescheduleBooking(as(market, { kind: 'guest', bookingId }), {
      bookingId,
      startsAt,
    }).catch(refusedFor)
    const moved = !('refused' in outcome)
    tally[moved ? 'moved' : 'notMoved'] += 1
    if (moved !== expected)
      wrong.push(
        `${bookingId} to ${startsAt.toString()}: offered ${expected}, ${moved ? 'moved' : outcome.refused}`,
      )
  }
  return wrong
}

/** What would be listed for the booking as it was made, if it were not there itself. */
async function startsToMoveTo({ now }: Market, bookingId: BookingId): Promise<number[]> {
  const booking = (await findBooking(db, bookingId))!
  const window = { from: now.subtract({ hours: 1 }), until: now.add({ hours: WINDOW_HOURS }) }
  const { calendar, service } = (
    await loadSchedules(db, [booking.serviceId], { start: window.from, end: window.until })
  ).get(booking.serviceId)!
  const isOwn = (range: TimeRange) =>
    range.start.equals(booking.occupied.start) && range.end.equals(booking.occupied.end)
  const sessions = [...(calendar.sessions ?? [])]
  const own = sessions.findIndex((each) => each.serviceId === booking.serviceId && isOwn(each.occupied))
  if (own >= 0) sessions.splice(own, 1)
  const busy = booking.capacity === 1 ? calendar.busy.filter((range) => !isOwn(range)) : calendar.busy
  const { durationMinutes, bufferBeforeMinutes, bufferAfterMinutes } = booking
  const facts = { ...service, durationMinutes, bufferBeforeMinutes, bufferAfterMinutes }
  return listSlots({ ...calendar, busy, sessions }, facts, window, now).map(
    ({ start }) => start.epochMilliseconds,
  )
}

it('nothing is offered, held or moved into time off, however long the extras make it', async () => {
  const { serviceId, calendarId } = await makeProvider(db, {
    service: { durationMinutes: 1440, bufferAfterMinutes: 480 },
  })
  const extraIds = Array.from({ length: EXTRAS_MAX }, () => randomUUID())
  for (const id of extraIds)
    await db.execute(
      sql`insert into service_extras (id, service_id, name, price_minor, extra_minutes) values (${id}, ${serviceId}, 'More', 0, 480)`,
    )
  const random = seededRandom(1)
  const now = Temporal.Instant.from('2027-03-01T10:00Z')
  const market: Market = {
    random,
    providerId: '' as ProviderId,
    calendarId,
    services: [],
    bookings: [],
    now,
  }
  const start = Temporal.Instant.from('2027-03-02T00:00Z')
  // Its last minute with its buffer is the first of 10 March.
  const during = '[2027-03-09T23:59:00Z,2027-03-10T00:00:00Z)'
  await db.execute(
    sql`insert into time_off (id, calendar_id, during, created_at) values (${randomUUID()}, ${calendarId}, ${during}::tstzrange, now())`,
  )
  const window = { from: start, until: start.add({ minutes: 1 }) }
  const offered = await listSlotsOfService(db, serviceId, window, now, extraIds)
  expect(offered.slots).toEqual([])
  expect(await tryToHold(market, serviceId, start.epochMilliseconds, extraIds)).toEqual({
    refused: 'booking.slot_not_offered',
  })
  const before = start.subtract({ hours: 1 })
  const held = await tryToHold(market, serviceId, before.epochMilliseconds, extraIds)
  if ('refused' in held) throw new Error(held.refused)
  await move(market, held.id, 'confirm', 'system')
  await expect(
    rescheduleBooking(as(market, { kind: 'guest', bookingId: held.id }), {
      bookingId: held.id,
      startsAt: start,
    }),
  ).rejects.toMatchObject({ code: 'booking.slot_not_offered' })
})
