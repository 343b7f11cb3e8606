import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BookingId } from '#src/kernel/ids.ts'
import { findPaymentOfBooking } from '#src/modules/payments/index.ts'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeMember, makeProvider, signUp, type MadeProvider } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { bookingsJobs } from './jobs.ts'

const app = await startTestApp()
const { db } = app.database
const guest = { name: 'Gail Guest', email: 'gail@example.test' }
const TOTAL = { amountMinor: 11_000, currency: 'USD' }

async function held(provider: MadeProvider): Promise<{ id: BookingId; key: string }> {
  const { body } = await app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(48, app.now()),
      expectedTotal: TOTAL,
      guest,
    },
  })
  return { id: body.booking.id, key: body.guestKey }
}

async function paymentPage({ id, key }: { id: BookingId; key: string }): Promise<string> {
  const { body } = await app.request(`/api/v1/bookings/${id}/checkout`, { method: 'POST', body: {}, key })
  return body.paymentUrl
}

async function paid(provider: MadeProvider): Promise<{ id: BookingId; key: string }> {
  const booking = await held(provider)
  expect((await payWithCard(await paymentPage(booking))).status).toBe(303)
  await app.eventually('the booking is confirmed', async () => {
    const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: booking.key })
    return body.state === 'confirmed'
  })
  return booking
}

/** Somebody refunds a part in the gateway's dashboard; it is heard of by webhook. */
async function refundedByHand(bookingId: BookingId, amount: string): Promise<void> {
  const payment = await findPaymentOfBooking(db, bookingId)
  const answer = await fetch(`${app.stripeUrl}/objects/${payment?.chargeId}/refund`, {
    method: 'POST',
    body: new URLSearchParams({ amount }),
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
  await app.eventually('the refund is in the books', async () => {
    const { rows } = await db.execute(
      sql`select 1 from refunds where booking_id = ${bookingId} and status = 'succeeded'`,
    )
    return rows.length > 0
  })
}

describe('a cancellation that is refused', () => {
  it.each([
    ['without an Idempotency-Key', {}, '{}', 400],
    [
      'of another refund than there is',
      { 'idempotency-key': 'k' },
      JSON.stringify({ expectedRefund: TOTAL }),
      409,
    ],
  ])('%s leaves the payment page open', async (_, headers, body, status) => {
    const booking = await held(await makeProvider(db))
    const page = await paymentPage(booking)
    const refused = await fetch(`${app.url}/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body,
      headers: { ...headers, authorization: `Bearer ${booking.key}`, 'content-type': 'application/json' },
    })
    expect(refused.status).toBe(status)
    expect((await payWithCard(page)).status).toBe(303)
  })
})

describe('what has been refunded by hand', () => {
  it('counts when the guest cancels: the rest comes back, and is what the button shows', async () => {
    const booking = await paid(await makeProvider(db))
    await refundedByHand(booking.id, '22.00')
    const shown = await app.request(`/api/v1/bookings/${booking.id}`, { key: booking.key })
    expect(shown.body.cancelRefund).toEqual({ amountMinor: 8_800, currency: 'USD' })
    const cancelled = await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: { expectedRefund: shown.body.cancelRefund },
      key: booking.key,
    })
    expect(cancelled.status).toBe(200)
    await app.eventually('everything is back', async () => {
      const payment = await findPaymentOfBooking(db, booking.id)
      return payment?.status === 'refunded'
    })
  })

  it('counts when the provider does not come', async () => {
    const provider = await makeProvider(db)
    const booking = await paid(provider)
    await refundedByHand(booking.id, '22.00')
    app.moveTo(app.now().add({ hours: 49 }))
    const reported = await app.request(`/api/v1/bookings/${booking.id}/no-show`, {
      method: 'POST',
      body: {},
      key: booking.key,
    })
    expect(reported.status).toBe(200)
    await app.eventually('everything is back', async () => {
      const payment = await findPaymentOfBooking(db, booking.id)
      return payment?.status === 'refunded'
    })
  })
})

describe('money that does not match what was asked', () => {
  it('F34 confirms nothing, is set aside for a person, and gives the slot back when its time is over', async () => {
    const provider = await makeProvider(db)
    const booking = await held(provider)
    const page = await paymentPage(booking)
    await db.execute(
      sql`update payments set amount_minor = amount_minor + 1 where booking_id = ${booking.id}`,
    )
    expect((await payWithCard(page)).status).toBe(303)
    await app.eventually('it is set aside', async () => {
      const payment = await findPaymentOfBooking(db, booking.id)
      return payment?.lastError
    })
    app.moveTo(app.now().add({ minutes: 11 }))
    await app.eventually('the slot is free', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: booking.key })
      return body.state === 'expired'
    })
  })
})

describe('a hold whose money is on its way when its time is over', () => {
  it('F25 goes on a minute at a time, and asks the gateway no more often', async () => {
    const booking = await held(await makeProvider(db))
    const page = await paymentPage(booking)
    await app.fault({ match: 'event:*', action: 'drop-before' })
    expect((await payWithCard(page)).status).toBe(303)
    // Paid at the gateway, and no word of it has reached us: the hold runs out.
    const release = bookingsJobs(app.composition).sweeps.find(({ name }) => name === 'bookings.release-holds')
    app.moveTo(app.now().add({ minutes: 11 }))
    const ctx = app.composition.contextFor({ kind: 'system', name: 'test' })
    await release?.run(ctx)
    expect(await release?.run(ctx)).toBe(0)
    await app.eventually('the booking is confirmed by asking', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: booking.key })
      return body.state === 'confirmed'
    })
    await app.clearFaults()
  })
})

describe('a payment page that is asked for while the price changes', () => {
  it('F29 never shows another price than the booking has', { timeout: 60_000 }, async () => {
    const { cookie } = await signUp(app.url)
    for (let round = 0; round < 15; round += 1) {
      const booking = await held(await makeProvider(db))
      await paymentPage(booking)
      const claim = app.request('/api/v1/booking-claims', {
        method: 'POST',
        body: { key: booking.key },
        headers: { cookie },
      })
      const asked = [1, 2, 3].map(async () => {
        const statuses: number[] = []
        for (let again = 0; again < 4; again += 1) {
          const { status } = await app.request(`/api/v1/bookings/${booking.id}/checkout`, {
            method: 'POST',
            body: {},
            key: booking.key,
          })
          statuses.push(status)
        }
        return statuses
      })
      const statuses = [(await claim).status, ...(await Promise.all(asked)).flat()]
      expect(statuses.filter((status) => status >= 500)).toEqual([])
      const { rows } = await db.execute<{ total: string; amount: string; open: boolean }>(sql`
        select b.total_minor::text as total, p.amount_minor::text as amount, p.checkout_url is not null as open
        from bookings b join payments p on p.booking_id = b.id where b.id = ${booking.id}`)
      if (rows[0]?.open) expect(rows[0].amount).toBe(rows[0].total)
    }
  })

  it('ends a guest’s links: what was mailed before opens nothing', async () => {
    const booking = await paid(await makeProvider(db))
    const { cookie } = await signUp(app.url)
    const claim = () =>
      app.request('/api/v1/booking-claims', {
        method: 'POST',
        body: { key: booking.key },
        headers: { cookie },
      })
    expect((await claim()).status).toBe(201)
    expect((await app.request(`/api/v1/bookings/${booking.id}`, { key: booking.key })).status).toBe(404)
    expect((await claim()).status).toBe(201) // asked again by the same person
    const other = await signUp(app.url)
    const stolen = await app.request('/api/v1/booking-claims', {
      method: 'POST',
      body: { key: booking.key },
      headers: { cookie: other.cookie },
    })
    expect(stolen.status).toBe(401)
  })
})

describe('a provider who may not cancel a hold', () => {
  it('leaves its payment page open', async () => {
    const provider = await makeProvider(db)
    const owner = await signUp(app.url)
    await makeMember(db, provider.providerId, owner.userId)
    const booking = await held(provider)
    const page = await paymentPage(booking)
    const refused = await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: {},
      headers: { cookie: owner.cookie },
    })
    expect(refused).toMatchObject({ status: 409, body: { code: 'booking.wrong_state' } })
    expect((await payWithCard(page)).status).toBe(303)
  })
})

describe('an Idempotency-Key', () => {
  it('that anybody could guess is refused from somebody who is not signed in', async () => {
    const provider = await makeProvider(db)
    const refused = await app.request('/api/v1/bookings', {
      method: 'POST',
      headers: { 'idempotency-key': 'booking-1' },
      body: {
        serviceId: provider.serviceId,
        startsAt: fullHourIn(48, app.now()),
        expectedTotal: TOTAL,
        guest,
      },
    })
    expect(refused).toMatchObject({ status: 400, body: { code: 'request.idempotency_key_weak' } })
  })

  it('whose answer is forgotten is a new request', async () => {
    const provider = await makeProvider(db)
    const key = randomUUID()
    const ask = () =>
      app.request('/api/v1/bookings', {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: {
          serviceId: provider.serviceId,
          startsAt: fullHourIn(200, app.now()),
          expectedTotal: TOTAL,
          guest,
        },
      })
    const first = await ask()
    await db.execute(sql`delete from idempotency_keys where key = ${key}`)
    app.moveTo(app.now().add({ hours: 25 }))
    await app.eventually('the first hold has run out', async () => {
      const { body } = await app.request(`/api/v1/bookings/${first.body.booking.id}`, {
        key: first.body.guestKey,
      })
      return body.state === 'expired'
    })
    const second = await ask()
    expect(second.status).toBe(201)
    expect(second.body.booking.id).not.toBe(first.body.booking.id)
  })
})
