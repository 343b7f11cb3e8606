import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { startTestApp } from '#tests/support/app.ts'
import { makeProvider, type MadeProvider } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'

const app = await startTestApp()
const { db } = app.database
const guest = { name: 'Gail Guest', email: 'gail@example.test' }
const day = app.now().add({ hours: 72 }).toString().slice(0, 10)
const at = (hour: number) => `${day}T${String(hour).padStart(2, '0')}:00:00Z`

interface Seat {
  readonly id: string
  readonly key: string
}

async function hold(provider: MadeProvider, hour: number) {
  return app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId: provider.serviceId,
      startsAt: at(hour),
      expectedTotal: { amountMinor: 11_000, currency: 'USD' },
      guest,
    },
  })
}

async function book(provider: MadeProvider, hour: number): Promise<Seat> {
  const { body } = await hold(provider, hour)
  return confirmed({ id: body.booking.id, key: body.guestKey })
}

/** A held seat, paid. */
async function confirmed(seat: Seat): Promise<Seat> {
  const started = await app.request(`/api/v1/bookings/${seat.id}/checkout`, {
    method: 'POST',
    body: {},
    key: seat.key,
  })
  await payWithCard(started.body.paymentUrl)
  await app.eventually('it is confirmed', async () => {
    const { body } = await app.request(`/api/v1/bookings/${seat.id}`, { key: seat.key })
    return body.state === 'confirmed'
  })
  return seat
}

function move({ id, key }: Seat, hour: number) {
  return app.request(`/api/v1/bookings/${id}/rescheduling`, {
    method: 'POST',
    body: { startsAt: at(hour) },
    key,
  })
}

/** Seats the picker offers for each hour; an hour that is not offered has none. */
async function offered(provider: MadeProvider): Promise<Map<number, number>> {
  const { body } = await app.request(
    `/api/v1/services/${provider.serviceId}/slots?from=${at(0)}&until=${Temporal.Instant.from(at(0)).add({ hours: 24 }).toString()}`,
  )
  return new Map(
    body.slots.map((slot: { startsAt: string; seatsLeft?: number }) => [
      new Date(slot.startsAt).getUTCHours(),
      slot.seatsLeft ?? 1,
    ]),
  )
}

describe('a seat in a group', () => {
  it('moves into a session that others are in, and leaves its old one', async () => {
    const provider = await makeProvider(db, { service: { capacity: 3 } })
    const seat = await book(provider, 10)
    await book(provider, 11)
    expect((await move(seat, 11)).status).toBe(200)
    const seats = await offered(provider)
    expect({ ten: seats.get(10), eleven: seats.get(11) }).toEqual({ ten: 3, eleven: 1 })
    for (const status of [201, 409]) expect((await hold(provider, 11)).status).toBe(status)
    for (const status of [201, 201, 201, 409]) expect((await hold(provider, 10)).status).toBe(status)
  })

  it('that moves to where it is already changes nothing', async () => {
    const seat = await book(await makeProvider(db, { service: { capacity: 3 } }), 10)
    expect(await move(seat, 10)).toMatchObject({ status: 409, body: { code: 'booking.same_time' } })
  })

  it('finds a full session full, also when many come at once', async () => {
    const provider = await makeProvider(db, { service: { capacity: 2 } })
    const seats = [
      await book(provider, 8),
      await book(provider, 8),
      await book(provider, 9),
      await book(provider, 9),
    ]
    const moved = await Promise.all(seats.map((seat) => move(seat, 12)))
    expect(Map.groupBy(moved, ({ status }) => status).get(200)).toHaveLength(2)
    for (const { status, body } of moved)
      if (status === 409) expect(body.alternatives.length).toBeGreaterThan(0)
  })

  it('is not there any more once the capacity was lowered below what is taken', async () => {
    const provider = await makeProvider(db, { service: { capacity: 5 } })
    const held = []
    for (let seat = 1; seat <= 5; seat += 1) held.push(await hold(provider, 14))
    for (const { body } of held.slice(0, 3)) {
      const cancelled = await app.request(`/api/v1/bookings/${body.booking.id}/cancellation`, {
        method: 'POST',
        body: {},
        key: body.guestKey,
      })
      expect(cancelled.status).toBe(200)
    }
    await db.execute(sql`update services set capacity = 2 where id = ${provider.serviceId}`)
    expect((await offered(provider)).has(14)).toBe(false)
    expect((await hold(provider, 14)).status).toBe(409)
  })

  it(
    'is offered exactly where it can be had, whatever was booked, moved and cancelled',
    { timeout: 120_000 },
    async () => {
      const action = fc.record({
        kind: fc.constantFrom('hold', 'move', 'cancel', 'capacity'),
        hour: fc.integer({ min: 8, max: 11 }),
        which: fc.nat(20),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 14 }), async (actions) => {
          const provider = await makeProvider(db, { service: { capacity: 2 } })
          const seats: Seat[] = []
          for (const { kind, hour, which } of actions) {
            const seat = seats[which % Math.max(seats.length, 1)]
            const hasRoom = (await offered(provider)).has(hour)
            if (kind === 'hold') {
              const { status, body } = await hold(provider, hour)
              expect({ hour, booked: status === 201 }).toEqual({ hour, booked: hasRoom })
              if (status === 201) seats.push(await confirmed({ id: body.booking.id, key: body.guestKey }))
            } else if (kind === 'move' && seat) {
              const { status, body } = await move(seat, hour)
              if (body.code !== 'booking.same_time' && body.code !== 'booking.wrong_state')
                expect({ hour, moved: status === 200 }).toEqual({ hour, moved: hasRoom })
            } else if (kind === 'cancel' && seat) {
              await app.request(`/api/v1/bookings/${seat.id}/cancellation`, {
                method: 'POST',
                body: {},
                key: seat.key,
              })
            } else if (kind === 'capacity') {
              await db.execute(
                sql`update services set capacity = ${2 + (which % 3)} where id = ${provider.serviceId}`,
              )
            }
          }
        }),
        { numRuns: 12 },
      )
    },
  )
})
