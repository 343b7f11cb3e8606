import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { paid, readyAccount, startHeardSandbox, type HeardSandbox, type Receiver } from './testing/sandbox.ts'
import { signatureOf } from './webhooks.ts'

let platform: Receiver
let connect: Receiver
let sandbox: HeardSandbox
beforeEach(async () => {
  sandbox = await startHeardSandbox()
  ;({ platform, connect } = sandbox)
})
afterEach(() => sandbox.close())

function fault(script: object): Promise<Response> {
  return fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(script) })
}

/** The operator's button: what waits for its next attempt is sent at once. */
const retryNow = () => fetch(`${sandbox.url}/retry-webhooks`, { method: 'POST', redirect: 'manual' })
const stillOwed = async () => {
  const page = await (await fetch(sandbox.url)).text()
  return [...page.matchAll(/<td>pending<\/td>\s*<td>[1-9]/g)].length
}
const types = (receiver: Receiver) => receiver.events.map((event) => event.type)

describe('deliveries', () => {
  test('are signed, in order, and carry the event the API shows', async () => {
    await paid(sandbox.stripe)
    await expect
      .poll(() => types(platform))
      .toEqual(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded'])
    const [first] = platform.events
    const shown = await sandbox.stripe.events.retrieve(first?.id ?? '')
    expect({ ...shown, pending_webhooks: 1 }).toEqual({ ...first, pending_webhooks: 1 })
    expect(first).toMatchObject({
      api_version: '2026-10-28.endive',
      livemode: false,
      request: { id: expect.stringMatching(/^req_/) },
    })
    await expect
      .poll(async () => (await sandbox.stripe.events.retrieve(first?.id ?? '')).pending_webhooks)
      .toBe(0)
    expect(connect.events).toEqual([])
  })

  test('about connected accounts go to the Connect endpoint, with the account', async () => {
    const account = await readyAccount(sandbox.stripe)
    await sandbox.stripe.accounts.update(account.id, { email: 'new@example.com' })
    await expect.poll(() => types(connect)).toEqual(['account.updated'])
    expect(connect.events[0]?.account).toBe(account.id)
    expect(platform.events).toEqual([])
  })

  test('keep real time in the signature when the sandbox clock is far ahead', async () => {
    sandbox.advance(90 * 86_400)
    await expect
      .poll(async () => (await sandbox.stripe.customers.create({})).created)
      .toBeGreaterThan(Date.now() / 1000 + 80 * 86_400)
    await paid(sandbox.stripe)
    await expect.poll(() => platform.events.length).toBe(3)
    expect(platform.events[0]?.created).toBeGreaterThan(Date.now() / 1000 + 80 * 86_400)
  })

  test('are repeated until the endpoint says yes', async () => {
    platform.answerWith(500)
    await sandbox.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' })
    await expect.poll(() => platform.bodies.length).toBe(1)
    platform.answerWith(204)
    await expect.poll(() => platform.bodies.length, { timeout: 5000 }).toBe(2)
    expect(platform.bodies[1]).toBe(platform.bodies[0])
  })

  test('reach endpoints made by API, only for the types they asked for, until they are deleted', async () => {
    const made = await sandbox.stripe.webhookEndpoints.create({
      url: connect.url,
      enabled_events: ['refund.created'],
    })
    expect(made.secret).toMatch(/^whsec_/)
    expect((await sandbox.stripe.webhookEndpoints.retrieve(made.id)).secret).toBeUndefined()
    const charge = await paid(sandbox.stripe)
    await sandbox.stripe.refunds.create({ charge: charge.id, amount: 100 })
    await expect.poll(() => connect.bodies.length).toBe(1)
    expect(JSON.parse(connect.bodies[0] ?? '')).toMatchObject({ type: 'refund.created' })
    await sandbox.stripe.webhookEndpoints.del(made.id)
    await sandbox.stripe.refunds.create({ charge: charge.id, amount: 100 })
    await expect.poll(() => types(platform).filter((type) => type === 'refund.created').length).toBe(2)
    expect((await sandbox.stripe.webhookEndpoints.list()).data.map((endpoint) => endpoint.url)).toEqual([
      connect.url,
      platform.url,
    ])
  })
})

test('a secret that is being rolled signs beside the new one', () => {
  const now = Math.floor(Date.now() / 1000)
  const header = signatureOf('{"id":"evt_1"}', 'whsec_old, whsec_new', now)
  for (const secret of ['whsec_old', 'whsec_new']) {
    expect(Stripe.webhooks.constructEvent('{"id":"evt_1"}', header, secret).id).toBe('evt_1')
  }
  expect(() => Stripe.webhooks.constructEvent('{"id":"evt_1"}', header, 'whsec_other')).toThrow('signature')
})

describe('faults of events', () => {
  test('duplicate sends twice, drop-before loses, reorder lets others pass', async () => {
    await fault([
      { match: 'event:payment_intent.created', action: 'reorder', times: 1 },
      { match: 'event:charge.succeeded', action: 'duplicate', times: 1 },
      { match: 'event:payment_intent.succeeded', action: 'drop-before', times: 1 },
    ])
    await paid(sandbox.stripe)
    await expect
      .poll(() => types(platform), { timeout: 6000 })
      .toEqual(['charge.succeeded', 'charge.succeeded', 'payment_intent.created'])
  })

  test('an event that a lasting fault delays is delayed once and arrives', async () => {
    await fault({ match: 'event:*', action: 'delay', delayMs: 100 })
    await paid(sandbox.stripe)
    await expect
      .poll(() => types(platform).sort())
      .toEqual(['charge.succeeded', 'payment_intent.created', 'payment_intent.succeeded'])
  })

  test('drop-after-commit and truncate make the event come again whole', async () => {
    await fault([{ match: 'event:payment_intent.created', action: 'truncate', times: 1 }])
    await fault({ match: 'event:payment_intent.created', action: 'drop-after-commit', times: 1 })
    await sandbox.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' })
    for (const arrived of [1, 2]) {
      await expect.poll(() => platform.bodies.length).toBe(arrived)
      await expect.poll(stillOwed).toBe(1)
      await retryNow()
    }
    await expect.poll(() => platform.bodies.length).toBe(3)
    expect(types(platform)).toEqual(['payment_intent.created', 'payment_intent.created'])
  })
})
