// What support may do with somebody's booking: everything but giving more money back than the policy does.
import { beforeAll, describe, expect, it } from 'vitest'
import { startTestApp } from '#tests/support/app.ts'
import { fullHourIn, makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'
import { payWithCard } from '#tests/support/pay.ts'

const app = await startTestApp()
const { db } = app.database
const TOTAL = { amountMinor: 11_000, currency: 'USD' }
const HALF = { amountMinor: 5_500, currency: 'USD' }
const NOTHING = { amountMinor: 0, currency: 'USD' }

const cookies: Record<'support' | 'finance', string> = { support: '', finance: '' }
beforeAll(async () => {
  for (const role of ['support', 'finance'] as const) {
    const { userId, cookie } = await signUp(app.url)
    await makeOperator(db, userId, role)
    cookies[role] = cookie
  }
})

async function paid(cancellationPolicy: 'flexible' | 'non_refundable', hours = 48): Promise<string> {
  const { serviceId } = await makeProvider(db, { service: { cancellationPolicy } })
  const { body } = await app.request('/api/v1/bookings', {
    method: 'POST',
    body: {
      serviceId,
      startsAt: fullHourIn(hours, app.now()),
      expectedTotal: TOTAL,
      guest: { name: 'Gail Guest', email: 'gail@example.test' },
    },
  })
  const path = `/api/v1/bookings/${body.booking.id}`
  const key = body.guestKey
  const page = await app.request(`${path}/checkout`, { method: 'POST', body: {}, key })
  expect((await payWithCard(page.body.paymentUrl)).status).toBe(303)
  await app.eventually(
    'the booking is confirmed',
    async () => (await app.request(path, { key })).body.state === 'confirmed',
  )
  return path
}

const as = (role: keyof typeof cookies, path: string, body?: unknown) =>
  app.request(path, {
    headers: { cookie: cookies[role] },
    ...(body === undefined ? {} : { method: 'POST', body }),
  })

describe('support', () => {
  it('refunds nothing by hand, and by cancelling what the policy says: what the button showed', async () => {
    const path = await paid('non_refundable')
    const byHand = { amount: { amountMinor: 100, currency: 'USD' }, reason: 'asked' }
    expect(await as('support', `${path}/refunds`, byHand)).toMatchObject({
      status: 403,
      body: { code: 'auth.not_allowed' },
    })
    expect((await as('support', path)).body.cancelRefund).toEqual(NOTHING)
    expect(await as('support', `${path}/cancellation`, { reason: 'asked' })).toMatchObject({
      status: 200,
      body: { state: 'cancelled', refunds: [] },
    })
  })

  it('does not buy back by moving what time has reduced', async () => {
    const path = await paid('flexible', 12)
    const moved = await as('support', `${path}/rescheduling`, { startsAt: fullHourIn(72, app.now()) })
    expect(moved).toMatchObject({ status: 200, body: { cancelRefund: HALF } })
  })

  it('reports an absent customer, and not an absent provider, for whom everything would go back', async () => {
    const path = await paid('flexible')
    app.moveTo(app.now().add({ hours: 49 }))
    expect((await as('support', path)).body.actions).toMatchObject({
      reportNoShow: true,
      reportAbsentProvider: false,
    })
    const provider = await as('support', `${path}/no-show`, { absent: 'provider', reason: 'they called' })
    expect(provider).toMatchObject({ status: 403, body: { code: 'auth.not_allowed' } })
    const customer = await as('support', `${path}/no-show`, { absent: 'customer', reason: 'they called' })
    expect(customer).toMatchObject({ status: 200, body: { state: 'no_show', refunds: [] } })
  })
})

describe('finance', () => {
  it('gives everything back by cancelling, whatever the policy says', async () => {
    const path = await paid('non_refundable')
    expect((await as('finance', path)).body.cancelRefund).toEqual(TOTAL)
    expect(await as('finance', `${path}/cancellation`, { reason: 'asked' })).toMatchObject({
      status: 200,
      body: { refunds: [{ amount: TOTAL }] },
    })
  })

  it('reports an absent provider', async () => {
    const path = await paid('non_refundable')
    app.moveTo(app.now().add({ hours: 49 }))
    expect((await as('finance', path)).body.actions).toMatchObject({ reportAbsentProvider: true })
    expect(await as('finance', `${path}/no-show`, { absent: 'provider', reason: 'seen' })).toMatchObject({
      status: 200,
      body: { state: 'no_show', refunds: [{ amount: TOTAL }] },
    })
  })
})
