import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Log } from './log.ts'

export type Metrics = Registry

/** What a process says of itself to Prometheus: whatever is added. */
export function createMetrics(process_: string): Metrics {
  const metrics = new Registry()
  metrics.setDefaultLabels({ process: process_ })
  return metrics
}

/** Its memory, processor and event loop too: these are watched all the time, so only where somebody looks. */
export function addProcessMetrics(metrics: Metrics): void {
  collectDefaultMetrics({ register: metrics })
}

export interface Reading<Label extends string> {
  readonly labels?: Record<Label, string>
  readonly value: number
}

/**
 * A gauge that is read anew each time somebody looks. Where that fails it says nothing, for an old number would be taken for
 * true; all the others are still told.
 */
export function addReadGauge<Label extends string>(
  { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
  about: { readonly name: string; readonly help: string; readonly labelNames?: readonly Label[] },
  read: () => Promise<readonly Reading<Label>[]>,
): void {
  const gauge = new Gauge<Label>({
    ...about,
    labelNames: about.labelNames ?? [],
    registers: [],
    async collect() {
      const readings = await read().catch((error: unknown) => {
        log.warn({ error, metric: about.name }, 'a metric could not be read')
        return []
      })
      this.reset()
      if (!about.labelNames) this.remove() // which reset() leaves at 0
      for (const { labels, value } of readings) this.set(labels ?? {}, value)
    },
  })
  metrics.registerMetric(gauge)
}
