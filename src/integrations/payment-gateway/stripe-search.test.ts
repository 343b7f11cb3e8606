import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { createLog } from '#src/platform/log.ts'
import { createMetrics } from '#src/platform/metrics.ts'
import { stripeGateway } from './stripe.ts'

// A shop that makes eight pages a second, as Stripe lists them: newest first, by the second, a page of a hundred at a time.
const PER_SECOND = 8
const NOW = 1_900_000_000

const server = http.createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://stripe')
  const newest = Math.min(NOW, Number(searchParams.get('created[lte]') ?? NOW)) * PER_SECOND
  const oldest = Number(searchParams.get('created[gte]')) * PER_SECOND
  const after = searchParams.get('starting_after')
  const first = after === null ? newest : Number(after.slice('cs_'.length)) - 1
  const count = Math.min(100, first - oldest + 1)
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      object: 'list',
      url: '/v1/checkout/sessions',
      has_more: first - count >= oldest,
      data: Array.from({ length: count }, (_, index) => session(first - index)),
    }),
  )
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => new Promise((resolve) => server.close(resolve)))

function session(at: number) {
  return {
    ...{ id: `cs_${at}`, object: 'checkout.session', status: 'open', url: null, payment_intent: null },
    ...{ expires_at: NOW, metadata: { operation_id: `operation ${at}` } },
  }
}

const gateway = stripeGateway(
  {
    STRIPE_SECRET_KEY: 'sk_test_search',
    STRIPE_API_BASE: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    STRIPE_WEBHOOK_SECRET: ['whsec_search'],
    STRIPE_CONNECT_WEBHOOK_SECRET: ['whsec_search'],
    STRIPE_CONNECT_CLIENT_ID: undefined,
    stripeCallsPerSecond: 1_000,
  },
  { metrics: createMetrics('test'), log: createLog('test', 'silent') },
)
const at = (second: number) => Temporal.Instant.fromEpochMilliseconds(second * 1000)

test('a page is found among all that a busy shop has made since', async () => {
  const made = NOW - 3_600
  const found = await gateway.findCheckout(`operation ${made * PER_SECOND}`, at(made - 1), at(made))
  expect(found?.id).toBe(`cs_${made * PER_SECOND}`)
})
