import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  payByForm,
  postForm,
  refusalOf,
  sessionParams,
  startTestSandbox,
  type TestSandbox,
} from './testing/sandbox.ts'

let sandbox: TestSandbox
let stripe: Stripe
beforeAll(async () => {
  sandbox = await startTestSandbox()
  stripe = sandbox.stripe
})
afterAll(() => sandbox.close())

async function open(more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const session = await stripe.checkout.sessions.create(sessionParams(10_000, more))
  return { id: session.id, url: session.url ?? '' }
}

async function typesAbout(id: string): Promise<string[]> {
  const { data } = await stripe.events.list({ limit: 100 })
  const about = data.filter((event) => {
    const object = event.data.object as { id?: string; payment_intent?: unknown }
    return object.id === id || object.payment_intent === id
  })
  return about.map((event) => event.type).reverse()
}

describe('the hosted page', () => {
  test('a good card pays and returns to the shop', async () => {
    const { id, url } = await open({
      client_reference_id: 'booking-1',
      payment_intent_data: { metadata: { booking_id: 'booking-1' }, transfer_group: 'booking-1' },
    })
    const page = await (await fetch(url)).text()
    expect(page).toContain('$100.00')
    expect(page).toContain('Massage')
    const answer = await payByForm(url, '4242 4242 4242 4242')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`http://app.test/done?session=${id}`)
    const session = await stripe.checkout.sessions.retrieve(id, {
      expand: ['payment_intent.latest_charge.balance_transaction'],
    })
    expect(session).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      client_reference_id: 'booking-1',
      customer_details: { email: 'kim@example.com', name: 'Kim' },
      payment_intent: {
        status: 'succeeded',
        amount_received: 10_000,
        metadata: { booking_id: 'booking-1' },
        transfer_group: 'booking-1',
        latest_charge: { paid: true, balance_transaction: { amount: 10_000, fee: 320, status: 'pending' } },
      },
    })
    const intent = session.payment_intent as Stripe.PaymentIntent
    expect(await typesAbout(intent.id)).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ])
    expect((await payByForm(url, '4242 4242 4242 4242')).headers.get('location')).toBe(
      `http://app.test/done?session=${id}`,
    )
    expect((await stripe.charges.list({ payment_intent: intent.id })).data).toHaveLength(1)
  })

  test('a declined card comes back beside its field with everything kept, and another card then pays', async () => {
    const { id, url } = await open()
    const declined = await payByForm(url, '4000 0000 0000 9995', { name: 'Kim <b>' })
    const page = await declined.text()
    expect(declined.status).toBe(402)
    expect(page).toContain('Your card has insufficient funds.')
    expect(page).toContain('value="Kim &lt;b&gt;"')
    expect(page).toContain('value="4000 0000 0000 9995"')
    expect((await payByForm(url, '4242424242424242')).status).toBe(303)
    const session = await stripe.checkout.sessions.retrieve(id)
    expect(await typesAbout(String(session.payment_intent))).toContain('payment_intent.payment_failed')
    expect((await stripe.charges.list({ payment_intent: String(session.payment_intent) })).data).toHaveLength(
      2,
    )
  })

  test('a test card button fills the form without paying, without script', async () => {
    const { id, url } = await open()
    const page = await (await payByForm(url, '4242424242424242', { card: '4000000000003220' })).text()
    expect(page).toContain('value="4000 0000 0000 3220"')
    expect((await stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull()
  })

  test.each([
    [{ number: '4111111111111112' }, 'This is not a test card'],
    [{ expiry: '01/20' }, 'in the past'],
    [{ expiry: '13/40' }, 'incomplete'],
    [{ cvc: 'x' }, 'security code'],
    [{ email: 'nobody' }, 'Enter an email address'],
  ])('wrong input %j is said beside its field', async (fields, message) => {
    const { id, url } = await open()
    const answer = await payByForm(url, '4242424242424242', fields)
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain(message)
    expect((await stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull()
  })

  test('3-D Secure: completing pays, failing declines and may be tried again', async () => {
    const { id, url } = await open()
    const challenged = await payByForm(url, '4000002500003155')
    expect(challenged.headers.get('location')).toBe(`/c/pay/${id}/authenticate`)
    const challenge = `${url}/authenticate`
    expect(await (await fetch(challenge)).text()).toContain('Complete authentication')
    const failed = await postForm(challenge, { answer: 'fail' })
    expect(failed.headers.get('location')).toBe(`/c/pay/${id}?failed=1`)
    expect(await (await fetch(`${url}?failed=1`)).text()).toContain('unable to authenticate')
    await payByForm(url, '4000000000003220')
    expect((await postForm(challenge, { answer: 'complete' })).headers.get('location')).toContain(
      'http://app.test/done',
    )
    const session = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
    expect(session).toMatchObject({
      payment_status: 'paid',
      payment_intent: {
        latest_charge: { payment_method_details: { card: { three_d_secure: { result: 'authenticated' } } } },
      },
    })
  })

  test('3-D Secure may be completed and the bank still declines', async () => {
    const { id, url } = await open()
    await payByForm(url, '4000008400001629')
    const answer = await postForm(`${url}/authenticate`, { answer: 'complete' })
    expect(answer.headers.get('location')).toBe(`/c/pay/${id}?failed=1`)
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open')
  })
})

describe('manual capture', () => {
  async function held() {
    const { id, url } = await open({ payment_intent_data: { capture_method: 'manual' } })
    await payByForm(url, '4242424242424242')
    const session = await stripe.checkout.sessions.retrieve(id)
    return { id, intent: String(session.payment_intent), session }
  }

  test('holds, then captures; the session is unpaid until then', async () => {
    const { id, intent, session } = await held()
    expect(session).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
    expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 10_000,
    })
    expect(await typesAbout(intent)).toContain('payment_intent.amount_capturable_updated')
    expect(await stripe.paymentIntents.capture(intent)).toMatchObject({
      status: 'succeeded',
      amount_received: 10_000,
    })
    expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid')
    expect((await refusalOf(stripe.paymentIntents.capture(intent))).code).toBe(
      'payment_intent_unexpected_state',
    )
  })

  test('captures a part and gives the rest of the hold back', async () => {
    const { intent } = await held()
    expect((await refusalOf(stripe.paymentIntents.capture(intent, { amount_to_capture: 10_001 }))).code).toBe(
      'amount_too_large',
    )
    const captured = await stripe.paymentIntents.capture(intent, {
      amount_to_capture: 6000,
      expand: ['latest_charge.balance_transaction'],
    })
    expect(captured).toMatchObject({
      amount_received: 6000,
      latest_charge: { amount_captured: 6000, balance_transaction: { amount: 6000, fee: 204 } },
    })
    expect(await refusalOf(stripe.refunds.create({ payment_intent: intent, amount: 6001 }))).toMatchObject({
      param: 'amount',
    })
  })

  test('canceling voids the hold and no money moves', async () => {
    const { intent } = await held()
    const canceled = await stripe.paymentIntents.cancel(intent, {
      cancellation_reason: 'requested_by_customer',
    })
    expect(canceled).toMatchObject({ status: 'canceled', amount_received: 0 })
    expect((await stripe.balanceTransactions.list({ source: String(canceled.latest_charge) })).data).toEqual(
      [],
    )
    expect((await refusalOf(stripe.refunds.create({ payment_intent: intent }))).statusCode).toBe(400)
    expect((await refusalOf(stripe.paymentIntents.cancel(intent))).code).toBe(
      'payment_intent_unexpected_state',
    )
  })

  test('a hold nobody captures is given back after seven days', async () => {
    const clocked = await startTestSandbox()
    const intent = await clocked.stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
    })
    clocked.advance(7 * 86_400)
    await expect
      .poll(async () => (await clocked.stripe.paymentIntents.retrieve(intent.id)).status)
      .toBe('canceled')
    expect((await clocked.stripe.events.list({ type: 'charge.expired' })).data).toHaveLength(1)
    await clocked.close()
  })
})

describe('expiry', () => {
  test('a session lives between 30 minutes and 24 hours', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const expires_at of [now + 60, now + 90_000]) {
      expect(
        (await refusalOf(stripe.checkout.sessions.create(sessionParams(10_000, { expires_at })))).param,
      ).toBe('expires_at')
    }
  })

  test('an expired session cannot be paid and says so', async () => {
    const { id, url } = await open()
    expect((await stripe.checkout.sessions.expire(id)).status).toBe('expired')
    const answer = await payByForm(url, '4242424242424242')
    expect(answer.status).toBe(410)
    expect(await answer.text()).toContain('expired')
    expect((await stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull()
    expect((await refusalOf(stripe.checkout.sessions.expire(id))).statusCode).toBe(400)
    expect(await typesAbout(id)).toEqual(['checkout.session.expired'])
  })

  test('time expires a session, even one in the middle of a challenge', async () => {
    const clocked = await startTestSandbox()
    const session = await clocked.stripe.checkout.sessions.create(sessionParams())
    await payByForm(session.url ?? '', '4000000000003220')
    clocked.advance(24 * 3600)
    await expect
      .poll(async () => (await clocked.stripe.checkout.sessions.retrieve(session.id)).status)
      .toBe('expired')
    await postForm(`${session.url}/authenticate`, { answer: 'complete' })
    const { payment_intent: intent } = await clocked.stripe.checkout.sessions.retrieve(session.id)
    expect(await clocked.stripe.paymentIntents.retrieve(String(intent))).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'expired',
      latest_charge: null,
    })
    await clocked.close()
  })

  test('of paying and expiring at once exactly one happens', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id, url } = await open()
      const expire = () =>
        stripe.checkout.sessions.expire(id).then(
          () => true,
          () => false,
        )
      const pay = () => payByForm(url, '4242424242424242').then((answer) => answer.status === 303)
      const [first, second] = await Promise.all(round % 2 ? [expire(), pay()] : [pay(), expire()])
      expect([first, second].filter(Boolean)).toHaveLength(1)
      const session = await stripe.checkout.sessions.retrieve(id)
      expect(session.status === 'complete').toBe(session.payment_status === 'paid')
    }
  })
})
