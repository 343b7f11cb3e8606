import type { EventEndpoint, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Clock } from '#src/platform/clock.ts'
import type { Database } from '#src/platform/db/database.ts'
import { Trouble } from '#src/platform/errors.ts'
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
/** The sender waits ten seconds. An answer says that it is to send again; silence takes a connection of each side until then. */
const STORED_WITHIN_MS = 8_000

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
        const body = await c.req.text()
        const signature = c.req.header('stripe-signature') ?? ''
        await inTime(receiveWebhook(intake, deps.clock.now(), endpoint, body, signature))
        return c.json({ received: true })
      })
    receive('/stripe/webhooks', 'platform')
    receive('/stripe/connect/webhooks', 'connect')
  }
}

/**
 * A database that answers nothing, as behind a lock, is trouble too. Its one statement may still be done afterwards, whole: the
 * event is then there when it comes again.
 */
async function inTime(storing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const sayNo = () => reject(new Trouble('database', 'a webhook could not be stored in time'))
    timer = setTimeout(sayNo, STORED_WITHIN_MS)
  })
  try {
    await Promise.race([storing, late])
  } finally {
    clearTimeout(timer)
  }
}
