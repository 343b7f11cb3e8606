import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { syncPayoutAccount } from './sync-payout-account.ts'

export function providersJobs({ gateway }: { gateway: PaymentGateway }): ModuleJobs {
  return {
    jobs: {
      'providers.sync-payout-account': async (ctx, { accountId }) => {
        await syncPayoutAccount(ctx, gateway, String(accountId))
      },
    },
    sweeps: [],
    subscriptions: { 'payout_account.changed': ['providers.sync-payout-account'] },
  }
}
