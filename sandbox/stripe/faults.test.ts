import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clientFor, paid, refusalOf, startTestSandbox, type TestSandbox } from './testing/sandbox.ts'

let sandbox: TestSandbox
let stripe: Stripe
let charge: Stripe.Charge
beforeEach(async () => {
  sandbox = await startTestSandbox()
  stripe = sandbox.stripe
  charge = await paid(stripe)
})
afterEach(() => sandbox.close())

async function fault(action: string, more: object = {}): Promise<void> {
  const body = JSON.stringify([{ match: 'POST /v1/refunds', action, times: 1, ...more }])
  const answer = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body })
  expect(answer.status).toBe(200)
}
const refund = (idempotencyKey: string, client = stripe) =>
  client.refunds.create({ charge: charge.id, amount: 1000 }, { idempotencyKey })
const refunds = async () => (await stripe.refunds.list({ charge: charge.id })).data.length

describe('faults of calls', () => {
  test('drop-before: the connection ends and nothing was done', async () => {
    // The SDK itself tries once more when a connection is closed on it.
    await fault('drop-before', { times: 2 })
    expect(await refusalOf(refund('a'))).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(await refunds()).toBe(0)
    await refund('a')
    expect(await refunds()).toBe(1)
  })

  test('drop-after-commit: the connection ends, all was done, and the key tells', async () => {
    await fault('drop-after-commit', { times: 2 })
    expect(await refusalOf(refund('a'))).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(await refunds()).toBe(1)
    expect((await refund('a')).lastResponse.headers['idempotent-replayed']).toBe('true')
    expect(await refunds()).toBe(1)
  })

  test('429 does nothing and is not stored', async () => {
    await fault('429')
    expect(await refusalOf(refund('a'))).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
    await expect(refund('a')).resolves.toMatchObject({ status: 'succeeded' })
  })

  test('500 does nothing and is what the key answers from then on', async () => {
    await fault('500')
    expect((await refusalOf(refund('a'))).statusCode).toBe(500)
    expect((await refusalOf(refund('a'))).statusCode).toBe(500)
    expect(await refunds()).toBe(0)
  })

  test('500-after-success does everything, answers 500, and only reading tells', async () => {
    await fault('500-after-success')
    expect((await refusalOf(refund('a'))).statusCode).toBe(500)
    expect((await refusalOf(refund('a'))).statusCode).toBe(500)
    expect(await refunds()).toBe(1)
  })

  test('truncate breaks the answer after everything was done', async () => {
    await fault('truncate')
    expect((await refusalOf(refund('a'))).statusCode).toBeUndefined()
    expect(await refunds()).toBe(1)
  })

  test('hang never answers and does nothing', async () => {
    await fault('hang')
    const impatient = new Stripe('sk_test_x', {
      host: '127.0.0.1',
      port: sandbox.port,
      protocol: 'http',
      maxNetworkRetries: 0,
      timeout: 100,
    })
    expect(await refusalOf(refund('a', impatient))).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(await refunds()).toBe(0)
  })

  test('while a call is delayed, its key is in use', async () => {
    await fault('delay', { delayMs: 300 })
    const slow = refund('a')
    // The SDK connects at its own pace: ask until the first call has arrived.
    await expect
      .poll(
        async () =>
          (await refusalOf(stripe.refunds.create({ charge: 'ch_none' }, { idempotencyKey: 'a' }))).code,
      )
      .toBe('idempotency_key_in_use')
    expect((await slow).status).toBe('succeeded')
  })

  test('every n-th match is struck, patterns reach groups of calls, and clearing ends it', async () => {
    await fault('429', { match: 'GET /v1/refunds*', times: undefined, every: 3 })
    const outcomes: boolean[] = []
    for (let call = 0; call < 6; call += 1) {
      outcomes.push(
        await clientFor(sandbox.port)
          .refunds.list()
          .then(
            () => true,
            () => false,
          ),
      )
    }
    expect(outcomes).toEqual([true, true, false, true, true, false])
    const cleared = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'DELETE' })
    expect(await cleared.json()).toEqual({ faults: [] })
  })

  test('a script that makes no sense is refused', async () => {
    for (const script of [
      { match: 'refunds', action: '500' },
      { match: 'event:*', action: '500-after-success' },
      { match: 'POST /v1/refunds', action: 'duplicate' },
    ]) {
      const answer = await fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify(script),
      })
      expect(answer.status).toBe(400)
    }
  })
})

test('with a limit, calls above it are refused in the second they came, and served in the next', async () => {
  const limited = await startTestSandbox({ callsPerSecond: 25 })
  // Three times the limit: however the calls fall on two seconds, some are above it.
  const calls = Array.from({ length: 75 }, () =>
    limited.stripe.balance.retrieve().then(
      () => 'served',
      (error: unknown) => (error instanceof Stripe.errors.StripeRateLimitError ? 'limited' : 'broken'),
    ),
  )
  const answers = new Set(await Promise.all(calls))
  expect([...answers].sort()).toEqual(['limited', 'served'])
  await expect
    .poll(
      () =>
        limited.stripe.balance.retrieve().then(
          () => 'served',
          () => 'limited',
        ),
      { timeout: 3000 },
    )
    .toBe('served')
  await limited.close()
})
