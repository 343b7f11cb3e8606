import { randomInt, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { seededRandom } from '#src/demo/random.ts'
import type { BookingId, ProviderId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import { decideReschedule } from '#src/modules/bookings/domain/reschedule.ts'
import { findBooking } from '#src/modules/bookings/move-booking.ts'
import { rescheduleBooking } from '#src/modules/bookings/reschedule-booking.ts'
import { startTestApp } from '#tests/support/app.ts'
import { numberFromOutside } from '#tests/support/chance.ts'
import { makeProvider } from '#tests/support/factories.ts'
import {
  as,
  instant,
  listed,
  liveThrough,
  move,
  refusedFor,
  tryToHold,
  WINDOW_HOURS,
  type Market,
} from '#tests/support/market.ts'
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
    await liveThrough(app, { seed: SEED, markets: MARKETS, steps: STEPS }, async (market) => [
      ...(await holdsThatDiffer(market, tally)),
      ...(await movesThatDiffer(market, tally)),
    ])
    // Where nothing is offered, or everything, all agree.
    for (const count of Object.values(tally)) expect(count).toBeGreaterThan(MARKETS)
  },
)

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
    app,
    random,
    providerId: '' as ProviderId,
    calendarId,
    services: [],
    bookings: [],
    held: [],
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
