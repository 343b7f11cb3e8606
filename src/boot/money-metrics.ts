import type { Temporal } from '#src/kernel/time.ts'
import { readWaitingWebhooks } from '#src/modules/payments/index.ts'
import { readDrift, readLastComparedAt, readOpenByKind } from '#src/modules/reconciliation/index.ts'
import type { Clock } from '#src/platform/clock.ts'
import type { Config } from '#src/platform/config.ts'
import type { Database } from '#src/platform/db/database.ts'
import type { Log } from '#src/platform/log.ts'
import { addReadGauge, type Metrics } from '#src/platform/metrics.ts'

/** How the books stand, from the tables: every process that is asked says the same. */
export function addMoneyMetrics(deps: {
  readonly metrics: Metrics
  readonly log: Log
  readonly db: Database
  readonly clock: Clock
  readonly config: Config
}): void {
  const { db, clock, config } = deps
  const secondsSince = (at: Temporal.Instant | null) =>
    at ? Math.max(0, clock.now().since(at).total('seconds')) : 0
  addReadGauge(
    deps,
    {
      name: 'ecosystem_reconciliation_drift_minor',
      help: 'What Stripe, the ledger and the bookings do not agree on, in minor units without signs. Must be 0',
      labelNames: ['currency'],
    },
    async () => {
      const drift = await readDrift(db)
      const quiet = config.currencies.filter((sold) => !drift.some(({ currency }) => currency === sold))
      return [
        ...drift.map(({ currency, minor }) => ({ labels: { currency }, value: Number(minor) })),
        ...quiet.map((currency) => ({ labels: { currency }, value: 0 })),
      ]
    },
  )
  addReadGauge(
    deps,
    {
      name: 'ecosystem_reconciliation_differences_open',
      help: 'Differences that are open',
      labelNames: ['kind'],
    },
    async () => (await readOpenByKind(db)).map(({ kind, count }) => ({ labels: { kind }, value: count })),
  )
  addReadGauge(
    deps,
    {
      name: 'ecosystem_reconciliation_oldest_difference_age_seconds',
      help: 'Since when the oldest open difference is known; 0: there is none',
      labelNames: ['kind'],
    },
    async () =>
      (await readOpenByKind(db)).map(({ kind, oldestAt }) => ({
        labels: { kind },
        value: secondsSince(oldestAt),
      })),
  )
  addReadGauge(
    deps,
    {
      name: 'ecosystem_reconciliation_last_run_age_seconds',
      help: 'Since when all of the above is known; absent: nothing was ever compared',
    },
    async () => {
      const at = await readLastComparedAt(db)
      return at ? [{ value: secondsSince(at) }] : []
    },
  )
  addReadGauge(
    deps,
    {
      name: 'ecosystem_webhook_events_waiting',
      help: 'Events of Stripe that are stored and not acted on yet',
    },
    async () => [{ value: (await readWaitingWebhooks(db)).count }],
  )
  addReadGauge(
    deps,
    {
      name: 'ecosystem_webhook_oldest_waiting_age_seconds',
      help: 'Since when the oldest of them waits; 0: none does',
    },
    async () => [{ value: secondsSince((await readWaitingWebhooks(db)).oldestAt) }],
  )
}
