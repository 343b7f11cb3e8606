import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { BookingId, PayoutId, ProviderId } from '#src/kernel/ids.ts'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { LOOK_AT_ACCOUNT, lookAtAccount, sweepAccounts } from './look-at-accounts.ts'
import { payProvider } from './pay-provider.ts'
import { retryWaitingPayouts } from './retry-payout.ts'
import { SCHEDULE_PAYOUT, schedulePayout } from './schedule-payout.ts'
import { PAY_PROVIDER, sweepDuePayouts } from './sweep-payouts.ts'
import { takeInReversals } from './take-in-reversals.ts'

const RETRY_WAITING = 'payouts.retry-waiting'
const TAKE_IN_REVERSALS = 'payouts.take-in-reversals'
const SWEEP_EVERY_MS = 2_000
const ACCOUNTS_EVERY_MS = 300_000

export function payoutsJobs({ gateway }: { gateway: PaymentGateway }): ModuleJobs {
  return {
    jobs: {
      [SCHEDULE_PAYOUT]: (ctx, { bookingId }) => schedulePayout(ctx, String(bookingId) as BookingId),
      [PAY_PROVIDER]: (ctx, { payoutId }) => payProvider(ctx, gateway, String(payoutId) as PayoutId),
      [TAKE_IN_REVERSALS]: (ctx, { transferId, movementId }) =>
        takeInReversals(ctx, gateway, { transferId: String(transferId), movementId: String(movementId) }),
      [LOOK_AT_ACCOUNT]: (ctx, { accountId }) => lookAtAccount(ctx, gateway, String(accountId)),
      [RETRY_WAITING]: (ctx, { providerId }) => retryWaitingPayouts(ctx, String(providerId) as ProviderId),
    },
    sweeps: [
      { name: 'payouts.due', everyMs: SWEEP_EVERY_MS, run: sweepDuePayouts },
      { name: 'payouts.accounts', everyMs: ACCOUNTS_EVERY_MS, run: sweepAccounts },
    ],
    subscriptions: {
      'booking.completed': [SCHEDULE_PAYOUT],
      'booking.no_show': [SCHEDULE_PAYOUT],
      'booking.cancelled': [SCHEDULE_PAYOUT],
      'payment.refunded': [SCHEDULE_PAYOUT],
      'payment.refund_failed': [SCHEDULE_PAYOUT],
      'payment.disputed': [SCHEDULE_PAYOUT],
      'payment.dispute_closed': [SCHEDULE_PAYOUT],
      'transfer.reversed': [TAKE_IN_REVERSALS],
      'provider.payouts_ready': [RETRY_WAITING],
    },
  }
}
