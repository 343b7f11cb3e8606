import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { main } from './cli.ts'
import { SCENARIOS } from './scenarios.ts'
import {
  paid,
  postForm,
  readyAccount,
  refusalOf,
  startHeardSandbox,
  type HeardSandbox,
  type Receiver,
} from './testing/sandbox.ts'

let platform: Receiver
let connect: Receiver
let sandbox: HeardSandbox
let stripe: Stripe
beforeEach(async () => {
  sandbox = await startHeardSandbox({ appUrl: 'http://app.test' })
  ;({ stripe, platform, connect } = sandbox)
})
afterEach(() => sandbox.close())

interface Said {
  code: number
  out: string
  error: string
}

/** What `npm run sandbox -- …` does, against the sandbox of the test. */
async function run(...args: string[]): Promise<Said> {
  return runAt(sandbox.url, ...args)
}
async function runAt(base: string | undefined, ...args: string[]): Promise<Said> {
  let out = ''
  let error = ''
  const code = await main(
    args,
    { STRIPE_API_BASE: base },
    (text) => (out += text),
    (text) => (error += text),
  )
  return { code, out, error }
}

interface World {
  account: string
  charge: string
  transfer: string
}

/** A booking that was paid for, and whose provider has been sent its part. */
async function booked(): Promise<World> {
  const { id: account } = await readyAccount(stripe)
  const intent = await stripe.paymentIntents.create({
    amount: 10_000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    metadata: { booking_id: 'b-17' },
  })
  const charge = String(intent.latest_charge)
  const transfer = await stripe.transfers.create({
    amount: 9000,
    currency: 'usd',
    destination: account,
    source_transaction: charge,
  })
  return { account, charge, transfer: transfer.id }
}

const types = (receiver: Receiver) => receiver.events.map((event) => event.type)
const disputeOf = async (charge: string) => (await stripe.disputes.list({ charge })).data[0]
const firstPayout = async (account: string) =>
  (await stripe.payouts.list({}, { stripeAccount: account })).data.at(-1)

describe('the command', () => {
  test('without words, or asked for help, says what it can do', async () => {
    expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining('scenario NAME'), error: '' })
    expect((await run('help')).out).toBe((await run()).out)
  })

  test('lists every scenario, also when nothing runs', async () => {
    const { code, out } = await runAt(undefined, 'list')
    expect(code).toBe(0)
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(Object.keys(SCENARIOS))
  })

  test.each([
    [['scenario', 'whim'], 1, 'refund-by-hand'],
    [['scenario', 'constructor'], 1, 'refund-by-hand'],
    [['scenario'], 1, 'refund-by-hand'],
    [['explode'], 2, 'There is no command "explode"'],
    [['list', '--all'], 2, '--all'],
  ])('%j fails and says what there is', async (args, code, sentence) => {
    expect(await run(...args)).toMatchObject({ code, out: '', error: expect.stringContaining(sentence) })
  })

  test('says what to do when no marketplace runs here', async () => {
    const never = await runAt(undefined, 'scenario', 'calm')
    expect(never).toMatchObject({ code: 1, error: expect.stringContaining('npm start') })
    const stopped = await runAt('http://127.0.0.1:9', 'scenario', 'calm')
    expect(stopped).toMatchObject({ code: 1, error: expect.stringContaining('http://127.0.0.1:9') })
  })

  test('says what it did, to what, and where to look for it here and in the marketplace', async () => {
    const { charge } = await booked()
    const { code, out } = await run('scenario', 'partial-refund-by-hand')
    const [refund] = (await stripe.refunds.list({ charge })).data
    expect(code).toBe(0)
    expect(out).toBe(
      [
        `Refunded $50.00 of the payment ${charge} by hand.`,
        'Look at:',
        `  ${sandbox.url}/objects/${refund?.id ?? ''}`,
        `  ${sandbox.url}/objects/${charge}`,
        '  http://app.test: booking_id b-17',
        '',
      ].join('\n'),
    )
  })

  test('takes the object that is named, and refuses one that it cannot act on', async () => {
    const { charge } = await booked()
    await paid(stripe)
    expect((await run('scenario', 'refund-by-hand', '--object', charge)).code).toBe(0)
    expect((await stripe.charges.retrieve(charge)).refunded).toBe(true)
    const again = await run('scenario', 'refund-by-hand', '--object', charge)
    expect(again).toMatchObject({ code: 1, error: expect.stringContaining('already been refunded') })
    const refused = [
      await run('scenario', 'refund-by-hand', '--object', 'ch_none'),
      await run('scenario', 'account-restricted', '--object', charge),
      await run('scenario', 'calm', '--object', charge),
    ]
    expect(refused.map(({ code, error }) => [code, error.trim()])).toEqual([
      [1, 'ch_none is no payment of this sandbox.'],
      [1, `${charge} is no account of this sandbox.`],
      [1, 'The scenario calm takes no object.'],
    ])
    expect((await run('scenario', 'stripe-slow', '--seconds', 'many')).code).toBe(1)
  })
})

describe('when nothing fits', () => {
  const alone = new Set(['calm', 'platform-balance-short', 'platform-topped-up'])
  const needy = Object.keys(SCENARIOS).filter((name) => !/^(stripe|webhooks)-/.test(name) && !alone.has(name))
  test.each(needy)('%s says so, and changes nothing', async (name) => {
    const { code, out, error } = await run('scenario', name)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(error).toMatch(/^There is no .*\. (Book something|Let a provider)/)
    expect((await stripe.events.list()).data).toEqual([])
  })
})

describe('scenarios of objects', () => {
  test('refund-by-hand refunds all, refund-fails-later brings it back', async () => {
    const { charge } = await booked()
    await run('scenario', 'refund-by-hand')
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 10_000 })
    await run('scenario', 'refund-fails-later')
    expect(await stripe.charges.retrieve(charge)).toMatchObject({ amount_refunded: 0 })
    await expect.poll(() => types(platform)).toContain('refund.failed')
    await run('scenario', 'refund-fails-later', '--object', charge)
    expect((await stripe.refunds.list({ charge })).data.map(({ status }) => status)).toEqual([
      'failed',
      'failed',
    ])
  })

  test.each([
    ['dispute-won', 'won', [-11_500, 10_000]],
    ['dispute-lost', 'lost', [-11_500]],
  ])('%s opens a dispute if there is none, and decides it', async (name, status, moved) => {
    const { charge } = await booked()
    expect((await run('scenario', 'dispute-opened')).code).toBe(0)
    await paid(stripe)
    await run('scenario', name)
    const dispute = await disputeOf(charge)
    expect(dispute).toMatchObject({ status, balance_transactions: moved.map((net) => ({ net })) })
    await run('scenario', name)
    expect((await stripe.disputes.list()).data.map((each) => each.status)).toEqual([status, status])
    const late = await run('scenario', name, '--object', dispute?.id ?? '')
    expect(late).toMatchObject({ code: 1, error: expect.stringContaining('too late') })
  })

  test('dispute-after-payout leaves a transfer that cannot be reversed', async () => {
    const { charge, transfer, account } = await booked()
    await paid(stripe)
    expect((await run('scenario', 'dispute-after-payout')).out).toContain(charge)
    expect(await disputeOf(charge)).toMatchObject({ status: 'needs_response' })
    expect((await firstPayout(account))?.amount).toBe(9000)
    expect((await refusalOf(stripe.transfers.createReversal(transfer))).code).toBe('balance_insufficient')
  })

  test('inquiry, inquiry-escalated and inquiry-closed follow each other', async () => {
    const { charge } = await booked()
    await run('scenario', 'fraud-warning')
    await run('scenario', 'inquiry')
    expect((await disputeOf(charge))?.status).toBe('warning_needs_response')
    await run('scenario', 'inquiry-escalated')
    expect((await disputeOf(charge))?.status).toBe('needs_response')
    const other = await paid(stripe)
    await run('scenario', 'inquiry-closed', '--object', other.id)
    expect((await disputeOf(other.id))?.status).toBe('warning_closed')
  })

  test('of an account act on one that has been sent money, and can be undone', async () => {
    const { account } = await booked()
    await readyAccount(stripe)
    await run('scenario', 'account-restricted')
    expect((await stripe.accounts.retrieve(account)).payouts_enabled).toBe(false)
    await run('scenario', 'account-restored')
    expect((await stripe.accounts.retrieve(account)).payouts_enabled).toBe(true)
    await run('scenario', 'capability-lost')
    expect((await stripe.accounts.retrieve(account)).capabilities?.transfers).toBe('inactive')
    await run('scenario', 'account-deauthorized')
    expect((await refusalOf(stripe.accounts.retrieve(account))).code).toBe('account_invalid')
    await expect.poll(() => types(connect)).toContain('account.application.deauthorized')
  })

  test('payout-bank-failed pays an account out if it has to, and sends the money back', async () => {
    const { account } = await booked()
    await run('scenario', 'payout-bank-failed')
    expect(await firstPayout(account)).toMatchObject({ status: 'failed', failure_code: 'account_closed' })
    const balance = await stripe.balance.retrieve({}, { stripeAccount: account })
    expect(balance.available[0]?.amount).toBe(9000)
    await expect.poll(() => types(connect)).toContain('payout.failed')
  })

  test('platform-balance-short makes refunds wait, platform-topped-up lets them go', async () => {
    const { charge } = await booked()
    await run('scenario', 'platform-balance-short')
    const refunded = await run('scenario', 'refund-by-hand')
    expect(refunded.out).toContain('the refund is pending (insufficient_funds)')
    await run('scenario', 'platform-topped-up')
    sandbox.advance(2)
    await expect.poll(async () => (await stripe.refunds.list({ charge })).data[0]?.status).toBe('succeeded')
  })
})

describe('scenarios of the wire', () => {
  test.each([
    ['webhooks-lost', []],
    ['webhooks-doubled', ['refund.created', 'refund.created', 'charge.refunded', 'charge.refunded']],
  ])('%s: so many webhooks of a refund by hand arrive', async (name, arrived) => {
    const charge = await paid(stripe)
    await expect.poll(() => types(platform)).toContain('payment_intent.succeeded')
    platform.events.length = 0
    expect((await run('scenario', name, '--object', charge.id)).code).toBe(0)
    expect((await stripe.charges.retrieve(charge.id)).amount_refunded).toBe(5000)
    await expect.poll(owed).toBe(0)
    expect(types(platform).sort()).toEqual([...arrived].sort())
  })

  /** Events that still have an endpoint to reach and have not been given up. */
  async function owed(): Promise<number> {
    const page = await (await fetch(sandbox.url)).text()
    return [...page.matchAll(/<td>pending<\/td>/g)].length
  }

  test('webhooks-reordered: what happened first arrives last', async () => {
    const charge = await paid(stripe)
    await expect.poll(() => types(platform)).toContain('payment_intent.succeeded')
    platform.events.length = 0
    await run('scenario', 'webhooks-reordered')
    await stripe.refunds.create({ charge: charge.id })
    await expect.poll(() => types(platform), { timeout: 4000 }).toEqual(['charge.refunded', 'refund.created'])
  })

  test.each([
    ['stripe-down', Stripe.errors.StripeConnectionError],
    ['stripe-limits', Stripe.errors.StripeRateLimitError],
  ])('%s lasts as long as it was told to, and calm ends it', async (name, kind) => {
    await run('scenario', name, '--seconds', '1')
    expect(await refusalOf(stripe.balance.retrieve())).toBeInstanceOf(kind)
    await expect
      .poll(
        () =>
          stripe.balance.retrieve().then(
            () => 'up',
            () => 'down',
          ),
        { timeout: 4000 },
      )
      .toBe('up')
    await run('scenario', name)
    expect(await refusalOf(stripe.balance.retrieve())).toBeInstanceOf(kind)
    expect((await run('scenario', 'calm')).out).toContain('Cleared 3 faults.')
    await expect(stripe.balance.retrieve()).resolves.toMatchObject({ object: 'balance' })
  })

  test('stripe-unsure does what it is asked and answers 500', async () => {
    const charge = await paid(stripe)
    await run('scenario', 'stripe-unsure')
    expect((await refusalOf(stripe.refunds.create({ charge: charge.id }))).statusCode).toBe(500)
    expect((await stripe.charges.retrieve(charge.id)).refunded).toBe(true)
  })
})

test('the page of scenarios has a button for each, and tells what happened', async () => {
  const { charge } = await booked()
  const page = await (await fetch(`${sandbox.url}/scenarios`)).text()
  const offered = [...page.matchAll(/action="\/scenarios\/([^"]+)"/g)].map((match) => match[1])
  expect(offered).toEqual(Object.keys(SCENARIOS))
  const pressed = await postForm(`${sandbox.url}/scenarios/dispute-opened`, { object: '' })
  expect(pressed.status).toBe(200)
  expect(await pressed.text()).toContain(`/objects/${charge}`)
  expect((await postForm(`${sandbox.url}/scenarios/dispute-opened`, { object: '' })).status).toBe(422)
})
