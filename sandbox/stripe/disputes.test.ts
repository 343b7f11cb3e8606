import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  paid,
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
