import { bookingsJobs } from '#src/modules/bookings/jobs.ts'
import { documentsJobs } from '#src/modules/documents/jobs.ts'
import { ledgerJobs } from '#src/modules/ledger/jobs.ts'
import { notificationsJobs } from '#src/modules/notifications/jobs.ts'
import { paymentsJobs } from '#src/modules/payments/jobs.ts'
import { payoutsJobs } from '#src/modules/payouts/jobs.ts'
import { providersJobs } from '#src/modules/providers/jobs.ts'
import { reconciliationJobs } from '#src/modules/reconciliation/jobs.ts'
import { schedulingJobs } from '#src/modules/scheduling/jobs.ts'
import { forgetOldAnswers } from '#src/platform/http/idempotency.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import type { Composition } from './compose.ts'

const HOUR_MS = 60 * 60 * 1_000

/** What every module wants done in the background. */
export function composeJobs({ gateway, mailer, metrics }: Composition): ModuleJobs[] {
  const housekeeping: ModuleJobs = {
    jobs: {},
    sweeps: [{ name: 'platform.forget-old-answers', everyMs: HOUR_MS, run: forgetOldAnswers }],
    subscriptions: {},
  }
  return [
    bookingsJobs({ gateway }),
    paymentsJobs({ gateway, metrics }),
    payoutsJobs({ gateway }),
    providersJobs({ gateway }),
    documentsJobs(),
    ledgerJobs(),
    reconciliationJobs({ gateway }),
    schedulingJobs(),
    notificationsJobs({ mailer }),
    housekeeping,
  ]
}
