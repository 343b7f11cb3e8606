import { describe, expect, it } from 'vitest'
import { bookingsJobs } from './jobs.ts'
import { confirmPaidBooking } from './settle-paid-booking.ts'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeMember, makeProvider, signUp, type MadeProvider } from '#tests/support/factories.ts'
import { CARDS, payWithCard } from '#tests/support/pay.ts'

const app = await startTestApp()
const { db } = app.database
const guest = { name: 'Gail Guest', email: 'gail@example.test' }
const GUEST_TOTAL = { amountMinor: 11_000, currency: 'USD' }
const MEMBER_TOTAL = { amountMinor: 10_000, currency: 'USD' }

async function hold(provider: MadeProvider, hours: number, more: { cookie?: string; body?: object } = {}) {
  return app.request('/api/v1/bookings', {
    method: 'POST',
    headers: more.cookie ? { cookie: more.cookie } : {},
    body: {
      serviceId: provider.serviceId,
      startsAt: fullHourIn(hours, app.now()),
      expectedTotal: more.cookie ? MEMBER_TOTAL : GUEST_TOTAL,
      ...(more.cookie ? {} : { guest }),
      ...more.body,
    },
  })
}

async function pay(bookingId: string, access: { key?: string; cookie?: string }, card?: string) {
  const headers = access.cookie ? { cookie: access.cookie } : {}
  const started = await app.request(`/api/v1/bookings/${bookingId}/checkout`, {
    method: 'POST',
    body: {},
    key: access.key,
    headers,
  })
  expect(started.body).toHaveProperty('paymentUrl')
  return payWithCard(started.body.paymentUrl, card)
}

async function bookingIn(state: string, bookingId: string, access: { key?: string; cookie?: string }) {
  const headers = access.cookie ? { cookie: access.cookie } : {}
  return app.eventually(`booking ${state}`, async () => {
    const { body } = await app.request(`/api/v1/bookings/${bookingId}`, { key: access.key, headers })
    return body.state === state && body
  })
}

describe('a guest', () => {
  it('holds a slot, pays the price with the surcharge, and has a booking', async () => {
    const provider = await makeProvider(db)
    const held = await hold(provider, 48)
    expect(held).toMatchObject({
      status: 201,
      body: {
        booking: {
          state: 'held',
          isGuest: true,
          figures: { base: MEMBER_TOTAL, guestFee: { amountMinor: 1_000 }, total: GUEST_TOTAL },
        },
      },
    })
    const { booking, guestKey } = held.body
    const paid = await pay(booking.id, { key: guestKey })
    expect(paid.status).toBe(303)
    const confirmed = await bookingIn('confirmed', booking.id, { key: guestKey })
    expect(confirmed.payment.status).toBe('captured')
    expect(confirmed.timeline.map((event: { transition: string }) => event.transition)).toEqual([
      'hold',
      'confirm',
    ])
  })

  it('keeps the hold when the card is declined, and can try another one', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48)).body
    const declined = await pay(booking.id, { key: guestKey }, CARDS.declined)
    expect(declined.status).toBeLessThan(500)
    expect(declined.location).toBeNull()
    const paid = await pay(booking.id, { key: guestKey })
    expect(paid.status).toBe(303)
    await bookingIn('confirmed', booking.id, { key: guestKey })
  })

  it('must say who they are before paying', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48, { body: { guest: undefined } })).body
    const refused = await app.request(`/api/v1/bookings/${booking.id}/checkout`, {
      method: 'POST',
      body: {},
      key: guestKey,
    })
    expect(refused).toMatchObject({ status: 422, body: { code: 'booking.guest_details_missing' } })
    const started = await app.request(`/api/v1/bookings/${booking.id}/checkout`, {
      method: 'POST',
      body: { guest },
      key: guestKey,
    })
    expect(started.status).toBe(200)
  })

  it('loses the slot when the hold runs out, and the payment page with it', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48)).body
    const started = await app.request(`/api/v1/bookings/${booking.id}/checkout`, {
      method: 'POST',
      body: {},
      key: guestKey,
    })
    app.moveTo(app.now().add({ minutes: 11 }))
    await bookingIn('expired', booking.id, { key: guestKey })
    await expect(payWithCard(started.body.paymentUrl)).rejects.toThrow('no payment form')
    expect((await hold(provider, 48, { body: { startsAt: booking.startsAt } })).status).toBe(201)
  })

  it('is told what a move would leave of a later refund, and where the refund is', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 12)).body
    await pay(booking.id, { key: guestKey })
    const { moving, refunds } = await bookingIn('confirmed', booking.id, { key: guestKey })
    const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })
    // Half is lost already; a later start would promise everything again, and the move does not.
    expect(moving).toEqual({
      asBooked: [
        { hoursBefore: 24, refundPercent: 100, refund: usd(11_000) },
        { hoursBefore: 0, refundPercent: 50, refund: usd(5_500) },
      ],
      afterMove: [
        { hoursBefore: 24, refundPercent: 50, refund: usd(5_500) },
        { hoursBefore: 0, refundPercent: 50, refund: usd(5_500) },
      ],
    })
    expect(refunds).toEqual([])
    const cancelled = await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: {},
      key: guestKey,
    })
    expect(cancelled.body).toMatchObject({
      moving: null,
      refunds: [{ amount: usd(5_500), status: 'on_its_way', settledAt: null }],
    })
    await app.eventually('the refund is sent', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: guestKey })
      return body.refunds[0].status === 'sent' && body.refunds[0].settledAt
    })
  })

  it('is remembered by the browser for as long as the time is held, and by nothing else', async () => {
    const provider = await makeProvider(db)
    const held = await hold(provider, 48)
    expect(held.headers.get('set-cookie')).toMatch(
      new RegExp(`^ecosystem\\.held=${held.body.guestKey}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax$`),
    )
    const { cookie } = await signUp(app.url)
    expect((await hold(provider, 60, { cookie })).headers.get('set-cookie')).toBeNull()
    const byCookie = await app.request(`/api/v1/bookings/${held.body.booking.id}`, {
      headers: { cookie: `ecosystem.held=${held.body.guestKey}` },
    })
    expect(byCookie.status).toBe(404)
  })

  it('moves the booking, then cancels it and gets the refund that was shown', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('confirmed', booking.id, { key: guestKey })
    const to = fullHourIn(72, app.now())
    const moved = await app.request(`/api/v1/bookings/${booking.id}/rescheduling`, {
      method: 'POST',
      body: { startsAt: to },
      key: guestKey,
    })
    expect(moved).toMatchObject({
      status: 200,
      body: { state: 'confirmed', startsAt: to, cancelRefund: GUEST_TOTAL },
    })
    const wrong = await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: { expectedRefund: { amountMinor: 1, currency: 'USD' } },
      key: guestKey,
    })
    expect(wrong).toMatchObject({
      status: 409,
      body: { code: 'booking.refund_changed', refund: GUEST_TOTAL },
    })
    const cancelled = await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: { reason: 'Ill', expectedRefund: GUEST_TOTAL },
      key: guestKey,
    })
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } })
    await app.eventually('the refund', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: guestKey })
      return body.payment.status === 'refunded' && body.payment.refunded.amountMinor === 11_000
    })
  })
})

describe('a held booking on its payment page', () => {
  async function onPaymentPage() {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48)).body
    const { body } = await app.request(`/api/v1/bookings/${booking.id}/checkout`, {
      method: 'POST',
      body: {},
      key: guestKey,
    })
    return { at: `/api/v1/bookings/${booking.id}`, id: booking.id, guestKey, paymentUrl: body.paymentUrl }
  }

  it('is given up together with the page', async () => {
    const { at, guestKey, paymentUrl } = await onPaymentPage()
    const given = await app.request(`${at}/cancellation`, { method: 'POST', body: {}, key: guestKey })
    expect(given).toMatchObject({ status: 200, body: { state: 'cancelled' } })
    await expect(payWithCard(paymentUrl)).rejects.toThrow('no payment form')
  })

  it('stays payable whoever else tries to cancel it', async () => {
    const { at, id, guestKey, paymentUrl } = await onPaymentPage()
    const { cookie } = await signUp(app.url)
    for (const headers of [{ cookie }, {}]) {
      const refused = await app.request(`${at}/cancellation`, { method: 'POST', body: {}, headers })
      expect(refused).toMatchObject({ status: 404, body: { code: 'booking.not_found' } })
    }
    expect((await payWithCard(paymentUrl)).status).toBe(303)
    await bookingIn('confirmed', id, { key: guestKey })
  })
})

describe('who asks again with the same key', () => {
  it('gets the first answer to a move and to a cancellation, and nothing happens twice', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('confirmed', booking.id, { key: guestKey })
    for (const [verb, body] of [
      ['rescheduling', { startsAt: fullHourIn(72, app.now()) }],
      ['cancellation', { reason: 'Ill' }],
    ] as const) {
      const ask = () =>
        app.request(`/api/v1/bookings/${booking.id}/${verb}`, {
          method: 'POST',
          body,
          key: guestKey,
          headers: { 'idempotency-key': `once-${verb}` },
        })
      const first = await ask()
      expect(first.status).toBe(200)
      const second = await ask()
      expect(second.headers.get('idempotency-replayed')).toBe('true')
      expect({ status: second.status, body: second.body }).toEqual({
        status: first.status,
        body: first.body,
      })
    }
    const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: guestKey })
    expect(body.timeline.map((event: { transition: string }) => event.transition)).toEqual([
      'hold',
      'confirm',
      'reschedule',
      'cancel',
    ])
  })

  it('is told what else is free when the new time was taken, every time', async () => {
    const provider = await makeProvider(db)
    const taken = (await hold(provider, 72)).body.booking.startsAt
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('confirmed', booking.id, { key: guestKey })
    for (const attempt of [1, 2]) {
      const answer = await app.request(`/api/v1/bookings/${booking.id}/rescheduling`, {
        method: 'POST',
        body: { startsAt: taken },
        key: guestKey,
        headers: { 'idempotency-key': 'to-a-taken-time' },
      })
      expect({ attempt, ...answer }).toMatchObject({
        attempt,
        status: 409,
        body: { code: expect.any(String) },
      })
      expect(answer.body.alternatives.length).toBeGreaterThan(0)
    }
  })
})

describe('a customer', () => {
  it('pays no surcharge', async () => {
    const provider = await makeProvider(db)
    const { cookie } = await signUp(app.url)
    const held = await hold(provider, 48, { cookie })
    expect(held).toMatchObject({
      status: 201,
      body: { guestKey: null, booking: { isGuest: false, figures: { total: MEMBER_TOTAL } } },
    })
    await pay(held.body.booking.id, { cookie })
    await bookingIn('confirmed', held.body.booking.id, { cookie })
  })

  it('who signs in while paying takes the hold along and loses the surcharge', async () => {
    const provider = await makeProvider(db)
    const { booking, guestKey } = (await hold(provider, 48)).body
    await app.request(`/api/v1/bookings/${booking.id}/checkout`, { method: 'POST', body: {}, key: guestKey })
    const { cookie } = await signUp(app.url)
    const claimed = await app.request('/api/v1/booking-claims', {
      method: 'POST',
      body: { key: guestKey },
      headers: { cookie },
    })
    expect(claimed).toMatchObject({
      status: 201,
      body: { isGuest: false, figures: { total: MEMBER_TOTAL, guestFee: { amountMinor: 0 } } },
    })
    expect((await pay(booking.id, { cookie })).status).toBe(303)
    expect(await bookingIn('confirmed', booking.id, { cookie })).toMatchObject({
      payment: { status: 'captured' },
    })
  })

  it('cannot see, move or cancel what is somebody else’s, and learns nothing from trying', async () => {
    const provider = await makeProvider(db)
    const { booking } = (await hold(provider, 48)).body
    const { cookie } = await signUp(app.url)
    const headers = { cookie }
    const missing = await app.request(`/api/v1/bookings/00000000-0000-4000-8000-000000000000`, { headers })
    for (const [method, at, body] of [
      ['GET', '', undefined],
      ['POST', '/cancellation', {}],
      ['POST', '/rescheduling', { startsAt: fullHourIn(99, app.now()) }],
      ['POST', '/acceptance', undefined],
      ['POST', '/declination', {}],
      ['POST', '/completion', undefined],
      ['POST', '/no-show', {}],
      ['POST', '/checkout', {}],
    ] as const) {
      const answer = await app.request(`/api/v1/bookings/${booking.id}${at}`, { method, body, headers })
      expect({ at, status: answer.status, code: answer.body.code }).toEqual({
        at,
        status: 404,
        code: 'booking.not_found',
      })
      expect(answer.body.title).toBe(missing.body.title)
    }
  })
})

describe('a provider', () => {
  it('sees what is held for them of a booking that was cancelled late, alone and in the list', async () => {
    const provider = await makeProvider(db)
    const owner = await signUp(app.url, 'Olive Owner')
    await makeMember(db, provider.providerId, owner.userId)
    const { booking, guestKey } = (await hold(provider, 12)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('confirmed', booking.id, { key: guestKey })
    await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: {},
      key: guestKey,
    })
    const payout = { status: 'scheduled', amount: { amountMinor: 4_500, currency: 'USD' }, paidAt: null }
    const seen = await app.eventually('the payout', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, {
        headers: { cookie: owner.cookie },
      })
      return body.earnings?.payout && body
    })
    expect(seen.earnings.payout).toMatchObject(payout)
    // Half of the price went back: what is left adds up, the commission is on what is kept.
    const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })
    expect(seen.figures.base).toEqual(usd(10_000))
    expect(seen.earnings).toMatchObject({ refunded: usd(5_000), commission: usd(500), net: usd(4_500) })
    const list = await app.request('/api/v1/bookings?as=provider', { headers: { cookie: owner.cookie } })
    expect(list).toMatchObject({
      status: 200,
      body: { items: [{ id: booking.id, earnings: { payout } }], nextCursor: null },
    })
  })

  it('is told that a cursor is none of this list', async () => {
    const owner = await signUp(app.url, 'Olive Owner')
    const forged = Buffer.from(`2027-01-01 ${'-'.repeat(36)}`).toString('base64url')
    const answer = await app.request(`/api/v1/bookings?cursor=${forged}`, {
      headers: { cookie: owner.cookie },
    })
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'request.invalid', errors: [{ path: 'cursor' }] },
    })
  })
})

describe('request-to-book', () => {
  const service = { bookingMode: 'request' } as const

  it('reserves the money, and charges it when the provider accepts', async () => {
    const provider = await makeProvider(db, { service })
    const owner = await signUp(app.url, 'Olive Owner')
    await makeMember(db, provider.providerId, owner.userId)
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    const asked = await bookingIn('awaiting_provider', booking.id, { key: guestKey })
    expect(asked.payment.status).toBe('authorized')
    const accepted = await app.request(`/api/v1/bookings/${booking.id}/acceptance`, {
      method: 'POST',
      headers: { cookie: owner.cookie },
    })
    expect(accepted).toMatchObject({ status: 200, body: { state: 'confirmed' } })
    await app.eventually('the capture', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: guestKey })
      return body.payment.status === 'captured'
    })
  })

  it('does not begin before the card is charged, and is cancelled when it cannot be', async () => {
    const provider = await makeProvider(db, { service })
    const owner = await signUp(app.url, 'Olive Owner')
    await makeMember(db, provider.providerId, owner.userId)
    const asOwner = { headers: { cookie: owner.cookie } }
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('awaiting_provider', booking.id, { key: guestKey })
    await app.fault({ match: 'POST /v1/payment_intents/:id/capture', action: '500' })
    const write = (what: string, who: object) =>
      app.request(`/api/v1/bookings/${booking.id}/${what}`, { method: 'POST', body: {}, ...who })
    expect((await write('acceptance', asOwner)).status).toBe(200)

    app.moveTo(app.now().add({ hours: 49, minutes: 1 }))
    const { sweeps } = bookingsJobs(app.composition)
    const begin = sweeps.find(({ name }) => name === 'bookings.move-due')
    await begin?.run(app.composition.contextFor({ kind: 'system', name: 'test' }))
    await bookingIn('confirmed', booking.id, { key: guestKey })
    for (const [what, who] of [
      ['completion', asOwner],
      ['no-show', asOwner],
      ['no-show', { key: guestKey }],
    ] as const)
      expect(await write(what, who)).toMatchObject({ status: 409, body: { code: 'booking.not_paid' } })

    // The bank lets go of what it has reserved after seven days.
    app.moveTo(app.now().add({ hours: 7 * 24 }))
    await app.clearFaults()
    const ended = await bookingIn('cancelled', booking.id, { key: guestKey })
    expect(ended).toMatchObject({
      endReason: 'The card could not be charged.',
      payment: { status: 'voided' },
    })
  })

  it('releases the money when nobody answers in time', async () => {
    const provider = await makeProvider(db, { service })
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('awaiting_provider', booking.id, { key: guestKey })
    app.moveTo(app.now().add({ hours: 24, minutes: 1 }))
    await bookingIn('declined', booking.id, { key: guestKey })
    await app.eventually('the release', async () => {
      const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: guestKey })
      return body.payment.status === 'voided'
    })
  })
})

describe('money that comes late', () => {
  it('goes back in full when its slot is gone, and only then', async () => {
    const provider = await makeProvider(db, { service: { cancellationPolicy: 'non_refundable' } })
    const { booking, guestKey } = (await hold(provider, 48)).body
    await pay(booking.id, { key: guestKey })
    await bookingIn('confirmed', booking.id, { key: guestKey })
    await app.request(`/api/v1/bookings/${booking.id}/cancellation`, {
      method: 'POST',
      body: {},
      key: guestKey,
    })
    // The news of the payment once more, as after a crash of the worker: the policy has decided already.
    await confirmPaidBooking(app.composition.contextFor({ kind: 'system', name: 'test' }), booking.id)
    const { body } = await app.request(`/api/v1/bookings/${booking.id}`, { key: guestKey })
    expect(body).toMatchObject({
      state: 'cancelled',
      payment: { status: 'captured', refunded: { amountMinor: 0 } },
    })
  })
})
