import type { EventEndpoint, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Clock } from '#src/platform/clock.ts'
import type { Database } from '#src/platform/db/database.ts'
import { limitBody } from '#src/platform/http/body-limit.ts'
import type { Api } from '#src/platform/http/define.ts'
import type { Metrics } from '#src/platform/metrics.ts'
import { receiveWebhook } from './receive-webhook.ts'
import { countIgnoredIn } from './webhook-metrics.ts'

export interface WebhookDeps {
  readonly db: Database
  readonly gateway: PaymentGateway
  readonly clock: Clock
  readonly metrics: Metrics
}

const BODY_BYTES_MAX = 1024 * 1024

/**
 * Where the gateway sends its events, below /api. Not part of /api/v1: no session, no idempotency key; the signature over
 * the raw bytes is the whole admission. 200: stored. 400: not signed. 413: too large. 5xx: not stored, send it again.
 */
export function paymentWebhookRoutes(deps: WebhookDeps): (api: Api) => void {
  const limit = limitBody(BODY_BYTES_MAX)
  const intake = { ...deps, countIgnored: countIgnoredIn(deps.metrics) }
  return (api) => {
    const receive = (path: string, endpoint: EventEndpoint) =>
      api.post(path, limit, async (c) => {
        await receiveWebhook(
          intake,
          deps.clock.now(),
          endpoint,
          await c.req.text(),
          c.req.header('stripe-signature') ?? '',
        )
        return c.json({ received: true })
      })
    receive('/stripe/webhooks', 'platform')
    receive('/stripe/connect/webhooks', 'connect')
  }
}
