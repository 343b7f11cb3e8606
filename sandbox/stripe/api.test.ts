import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  clientFor,
  paid,
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

describe('keys', () => {
  test('a test key or restricted test key opens, others get 401', async () => {
    await expect(clientFor(sandbox.port, 'rk_test_abc').balance.retrieve()).resolves.toMatchObject({
      object: 'balance',
    })
    for (const key of ['sk_live_abc', 'nonsense', 'pk_test_abc']) {
      const refusal = await refusalOf(clientFor(sandbox.port, key).balance.retrieve())
      expect(refusal).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
    }
  })

  test('another account needs to be one of ours', async () => {
    const refusal = await refusalOf(stripe.balance.retrieve({}, { stripeAccount: 'acct_nobody' }))
    expect(refusal).toMatchObject({ statusCode: 403, code: 'account_invalid' })
  })
})

describe('refusals', () => {
  test('an unknown object is 404 in the path and 400 in a parameter', async () => {
    expect(await refusalOf(stripe.charges.retrieve('ch_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such charge: 'ch_none'",
    })
    expect(await refusalOf(stripe.refunds.create({ charge: 'ch_none' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'charge',
    })
  })

  test('unknown parameters are refused at every level', async () => {
    const call = (body: string) =>
      fetch(`${sandbox.url}/v1/checkout/sessions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk_test_x', 'content-type': 'application/x-www-form-urlencoded' },
        body,
      }).then((response) => response.json())
    expect(await call('nonsense=1')).toMatchObject({
      error: { code: 'parameter_unknown', param: 'nonsense' },
    })
    expect(await call('mode=payment&line_items[0][price_data][prize]=1')).toMatchObject({
      error: { code: 'parameter_unknown', param: 'line_items[0][price_data][prize]' },
    })
    expect(await call('mode=payment')).toMatchObject({
      error: { code: 'parameter_missing', param: 'line_items' },
    })
  })

  test('amounts obey minimums and decimals of their currency', async () => {
    const pay = (amount: number, currency: string) =>
      refusalOf(stripe.paymentIntents.create({ amount, currency }))
    expect(await pay(49, 'usd')).toMatchObject({ code: 'amount_too_small', param: 'amount' })
    expect(await pay(49, 'jpy')).toMatchObject({ code: 'amount_too_small' })
    expect(await pay(1001, 'kwd')).toMatchObject({ param: 'amount' })
    expect(await pay(100_000_000, 'usd')).toMatchObject({ code: 'amount_too_large' })
    expect(await pay(1000, 'xyz')).toMatchObject({ param: 'currency', message: 'Invalid currency: xyz' })
    expect(await stripe.paymentIntents.create({ amount: 1500, currency: 'kwd' })).toMatchObject({
      amount: 1500,
    })
  })

  test('a declined card answers 402 and leaves the failed payment behind', async () => {
    const refusal = await refusalOf(
      stripe.paymentIntents.create({
        amount: 5000,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_visa_chargeDeclined',
      }),
    )
    expect(refusal).toBeInstanceOf(Stripe.errors.StripeCardError)
    expect(refusal).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' })
    const left = await stripe.paymentIntents.retrieve(refusal.payment_intent?.id ?? '', {
      expand: ['latest_charge'],
    })
    expect(left).toMatchObject({ status: 'requires_payment_method', latest_charge: { status: 'failed' } })
  })

  test('an unknown address is 404 with a request id', async () => {
    const response = await fetch(`${sandbox.url}/v1/nothing`, {
      headers: { authorization: 'Bearer sk_test_x' },
    })
    expect(response.status).toBe(404)
    expect(response.headers.get('request-id')).toMatch(/^req_/)
    expect(response.headers.get('stripe-version')).toBe('2026-10-28.endive')
  })
})

describe('metadata', () => {
  test('keys are added, replaced, removed one by one and all at once', async () => {
    const { id } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      metadata: { a: '1', b: '2' },
    })
    expect((await stripe.paymentIntents.update(id, { metadata: { a: '', c: '3' } })).metadata).toEqual({
      b: '2',
      c: '3',
    })
    expect((await stripe.paymentIntents.update(id, { metadata: '' })).metadata).toEqual({})
  })

  test('too long keys and values are refused', async () => {
    const create = (metadata: Record<string, string>) =>
      refusalOf(stripe.paymentIntents.create({ amount: 1000, currency: 'usd', metadata }))
    expect((await create({ ['k'.repeat(41)]: 'v' })).statusCode).toBe(400)
    expect((await create({ k: 'v'.repeat(501) })).statusCode).toBe(400)
  })
})

describe('lists', () => {
  test('pages go forward and back, and auto-paging sees each once', async () => {
    const group = 'pages'
    for (let index = 0; index < 7; index += 1) {
      await stripe.paymentIntents.create({
        amount: 1000 + index,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_visa',
        transfer_group: group,
      })
    }
    const first = await stripe.charges.list({ transfer_group: group, limit: 3 })
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/charges' })
    expect(first.data.map((charge) => charge.amount)).toEqual([1006, 1005, 1004])
    const second = await stripe.charges.list({
      transfer_group: group,
      limit: 3,
      starting_after: first.data[2]?.id ?? '',
    })
    expect(second.data.map((charge) => charge.amount)).toEqual([1003, 1002, 1001])
    const back = await stripe.charges.list({
      transfer_group: group,
      limit: 3,
      ending_before: second.data[0]?.id ?? '',
    })
    expect(back.data.map((charge) => charge.id)).toEqual(first.data.map((charge) => charge.id))
    const all = await stripe.charges
      .list({ transfer_group: group, limit: 2 })
      .autoPagingToArray({ limit: 100 })
    expect(all.map((charge) => charge.amount)).toEqual([1006, 1005, 1004, 1003, 1002, 1001, 1000])
  })

  test('limits and cursors outside their range are refused', async () => {
    for (const limit of [0, 101])
      expect((await refusalOf(stripe.charges.list({ limit }))).param).toBe('limit')
    expect((await refusalOf(stripe.charges.list({ starting_after: 'ch_none' }))).param).toBe('starting_after')
  })

  test('balance transactions are found by type, source and time', async () => {
    const charge = await paid(stripe)
    const { data } = await stripe.balanceTransactions.list({ source: charge.id })
    expect(data).toMatchObject([{ type: 'charge', amount: 10_000, fee: 320, net: 9680, source: charge.id }])
    const later = await stripe.balanceTransactions.list({
      type: 'charge',
      created: { gt: charge.created + 60 },
    })
    expect(later.data).toEqual([])
  })
})

describe('expand', () => {
  test('reaches through objects, lists and the parts left out by default', async () => {
    const charge = await paid(stripe)
    await stripe.refunds.create({ charge: charge.id, amount: 100 })
    const { data } = await stripe.charges.list({
      payment_intent: String(charge.payment_intent),
      expand: ['data.balance_transaction', 'data.payment_intent.latest_charge', 'data.refunds'],
    })
    expect(data[0]).toMatchObject({
      balance_transaction: { object: 'balance_transaction' },
      payment_intent: { latest_charge: { id: charge.id } },
      refunds: { object: 'list', data: [{ amount: 100 }] },
    })
    const session = await stripe.checkout.sessions.create({ ...sessionParams(), expand: ['line_items'] })
    expect(session.line_items?.data).toMatchObject([{ amount_total: 10_000, description: 'Massage' }])
  })

  test('what cannot be expanded is refused', async () => {
    const { id } = await paid(stripe)
    expect((await refusalOf(stripe.charges.retrieve(id, { expand: ['amount_x'] }))).message).toContain(
      'cannot be expanded',
    )
    expect((await refusalOf(stripe.charges.retrieve(id, { expand: ['currency'] }))).statusCode).toBe(400)
  })
})

describe('idempotency', () => {
  const create = (amount: number, idempotencyKey: string) =>
    stripe.paymentIntents.create({ amount, currency: 'usd' }, { idempotencyKey })

  test('the same key gives the same answer and does nothing twice', async () => {
    const first = await create(1000, 'same')
    const again = await create(1000, 'same')
    expect(again.id).toBe(first.id)
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect(again.lastResponse.requestId).toBe(first.lastResponse.requestId)
  })

  test('the same key with other parameters or at another address is refused', async () => {
    await create(1000, 'bound')
    expect(await refusalOf(create(1001, 'bound'))).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    const elsewhere = await refusalOf(stripe.customers.create({}, { idempotencyKey: 'bound' }))
    expect(elsewhere.message).toContain("('/v1/customers' vs '/v1/payment_intents')")
  })

  test('a refusal after execution began is replayed; a parameter error is not stored', async () => {
    const charge = await paid(stripe)
    const refund = (amount: number) =>
      stripe.refunds.create({ charge: charge.id, amount }, { idempotencyKey: 'too-much' })
    const first = await refusalOf(refund(20_000))
    expect((await refusalOf(refund(20_000))).requestId).toBe(first.requestId)
    const create0 = (amount: number) =>
      stripe.paymentIntents.create({ amount, currency: 'usd' }, { idempotencyKey: 'typo' })
    await refusalOf(create0(-1))
    await expect(create0(1000)).resolves.toMatchObject({ amount: 1000 })
  })

  test('64 calls at once with one key make one object', async () => {
    const answers = await Promise.all(Array.from({ length: 64 }, () => create(2000, 'crowd')))
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1)
  })

  test('keys are forgotten after a day of sandbox time', async () => {
    const clocked = await startTestSandbox()
    const ask = () => clocked.stripe.customers.create({}, { idempotencyKey: 'old' })
    const first = await ask()
    clocked.advance(86_300)
    expect((await ask()).id).toBe(first.id)
    clocked.advance(200)
    await expect.poll(async () => (await ask()).id).not.toBe(first.id)
    await clocked.close()
  })
})
