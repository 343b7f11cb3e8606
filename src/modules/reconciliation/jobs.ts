import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { reconcile } from './reconcile.ts'
import { RECONCILE, requestDailyReconciliation } from './request-reconciliation.ts'

const LOOK_EVERY_MS = 60_000

export function reconciliationJobs({ gateway }: { gateway: PaymentGateway }): ModuleJobs {
  return {
    jobs: {
      [RECONCILE]: async (ctx, { runId }) => void (await reconcile(ctx, gateway, { runId: String(runId) })),
    },
    sweeps: [{ name: 'reconciliation.daily', everyMs: LOOK_EVERY_MS, run: requestDailyReconciliation }],
    subscriptions: {},
  }
}
