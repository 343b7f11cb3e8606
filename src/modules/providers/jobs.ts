import { z } from 'zod'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { recordPayoutAccount } from './record-payout-account.ts'

const payoutAccountUpdated = z.object({
  accountId: z.string(),
  ready: z.boolean(),
  requirements: z.array(z.string()).default([]),
})

export function providersJobs(): ModuleJobs {
  return {
    jobs: {
      'providers.record-payout-account': (ctx, payload) =>
        recordPayoutAccount(ctx, payoutAccountUpdated.parse(payload)),
    },
    sweeps: [],
    subscriptions: { 'payout_account.updated': ['providers.record-payout-account'] },
  }
}
