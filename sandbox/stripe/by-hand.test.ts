import type Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  byHand,
  paid,
  pass,
  postForm,
  readyAccount,
  refusalOf,
  startHeardSandbox,
  type HeardSandbox,
  type Receiver,
} from './testing/sandbox.ts'

const DAY = 86_400
let platform: Receiver
let connect: Receiver
let sandbox: HeardSandbox
let stripe: Stripe
beforeEach(async () => {
  sandbox = await startHeardSandbox()
  ;({ stripe, platform, connect } = sandbox)
})
afterEach(() => sandbox.close())

const press = (object: string, action: string, fields?: Record<string, string>) =>
  byHand(sandbox.url, object, action, fields)
const usd = async (account?: string) => {
  const balance = await stripe.balance.retrieve({}, account ? { stripeAccount: account } : undefined)
  const at = (rows: { amount: number; currency: string }[]) =>
    rows.find(({ currency }) => currency === 'usd')?.amount ?? 0
  return { available: at(balance.available), pending: at(balance.pending) }
}
const heard = (receiver: Receiver, type: string) => receiver.events.filter((event) => event.type === type)

/** An account that has been sent 90.00 of a charge of 100.00, still pending on both sides. */
async function sent(): Promise<{ account: string; charge: Stripe.Charge; transfer: Stripe.Transfer }> {
  const { id: account } = await readyAccount(stripe)
  const charge = await paid(stripe)
  const transfer = await stripe.transfers.create({
    amount: 9000,
    currency: 'usd',
    destination: account,
    source_transaction: charge.id,
  })
  return { account, charge, transfer }
}

async function paidOut(): Promise<{
  account: string
  charge: Stripe.Charge
  transfer: Stripe.Transfer
  payout: string
}> {
  const all = await sent()
  await press(all.account, 'settle')
  const [payout] = (await stripe.payouts.list({}, { stripeAccount: all.account })).data
  return { ...all, payout: payout?.id ?? '' }
}

describe('a bank payout', () => {
  test('takes all that an account has, so that a transfer to it cannot be reversed', async () => {
    const { account, transfer } = await paidOut()
    expect(await usd(account)).toEqual({ available: 0, pending: 0 })
    expect(await refusalOf(stripe.transfers.createReversal(transfer.id))).toMatchObject({
      statusCode: 400,
      code: 'balance_insufficient',
    })
    expect((await stripe.transfers.retrieve(transfer.id)).amount_reversed).toBe(0)
    expect(await press(transfer.id, 'reverse')).toContain('too low')
  })

  test('that the bank refuses brings the money back, says why, and distrusts the bank account', async () => {
    const { account, payout } = await paidOut()
    expect(await press(payout, 'fail', { reason: 'account_closed' })).toBe(payout)
    expect(await usd(account)).toEqual({ available: 9000, pending: 0 })
    await expect.poll(() => heard(connect, 'payout.failed')).toHaveLength(1)
    expect(heard(connect, 'payout.failed')[0]).toMatchObject({
      account,
      data: { object: { id: payout, status: 'failed', failure_code: 'account_closed' } },
    })
    const failed = await stripe.payouts.retrieve(
      payout,
      { expand: ['failure_balance_transaction'] },
      { stripeAccount: account },
    )
    expect(failed).toMatchObject({
      failure_message: 'The bank account has been closed.',
      failure_balance_transaction: { amount: 9000, type: 'payout_failure' },
    })
    const banks = (await stripe.accounts.retrieve(account)).external_accounts?.data
    expect(banks).toMatchObject([{ status: 'errored' }])
    expect(await press(payout, 'fail')).toContain('over already')
  })

  test('to a distrusted bank account is not tried again until another one is given', async () => {
    const { account, payout } = await paidOut()
    await press(payout, 'fail')
    const payouts = async () => (await stripe.payouts.list({}, { stripeAccount: account })).data.length
    const more = async () => {
      const charge = await paid(stripe, 1000)
      await stripe.transfers.create({
        amount: 500,
        currency: 'usd',
        destination: account,
        source_transaction: charge.id,
      })
      await press(account, 'settle')
    }
    await more()
    expect(await payouts()).toBe(1)
    await stripe.accounts.update(account, { external_account: 'btok_us_verified' })
    await more()
    expect(await payouts()).toBe(2)
    expect(await usd(account)).toEqual({ available: 0, pending: 0 })
  })

  test('arrives when the operator says so, and may still come back afterwards', async () => {
    const { account, payout } = await paidOut()
    await press(payout, 'pay')
    await expect.poll(() => heard(connect, 'payout.paid')).toHaveLength(1)
    expect(await press(payout, 'pay')).toContain('over already')
    await press(payout, 'fail', { reason: 'no_account' })
    expect(await usd(account)).toEqual({ available: 9000, pending: 0 })
    expect(await press(payout, 'fail', { reason: 'bad_mood' })).not.toBe(payout)
  })

  test('by hand takes what is available and is refused when that is nothing', async () => {
    const { id: account } = await readyAccount(stripe)
    expect(await press(account, 'pay-out')).toContain('nothing available')
    await press('platform', 'top-up', { amount: '50' })
    await press(account, 'transfer', { amount: '20.00' })
    const payout = await press(account, 'pay-out')
    expect(await stripe.payouts.retrieve(payout, {}, { stripeAccount: account })).toMatchObject({
      amount: 2000,
    })
  })
})

describe('the money of the platform', () => {
  test('a top-up is available at once and the platform hears of it', async () => {
    const topup = await press('platform', 'top-up', { amount: '250.00', currency: 'usd' })
    expect(await usd()).toEqual({ available: 25_000, pending: 0 })
    expect(await stripe.topups.retrieve(topup, { expand: ['balance_transaction'] })).toMatchObject({
      status: 'succeeded',
      balance_transaction: { amount: 25_000, fee: 0, type: 'topup', source: topup },
    })
    await expect.poll(() => heard(platform, 'topup.succeeded')).toHaveLength(1)
    expect(await press('platform', 'top-up')).toContain('How much')
  })

  test('a transfer by hand leaves the balance, and one above it is refused as by the API', async () => {
    const { id: destination } = await readyAccount(stripe)
    await press('platform', 'top-up', { amount: '30' })
    const transfer = await press(destination, 'transfer', { amount: '20.00' })
    expect(await stripe.transfers.retrieve(transfer)).toMatchObject({
      amount: 2000,
      destination,
      source_transaction: null,
    })
    await expect.poll(() => heard(platform, 'transfer.created')).toHaveLength(1)
    expect(await press(destination, 'transfer', { amount: '20.00' })).toContain('insufficient')
    expect(await usd()).toEqual({ available: 1000, pending: 0 })
  })

  test('drained, it refuses transfers that no charge stands behind, until it is topped up', async () => {
    const { id: destination } = await readyAccount(stripe)
    const charge = await paid(stripe)
    await press('platform', 'settle')
    await press('platform', 'drain')
    expect(await usd()).toEqual({ available: 0, pending: 0 })
    const send = () => stripe.transfers.create({ amount: 9000, currency: 'usd', destination })
    expect(await refusalOf(send())).toMatchObject({ statusCode: 400, code: 'balance_insufficient' })
    await expect(
      stripe.transfers.create({ amount: 100, currency: 'usd', destination, source_transaction: charge.id }),
    ).resolves.toMatchObject({ amount: 100 })
    await press('platform', 'top-up', { amount: '100' })
    await expect(send()).resolves.toMatchObject({ amount: 9000 })
  })

  test('the platform is shown and acted upon under its own id too', async () => {
    const { id } = await stripe.accounts.retrieveCurrent()
    await press(id, 'top-up', { amount: '1' })
    expect(await (await fetch(`${sandbox.url}/objects/${id}`)).text()).toContain('$1.00 available')
    expect(await press(id, 'restrict')).toBe('The platform has no action restrict.')
  })
})

describe('refunds that the balance does not cover', () => {
  test('leave it negative while the bank of the platform can be debited', async () => {
    const charge = await paid(stripe)
    await press('platform', 'settle')
    expect(await stripe.refunds.create({ charge: charge.id })).toMatchObject({ status: 'succeeded' })
    expect(await usd()).toEqual({ available: -320, pending: 0 })
  })

  test('wait for a top-up once the bank refuses, and nothing moves until then', async () => {
    const charge = await paid(stripe)
    await press('platform', 'settle')
    await press('platform', 'drain')
    const refund = await stripe.refunds.create({ charge: charge.id })
    expect(refund).toMatchObject({
      status: 'pending',
      pending_reason: 'insufficient_funds',
      balance_transaction: null,
    })
    expect(await usd()).toEqual({ available: 0, pending: 0 })
    expect((await stripe.charges.retrieve(charge.id)).amount_refunded).toBe(10_000)
    expect(await press(refund.id, 'succeed')).toContain('waits for money')
    await press('platform', 'top-up', { amount: '99.99' })
    await pass(sandbox, 60)
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('pending')
    await press('platform', 'top-up', { amount: '0.01' })
    sandbox.advance(2)
    await expect.poll(async () => (await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded')
    expect(await usd()).toEqual({ available: 0, pending: 0 })
    await expect.poll(() => heard(platform, 'refund.updated')).toHaveLength(1)
  })

  test('go out when the bank may be debited again', async () => {
    const charge = await paid(stripe)
    await press('platform', 'drain')
    const refund = await stripe.refunds.create({ charge: charge.id, amount: 2000 })
    expect(refund.status).toBe('pending')
    await press('platform', 'allow-debits')
    sandbox.advance(2)
    await expect.poll(async () => (await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded')
  })

  test('can be canceled or can fail, and bring back nothing because nothing left', async () => {
    const charge = await paid(stripe)
    await press('platform', 'drain')
    const before = await usd()
    const first = await stripe.refunds.create({ charge: charge.id, amount: 2000 })
    const second = await stripe.refunds.create({ charge: charge.id, amount: 3000 })
    expect(await stripe.refunds.cancel(first.id)).toMatchObject({ status: 'canceled' })
    await press(second.id, 'fail', { reason: 'insufficient_funds' })
    const failed = await stripe.refunds.retrieve(second.id)
    expect(failed).toMatchObject({ status: 'failed', failure_reason: 'insufficient_funds' })
    expect(failed.failure_balance_transaction).toBeUndefined()
    expect((await stripe.charges.retrieve(charge.id)).amount_refunded).toBe(0)
    expect(await usd()).toEqual(before)
  })

  test('fail when their charge is disputed meanwhile', async () => {
    const charge = await paid(stripe)
    await press('platform', 'drain')
    const refund = await stripe.refunds.create({ charge: charge.id })
    await press(charge.id, 'dispute')
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'charge_for_pending_refund_disputed',
    })
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 0, disputed: true })
  })
})

test('a refund that succeeded fails by hand, days later, and its money is back', async () => {
  const charge = await paid(stripe)
  const before = await usd()
  const refund = await press(charge.id, 'refund', { amount: '40' })
  await pass(sandbox, 5 * DAY)
  expect(await press(refund, 'fail', { reason: 'expired_or_canceled_card' })).toBe(refund)
  expect(await stripe.refunds.retrieve(refund)).toMatchObject({ status: 'failed', amount: 4000 })
  expect((await usd()).available + (await usd()).pending).toBe(before.available + before.pending)
  await expect.poll(() => heard(platform, 'refund.failed')).toHaveLength(1)
  expect(await press(refund, 'fail')).toContain('over already')
})

describe('capabilities', () => {
  test('one that is lost stops what it allows, is told on the Connect endpoint, and comes back', async () => {
    const { id } = await readyAccount(stripe)
    await press(id, 'lose-capability')
    expect(await stripe.accounts.retrieve(id)).toMatchObject({
      payouts_enabled: true,
      capabilities: { transfers: 'inactive' },
    })
    const charge = await paid(stripe)
    const send = () =>
      stripe.transfers.create({
        amount: 100,
        currency: 'usd',
        destination: id,
        source_transaction: charge.id,
      })
    expect((await refusalOf(send())).code).toBe('insufficient_capabilities_for_transfer')
    await expect.poll(() => heard(connect, 'account.updated')).toHaveLength(1)
    expect(heard(connect, 'capability.updated')[0]).toMatchObject({
      account: id,
      data: { object: { id: 'transfers', status: 'inactive' } },
    })
    await press(id, 'regain-capability')
    await expect(send()).resolves.toMatchObject({ amount: 100 })
    expect(await press(id, 'lose-capability', { capability: 'card_payments' })).toContain('never asked')
  })
})

describe('actions', () => {
  test('that are refused say why, as a page or for a program, and change nothing', async () => {
    const charge = await paid(stripe)
    expect(await press(charge.id, 'refund', { amount: '100.01' })).toContain('greater than charge amount')
    const page = await postForm(`${sandbox.url}/objects/${charge.id}/refund`, { amount: 'much' })
    expect(page.status).toBe(422)
    expect(await page.text()).toContain('is not an amount')
    expect(await press(charge.id, 'constructor')).toBe('A charge has no action constructor.')
    expect((await stripe.charges.retrieve(charge.id)).amount_refunded).toBe(0)
  })

  test('that a page shows can be pressed, and do something or say why not', async () => {
    const { account, charge, transfer } = await sent()
    const answers: Record<string, number> = {}
    for (const id of ['platform', account, charge.id, transfer.id]) {
      const page = await (await fetch(`${sandbox.url}/objects/${id}`)).text()
      for (const [, path = ''] of page.matchAll(/action="(\/objects\/[^"]+)"/g)) {
        const { status } = await postForm(`${sandbox.url}${path}`, { amount: '1.00' })
        answers[path.split('/').at(-1) ?? ''] = status
      }
    }
    expect(Object.keys(answers)).toEqual(
      expect.arrayContaining([
        'top-up',
        'drain',
        'settle',
        'restrict',
        'refund',
        'dispute',
        'warn',
        'reverse',
      ]),
    )
    expect(Object.entries(answers).filter(([, status]) => status !== 303 && status !== 422)).toEqual([])
  })
})

test('after every action the balances are still the sums of their transactions', async () => {
  const { account, charge, payout } = await paidOut()
  await press(payout, 'fail')
  await press('platform', 'top-up', { amount: '5' })
  await press('platform', 'drain')
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 3000 })
  await press(charge.id, 'dispute', { amount: '50' })
  await press(account, 'pay-out')
  await press('platform', 'allow-debits')
  sandbox.advance(3 * DAY)
  await expect.poll(async () => (await stripe.refunds.retrieve(refund.id)).status).toBe('failed')
  for (const options of [{}, { stripeAccount: account }]) {
    const all = await stripe.balanceTransactions.list({ limit: 100 }, options)
    const balance = await stripe.balance.retrieve({}, options)
    const total = (balance.available[0]?.amount ?? 0) + (balance.pending[0]?.amount ?? 0)
    expect(all.data.reduce((sum, row) => sum + row.net, 0)).toBe(total)
  }
})
