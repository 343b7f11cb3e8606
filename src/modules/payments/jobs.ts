import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { PaymentId, RefundId } from '#src/kernel/ids.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import type { Metrics } from '#src/platform/metrics.ts'
import { fetchMissedEvents } from './fetch-missed-events.ts'
import { processWebhooks } from './process-webhooks.ts'
import { findRefund } from './queries.ts'
import { PROCESS_WEBHOOKS } from './receive-webhook.ts'
import { SETTLE_CAPTURE } from './request-capture.ts'
import { SETTLE_REFUND } from './request-refund.ts'
import { SETTLE_VOID } from './request-void.ts'
import { settleCapture } from './settle-capture.ts'
import { settleRefund, syncRefund } from './settle-refund.ts'
import { settleVoid } from './settle-void.ts'
import {
  SYNC_PAYMENT,
  SYNC_REFUND,
  sweepOpenOperations,
  sweepPendingRefunds,
  sweepUnsyncedPayments,
  sweepWaitingWebhooks,
} from './sweep-payments.ts'
import { syncPayment } from './sync-payment.ts'
import { countIgnoredIn } from './webhook-metrics.ts'

const SYNC_EVERY_MS = 5_000
const RESUME_EVERY_MS = 60_000
const WEBHOOKS_EVERY_MS = 300_000
const REFUNDS_EVERY_MS = 600_000
const MISSED_EVENTS_EVERY_MS = 300_000

export function paymentsJobs({
  gateway,
  metrics,
}: {
  gateway: PaymentGateway
  metrics: Metrics
}): ModuleJobs {
  const countIgnored = countIgnoredIn(metrics)
  return {
    jobs: {
      [PROCESS_WEBHOOKS]: (ctx, { objectId }) =>
        processWebhooks(ctx, gateway, String(objectId), countIgnored),
      [SYNC_PAYMENT]: async (ctx, { paymentId }) =>
        void (await syncPayment(ctx, gateway, String(paymentId) as PaymentId)),
      [SETTLE_CAPTURE]: (ctx, { paymentId }) => settleCapture(ctx, gateway, String(paymentId) as PaymentId),
      [SETTLE_VOID]: (ctx, { paymentId }) => settleVoid(ctx, gateway, String(paymentId) as PaymentId),
      [SETTLE_REFUND]: (ctx, { refundId }) => settleRefund(ctx, gateway, String(refundId) as RefundId),
      [SYNC_REFUND]: async (ctx, { refundId }) => {
        const refund = await findRefund(ctx.db, String(refundId) as RefundId)
        if (refund?.stripeRefundId) await syncRefund(ctx, gateway, refund)
      },
    },
    sweeps: [
      { name: 'payments.unsynced', everyMs: SYNC_EVERY_MS, run: sweepUnsyncedPayments },
      { name: 'payments.open-operations', everyMs: RESUME_EVERY_MS, run: sweepOpenOperations },
      { name: 'payments.waiting-webhooks', everyMs: WEBHOOKS_EVERY_MS, run: sweepWaitingWebhooks },
      { name: 'payments.pending-refunds', everyMs: REFUNDS_EVERY_MS, run: sweepPendingRefunds },
      {
        name: 'payments.missed-events',
        everyMs: MISSED_EVENTS_EVERY_MS,
        run: (ctx) => fetchMissedEvents(ctx, gateway),
      },
    ],
    subscriptions: {},
  }
}
