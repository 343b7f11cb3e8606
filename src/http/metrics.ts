import { createHash, timingSafeEqual } from 'node:crypto'
import type { Api } from '#src/platform/http/define.ts'
import { refuse } from '#src/platform/errors.ts'
import { addProcessMetrics, type Metrics } from '#src/platform/metrics.ts'

/** For Prometheus, in its text format. Without a token there is nothing there. */
export function metricsRoutes(deps: {
  readonly metrics: Metrics
  readonly token: string | undefined
}): (api: Api) => void {
  const { metrics, token } = deps
  return (api) => {
    if (token === undefined) return
    addProcessMetrics(metrics)
    api.get('/metrics', async (c) => {
      if (!isSame(c.req.header('authorization') ?? '', `Bearer ${token}`)) throw refuse('auth.required')
      return c.body(await metrics.metrics(), 200, {
        'content-type': metrics.contentType,
        'cache-control': 'no-store',
      })
    })
  }
}

/** Takes as long for a guess that is nearly right as for any other. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
