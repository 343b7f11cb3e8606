import { Counter } from 'prom-client'
import type { EventEndpoint } from '#src/integrations/payment-gateway/port.ts'
import type { Metrics } from '#src/platform/metrics.ts'

/**
 * Why an event is kept and not acted on. Mode: of test where we are live, or the other way round. Door: it came to the endpoint
 * of the other kind. Type: one that we do not act on. Stranger: about nothing of ours.
 */
const IGNORED_BECAUSE = ['mode', 'door', 'type', 'stranger'] as const
export type IgnoredBecause = (typeof IGNORED_BECAUSE)[number]

/** Says that an event was ignored. One that comes again is said again. */
export type CountIgnored = (endpoint: EventEndpoint, because: IgnoredBecause) => void

const NAME = 'ecosystem_webhook_ignored_total'

/** One counter for whoever asks in a process: the door that takes events in, and the jobs that act on them. */
export function countIgnoredIn(metrics: Metrics): CountIgnored {
  const known = metrics.getSingleMetric(NAME) as Counter<'endpoint' | 'reason'> | undefined
  const counter = known ?? create(metrics)
  return (endpoint, reason) => counter.inc({ endpoint, reason })
}

function create(metrics: Metrics): Counter<'endpoint' | 'reason'> {
  const counter = new Counter({
    name: NAME,
    help: 'Events that were stored and not acted on, as often as they came',
    labelNames: ['endpoint', 'reason'],
    registers: [metrics],
  })
  for (const endpoint of ['platform', 'connect'] satisfies EventEndpoint[])
    for (const reason of IGNORED_BECAUSE) counter.inc({ endpoint, reason }, 0)
  return counter
}
