import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { BookingId } from '#src/kernel/ids.ts'
import { findPaymentOfBooking } from '#src/modules/payments/index.ts'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeProvider, type MadeProvider } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { bookingsJobs } from './jobs.ts'
import { bookings } from './tables.ts'

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

describe('a hold whose payment came and does not match', () => {
  it('is looked at once a minute, and keeps nobody else from being released', async () => {
    const booking = await held(await makeProvider(db))
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
    const release = bookingsJobs(app.composition).sweeps.find(({ name }) => name === 'bookings.release-holds')
    const ctx = app.composition.contextFor({ kind: 'system', name: 'test' })
    await release?.run(ctx)
    const [row] = await db.select().from(bookings).where(eq(bookings.id, booking.id))
    expect(row?.state).toBe('held')
    expect(row?.holdExpiresAt.epochMilliseconds).toBeGreaterThan(ctx.now.epochMilliseconds)
    expect(await release?.run(ctx)).toBe(0)
  })
})
