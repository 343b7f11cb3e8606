import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  byHand,
  paid,
  pass,
  postForm,
  readyAccount,
  refusalOf,
  startTestSandbox,
  type TestSandbox,
} from './testing/sandbox.ts'

const DAY = 86_400
let sandbox: TestSandbox
let stripe: Stripe
beforeAll(async () => {
  sandbox = await startTestSandbox()
  stripe = sandbox.stripe
})
afterAll(() => sandbox.close())

describe('disputes', () => {
  async function disputed(): Promise<{ charge: Stripe.Charge; dispute: Stripe.Dispute }> {
    const charge = await paid(stripe, 10_000, 'pm_card_createDispute')
    sandbox.advance(3)
    await expect.poll(async () => (await stripe.disputes.list({ charge: charge.id })).data.length).toBe(1)
    const [dispute] = (await stripe.disputes.list({ charge: charge.id })).data
    if (!dispute) throw new Error('no dispute')
    return { charge, dispute }
  }

  test('the test card takes amount and fee, and the charge cannot be refunded', async () => {
    const { charge, dispute } = await disputed()
    expect(dispute).toMatchObject({
      amount: 10_000,
      status: 'needs_response',
      reason: 'fraudulent',
      balance_transactions: [{ amount: -10_000, fee: 1500, net: -11_500, type: 'adjustment' }],
    })
    expect((await stripe.charges.retrieve(charge.id)).disputed).toBe(true)
    expect((await refusalOf(stripe.refunds.create({ charge: charge.id }))).code).toBe('charge_disputed')
    const closed = await stripe.disputes.close(dispute.id)
    expect(closed.status).toBe('lost')
    expect(closed.balance_transactions).toHaveLength(1)
  })

  test('winning evidence brings the amount back, not the fee', async () => {
    const { dispute } = await disputed()
    const staged = await stripe.disputes.update(dispute.id, {
      evidence: { product_description: 'A massage' },
      submit: false,
    })
    expect(staged).toMatchObject({
      status: 'needs_response',
      evidence_details: { has_evidence: true, submission_count: 0 },
    })
    const won = await stripe.disputes.update(dispute.id, {
      evidence: { uncategorized_text: 'winning_evidence' },
    })
    expect(won).toMatchObject({ status: 'won', balance_transactions: [{ net: -11_500 }, { net: 10_000 }] })
    const events = (await stripe.events.list({ type: 'charge.dispute.*', limit: 4 })).data.map(
      (event) => event.type,
    )
    expect(events).toEqual([
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
      'charge.dispute.updated',
      'charge.dispute.updated',
    ])
  })

  test('evidence without a verdict is under review until the operator decides', async () => {
    const { dispute } = await disputed()
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'see the mails' } })
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe('under_review')
    expect((await postForm(`${sandbox.url}/objects/${dispute.id}/lose`, {})).status).toBe(303)
    expect((await stripe.disputes.retrieve(dispute.id)).status).toBe('lost')
  })

  test('silence loses when the deadline passes', async () => {
    const { dispute } = await disputed()
    sandbox.advance(10 * DAY)
    await expect.poll(async () => (await stripe.disputes.retrieve(dispute.id)).status).toBe('lost')
  })
})

describe('a dispute', () => {
  test('of a part takes that part, and a second one of the same charge is refused', async () => {
    const charge = await paid(stripe, 10_000)
    const dispute = await byHand(sandbox.url, charge.id, 'dispute', {
      amount: '40.00',
      reason: 'product_not_received',
    })
    expect(
      await stripe.disputes.retrieve(dispute, { expand: ['charge', 'balance_transactions'] }),
    ).toMatchObject({
      amount: 4000,
      reason: 'product_not_received',
      charge: { id: charge.id, disputed: true },
      balance_transactions: [
        {
          amount: -4000,
          fee: 1500,
          fee_details: [{ amount: 1500, description: 'Dispute fee', type: 'stripe_fee' }],
          net: -5500,
          source: dispute,
        },
      ],
    })
    expect(await byHand(sandbox.url, charge.id, 'dispute')).toContain('disputed already')
    expect(await byHand(sandbox.url, charge.id, 'inquire')).toContain('disputed already')
    const other = await paid(stripe, 1000)
    expect(await byHand(sandbox.url, other.id, 'dispute', { amount: '10.01' })).toContain('more than')
    expect(await byHand(sandbox.url, other.id, 'dispute', { reason: 'whim' })).toContain(
      'one of these reasons',
    )
  })
})

describe('inquiries', () => {
  async function inquired(): Promise<{ charge: Stripe.Charge; dispute: string }> {
    const charge = await paid(stripe, 10_000)
    return { charge, dispute: await byHand(sandbox.url, charge.id, 'inquire') }
  }
  const newest = async (limit: number) =>
    (await stripe.events.list({ type: 'charge.dispute.*', limit })).data.map((event) => event.type)

  test('move no money and leave the charge refundable', async () => {
    const { charge, dispute } = await inquired()
    expect(await stripe.disputes.retrieve(dispute)).toMatchObject({
      status: 'warning_needs_response',
      is_charge_refundable: true,
      balance_transactions: [],
      payment_method_details: { card: { case_type: 'inquiry' } },
    })
    expect(await newest(1)).toEqual(['charge.dispute.created'])
    await expect(stripe.refunds.create({ charge: charge.id, amount: 100 })).resolves.toMatchObject({
      status: 'succeeded',
    })
    expect((await stripe.disputes.retrieve(dispute)).status).toBe('warning_needs_response')
  })

  test('that escalate become a chargeback: the same dispute, a new deadline, the money and the fee', async () => {
    const { charge, dispute } = await inquired()
    await stripe.disputes.update(dispute, { evidence: { uncategorized_text: 'see the mails' } })
    expect((await stripe.disputes.retrieve(dispute)).status).toBe('warning_under_review')
    await byHand(sandbox.url, dispute, 'escalate')
    expect(await stripe.disputes.retrieve(dispute)).toMatchObject({
      status: 'needs_response',
      is_charge_refundable: false,
      evidence_details: { submission_count: 0 },
      balance_transactions: [{ amount: -10_000, fee: 1500 }],
    })
    expect(await newest(2)).toEqual(['charge.dispute.updated', 'charge.dispute.funds_withdrawn'])
    expect((await refusalOf(stripe.refunds.create({ charge: charge.id }))).code).toBe('charge_disputed')
    expect(await byHand(sandbox.url, dispute, 'escalate')).toContain('Only an open inquiry')
    expect(await byHand(sandbox.url, dispute, 'close')).toContain('Only an inquiry')
  })

  test('close without a verdict by hand, after a full refund, and when 120 days have passed', async () => {
    const byOperator = await inquired()
    await byHand(sandbox.url, byOperator.dispute, 'close')
    const byRefund = await inquired()
    await stripe.refunds.create({ charge: byRefund.charge.id })
    const byTime = await inquired()
    await pass(sandbox, 119 * DAY)
    expect((await stripe.disputes.retrieve(byTime.dispute)).status).toBe('warning_needs_response')
    sandbox.advance(2 * DAY)
    for (const { dispute } of [byOperator, byRefund, byTime]) {
      await expect.poll(async () => (await stripe.disputes.retrieve(dispute)).status).toBe('warning_closed')
      expect((await stripe.disputes.retrieve(dispute)).balance_transactions).toEqual([])
    }
  })

  test('are often preceded by an early fraud warning, which can be acted on until then', async () => {
    const charge = await paid(stripe, 10_000)
    const warning = await byHand(sandbox.url, charge.id, 'warn')
    expect(await stripe.radar.earlyFraudWarnings.retrieve(warning, { expand: ['charge'] })).toMatchObject({
      actionable: true,
      charge: { id: charge.id, disputed: false },
      payment_intent: charge.payment_intent,
    })
    await byHand(sandbox.url, charge.id, 'inquire', { reason: 'fraudulent' })
    const { data } = await stripe.radar.earlyFraudWarnings.list({ charge: charge.id })
    expect(data).toMatchObject([{ id: warning, actionable: false }])
    const events = (await stripe.events.list({ type: 'radar.early_fraud_warning.*', limit: 2 })).data
    expect(events.map((event) => event.type)).toEqual([
      'radar.early_fraud_warning.updated',
      'radar.early_fraud_warning.created',
    ])
  })
})

describe('the dashboard', () => {
  test('refunds, disputes and reverses by hand, and shows it', async () => {
    const { id: destination } = await readyAccount(stripe)
    const charge = await paid(stripe, 10_000)
    const transfer = await stripe.transfers.create({
      amount: 9000,
      currency: 'usd',
      destination,
      source_transaction: charge.id,
    })
    await postForm(`${sandbox.url}/objects/${charge.id}/refund`, { amount: '12.50' })
    await postForm(`${sandbox.url}/objects/${transfer.id}/reverse`, { amount: '' })
    await postForm(`${sandbox.url}/objects/${charge.id}/dispute`, {})
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 1250, disputed: true })
    expect((await stripe.transfers.retrieve(transfer.id)).reversed).toBe(true)
    const again = await postForm(`${sandbox.url}/objects/${transfer.id}/reverse`, { amount: '' })
    expect(again.status).toBe(422)
    expect(await (await fetch(sandbox.url)).text()).toContain(charge.id.slice(0, 24))
    expect(await (await fetch(`${sandbox.url}/objects/${charge.id}`)).text()).toContain('As the API shows it')
  })
})
