import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatMoney, payablePart, processingFee } from './money.ts'
import { paid, readyAccount, refusalOf, startTestSandbox, type TestSandbox } from './testing/sandbox.ts'

const DAY = 86_400
let sandbox: TestSandbox
let stripe: Stripe
beforeAll(async () => {
  sandbox = await startTestSandbox()
  stripe = sandbox.stripe
})
afterAll(() => sandbox.close())

async function usd(account?: string): Promise<{ available: number; pending: number }> {
  const balance = await stripe.balance.retrieve({}, account ? { stripeAccount: account } : undefined)
  const amount = (rows: { amount: number; currency: string }[]) =>
    rows.find((row) => row.currency === 'usd')?.amount ?? 0
  return { available: amount(balance.available), pending: amount(balance.pending) }
}

describe('fees', () => {
  test.each([
    [10_000, 'usd', 320],
    [105, 'usd', 33],
    [50, 'usd', 31],
    [10_000, 'jpy', 360],
    [10_000, 'eur', 175],
    [123_500, 'isk', 3_700], // 35.82 and 0.30 make 36.12, of which there is no coin
  ])('of %i %s are %i', (amount, currency, fee) => {
    expect(processingFee(amount, currency)).toBe(fee)
  })

  test('amounts are written with the decimals of their currency', () => {
    expect([formatMoney(1234, 'usd'), formatMoney(1234, 'jpy'), formatMoney(1230, 'kwd')]).toEqual([
      '$12.34',
      '¥1,234',
      'KWD\u00a01.230',
    ])
    expect(formatMoney(500, 'ugx')).toBe('UGX\u00a05.00') // as Stripe counts it: 500 is five shillings
  })
})

describe('currencies with a rule of their own', () => {
  test.each([
    ['isk', 55_550, 'invalid_charge_amount_no_decimal_compatible'],
    ['ugx', 55_550, 'invalid_charge_amount_no_decimal_compatible'],
    ['kwd', 5_637, 'parameter_invalid_integer'],
    ['huf', 5_500, 'amount_too_small'],
    ['ugx', 100_000_000, 'amount_too_large'],
  ])('%s: %i is not charged', async (currency, amount, code) => {
    expect(await refusalOf(stripe.paymentIntents.create({ amount, currency }))).toMatchObject({
      statusCode: 400,
      code,
    })
  })

  test.each([
    ['isk', 55_500],
    ['ugx', 55_500],
    ['kwd', 5_640],
    ['huf', 17_550],
    ['twd', 80_045],
    ['huf', 100_000_050],
  ])('%s: %i is charged', async (currency, amount) => {
    expect(await stripe.paymentIntents.create({ amount, currency })).toMatchObject({ amount, currency })
  })

  test('forint and Taiwan dollars go to a bank in whole ones, and the rest stays', () => {
    expect([payablePart(1_045, 'huf'), payablePart(80_045, 'twd'), payablePart(1_045, 'usd')]).toEqual([
      1_000, 80_000, 1_045,
    ])
  })
})

describe('refunds', () => {
  test('in parts, never above the charge, and Stripe keeps its fee', async () => {
    const before = await usd()
    const charge = await paid(stripe)
    const part = await stripe.refunds.create({
      charge: charge.id,
      amount: 4000,
      metadata: { why: 'policy' },
      expand: ['balance_transaction'],
    })
    expect(part).toMatchObject({
      status: 'succeeded',
      metadata: { why: 'policy' },
      balance_transaction: { amount: -4000, fee: 0, type: 'refund' },
    })
    expect((await refusalOf(stripe.refunds.create({ charge: charge.id, amount: 6001 }))).message).toContain(
      'greater than unrefunded amount',
    )
    const rest = await stripe.refunds.create({ payment_intent: String(charge.payment_intent) })
    expect(rest.amount).toBe(6000)
    expect((await refusalOf(stripe.refunds.create({ charge: charge.id }))).code).toBe(
      'charge_already_refunded',
    )
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({
      amount_refunded: 10_000,
      refunded: true,
    })
    const { data } = await stripe.refunds.list({ payment_intent: String(charge.payment_intent) })
    expect(data.map((refund) => refund.id)).toEqual([rest.id, part.id])
    const after = await usd()
    expect(after.available + after.pending - before.available - before.pending).toBe(-320)
  })

  test('64 at once never exceed the charge', async () => {
    const charge = await paid(stripe, 1000)
    const tries = Array.from({ length: 64 }, () =>
      stripe.refunds.create({ charge: charge.id, amount: 100 }).then(
        () => 1,
        () => 0,
      ),
    )
    const succeeded = await Promise.all(tries)
    expect(succeeded.reduce<number>((sum, one) => sum + one, 0)).toBe(10)
  })

  test('asynchronous success: pending, then succeeded', async () => {
    const charge = await paid(stripe, 1000, 'pm_card_pendingRefund')
    const refund = await stripe.refunds.create({ charge: charge.id })
    expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' })
    sandbox.advance(6)
    await expect.poll(async () => (await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded')
    expect((await stripe.events.list({ type: 'refund.updated' })).data[0]?.data.object).toMatchObject({
      id: refund.id,
    })
  })

  test('asynchronous failure: succeeded, then failed, and the money is back', async () => {
    const charge = await paid(stripe, 1000, 'pm_card_refundFail')
    const refund = await stripe.refunds.create({ charge: charge.id })
    expect(refund.status).toBe('succeeded')
    sandbox.advance(6)
    await expect.poll(async () => (await stripe.refunds.retrieve(refund.id)).status).toBe('failed')
    const failed = await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] })
    expect(failed).toMatchObject({
      failure_reason: 'lost_or_stolen_card',
      failure_balance_transaction: { amount: 1000, type: 'refund_failure' },
    })
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 0, refunded: false })
    expect((await stripe.events.list({ type: 'refund.failed' })).data[0]?.data.object).toMatchObject({
      id: refund.id,
    })
  })

  test('a pending refund can be canceled', async () => {
    const charge = await paid(stripe, 1000, 'pm_card_pendingRefund')
    const refund = await stripe.refunds.create({ charge: charge.id })
    expect((await stripe.refunds.cancel(refund.id)).status).toBe('canceled')
    expect((await refusalOf(stripe.refunds.cancel(refund.id))).statusCode).toBe(400)
  })
})

describe('transfers', () => {
  test('of a pending charge go through at once, together never above it', async () => {
    const { id: destination } = await readyAccount(stripe)
    const charge = await paid(stripe)
    const transfer = (amount: number) =>
      stripe.transfers.create({
        amount,
        currency: 'usd',
        destination,
        source_transaction: charge.id,
        transfer_group: 'b-9',
        metadata: { booking: '9' },
      })
    const first = await transfer(9000)
    expect(first).toMatchObject({
      amount: 9000,
      destination,
      source_transaction: charge.id,
      transfer_group: 'b-9',
      reversed: false,
    })
    expect(await usd(destination)).toEqual({ available: 0, pending: 9000 })
    expect((await refusalOf(transfer(1001))).message).toContain('must not exceed the source amount')
    await transfer(1000)
    expect((await stripe.transfers.list({ transfer_group: 'b-9' })).data).toHaveLength(2)
    expect((await stripe.transfers.list({ destination })).data).toHaveLength(2)
  })

  test('without a charge behind them need an available balance', async () => {
    const { id: destination } = await readyAccount(stripe)
    const clocked = await startTestSandbox()
    const account = await readyAccount(clocked.stripe)
    const send = () =>
      clocked.stripe.transfers.create({ amount: 5000, currency: 'usd', destination: account.id })
    await paid(clocked.stripe, 10_000)
    expect(await refusalOf(send())).toMatchObject({ statusCode: 400, code: 'balance_insufficient' })
    clocked.advance(2 * DAY + 1)
    await expect.poll(async () => (await clocked.stripe.balance.retrieve()).available[0]?.amount).toBe(9680)
    await expect(send()).resolves.toMatchObject({ amount: 5000 })
    await clocked.close()
    await paid(stripe, 10_000, 'pm_card_bypassPending')
    await expect(
      stripe.transfers.create({ amount: 5000, currency: 'usd', destination }),
    ).resolves.toMatchObject({ amount: 5000 })
  })

  test('go only to accounts that may receive them', async () => {
    const account = await stripe.accounts.create({
      type: 'express',
      capabilities: { transfers: { requested: true } },
    })
    const charge = await paid(stripe)
    const send = (destination: string) =>
      refusalOf(
        stripe.transfers.create({ amount: 100, currency: 'usd', destination, source_transaction: charge.id }),
      )
    expect((await send(account.id)).code).toBe('insufficient_capabilities_for_transfer')
    expect(await send('acct_none')).toMatchObject({ code: 'resource_missing', param: 'destination' })
  })

  test('are reversed in parts, while the connected account still has the money', async () => {
    const clocked = await startTestSandbox()
    const { stripe: client } = clocked
    const { id: destination } = await readyAccount(client)
    const charge = await paid(client)
    const transfer = await client.transfers.create({
      amount: 9000,
      currency: 'usd',
      destination,
      source_transaction: charge.id,
    })
    const reversal = await client.transfers.createReversal(transfer.id, {
      amount: 4000,
      expand: ['balance_transaction'],
    })
    expect(reversal).toMatchObject({
      amount: 4000,
      transfer: transfer.id,
      balance_transaction: { amount: 4000, type: 'transfer_refund' },
    })
    expect(await client.transfers.retrieve(transfer.id)).toMatchObject({
      amount_reversed: 4000,
      reversed: false,
      reversals: { data: [{ id: reversal.id }] },
    })
    expect(
      (await refusalOf(client.transfers.createReversal(transfer.id, { amount: 5001 }))).message,
    ).toContain('unreversed amount')
    clocked.advance(2 * DAY + 1)
    // Two days on, the account has been paid out: there is nothing left to pull back.
    await expect
      .poll(async () => (await client.payouts.list({}, { stripeAccount: destination })).data.length)
      .toBe(1)
    expect((await refusalOf(client.transfers.createReversal(transfer.id))).code).toBe('balance_insufficient')
    await clocked.close()
  })
})

describe('payouts', () => {
  test.each([
    ['000123456789', 'payout.paid', 'paid', 0],
    ['000111111116', 'payout.failed', 'failed', 9000],
  ])('to bank account %s end in %s', async (number, event, status, left) => {
    const clocked = await startTestSandbox()
    const { stripe: client } = clocked
    const { id } = await readyAccount(client, number)
    const charge = await paid(client)
    const transfer = await client.transfers.create({
      amount: 9000,
      currency: 'usd',
      destination: id,
      source_transaction: charge.id,
    })
    clocked.advance(2 * DAY + 1)
    const payouts = () => client.payouts.list({}, { stripeAccount: id })
    await expect.poll(async () => (await payouts()).data[0]?.amount).toBe(9000)
    clocked.advance(DAY + 1)
    await expect.poll(async () => (await payouts()).data[0]?.status).toBe(status)
    const [payout] = (await payouts()).data
    const moved = await client.balanceTransactions.list({ payout: payout?.id ?? '' }, { stripeAccount: id })
    expect(moved.data.map((row) => row.source)).toContain(transfer.destination_payment)
    expect((await client.events.list({ type: event }, { stripeAccount: id })).data).toHaveLength(1)
    expect((await client.balance.retrieve({}, { stripeAccount: id })).available[0]?.amount).toBe(left)
    await clocked.close()
  })
})

test('every balance is the sum of its balance transactions', async () => {
  const clocked = await startTestSandbox()
  const { stripe: client } = clocked
  const { id: destination } = await readyAccount(client)
  for (const [amount, card] of [
    [10_000, 'pm_card_visa'],
    [2500, 'pm_card_createDispute'],
    [4000, 'pm_card_refundFail'],
  ] as const) {
    const charge = await paid(client, amount, card)
    await client.transfers.create({
      amount: Math.floor(amount / 2),
      currency: 'usd',
      destination,
      source_transaction: charge.id,
    })
    await client.refunds.create({ charge: charge.id, amount: 1000 })
  }
  clocked.advance(5 * DAY)
  await expect.poll(async () => (await client.balance.retrieve()).pending[0]?.amount).toBe(0)
  for (const options of [{}, { stripeAccount: destination }]) {
    const all = await client.balanceTransactions
      .list({ limit: 100 }, options)
      .autoPagingToArray({ limit: 1000 })
    const balance = await client.balance.retrieve({}, options)
    const total = (balance.available[0]?.amount ?? 0) + (balance.pending[0]?.amount ?? 0)
    expect(all.reduce((sum, row) => sum + row.net, 0)).toBe(total)
    expect(all.every((row) => row.net === row.amount - row.fee)).toBe(true)
  }
  await clocked.close()
})
