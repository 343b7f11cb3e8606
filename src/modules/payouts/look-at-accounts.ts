import { sql } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { syncPayoutAccount } from '#src/modules/providers/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { addJob, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { hasDeadJob, hasNoLiveJob } from '#src/platform/jobs/live-job.ts'

export const LOOK_AT_ACCOUNT = 'payouts.look-at-account'

/** With a sweep every five minutes nothing that Stripe said and we did not hear stays unknown for longer than fifteen. */
const LOOKED_AT_MINUTES = 10
/** Two calls each. Where more accounts than this have business, who was looked at longest ago comes first, and it takes longer. */
const BATCH = 100
/** A bank sends a payout back within days, and somebody who sets an account up is through with it in less. */
const PAID_DAYS = 14
const SET_UP_DAYS = 7
const JOB_KEY = sql`'account:' || payout_account_id`

/**
 * Accounts of providers in whose business money is open or was sent a short while ago: each is read again now and then, in case
 * an event about it never came. All that such an event would say is to read it, and what is read is as new. Stripe lists an
 * account's events only as long as it is connected to us, so that the last one, that it has left, is not among them.
 * @returns 0: one batch a round.
 */
export async function sweepAccounts(ctx: Ctx): Promise<number> {
  const now = sql`${ctx.now.toString()}::timestamptz`
  await ctx.db.execute(sql`
    with due as (
      select payout_account_id as account_id from providers p
      where payout_account_id is not null
        and (payout_account_checked_at is null or payout_account_checked_at < ${now} - make_interval(mins => ${LOOKED_AT_MINUTES}))
        and (exists (select from bookings b where b.provider_id = p.id
               and b.state in ('held', 'awaiting_provider', 'confirmed', 'in_progress'))
          or exists (select from payouts o where o.provider_id = p.id
               and (o.status in ('scheduled', 'failed') or o.updated_at > ${now} - make_interval(days => ${PAID_DAYS})))
          or (not payout_account_ready and p.updated_at > ${now} - make_interval(days => ${SET_UP_DAYS})))
        and ${hasNoLiveJob(JOB_KEY)}
      -- One that could not be read in all its tries is tried again, and takes nobody's place.
      order by ${hasDeadJob(JOB_KEY)}, payout_account_checked_at nulls first limit ${BATCH})
    select ${addJob({
      task: LOOK_AT_ACCOUNT,
      payload: sql`json_build_object('accountId', account_id)`,
      key: sql`'account:' || account_id`,
      priority: JOB_PRIORITY.bulk,
    })} from due`)
  return 0
}

/** Reads an account of which nothing was heard. What turns out to have changed is noted as if it had been said, and said aloud. */
export async function lookAtAccount(ctx: Ctx, gateway: PaymentGateway, accountId: string): Promise<void> {
  const { rows } = await ctx.db.execute<{ ready: boolean; failure: string | null }>(sql`
    select payout_account_ready as ready, bank_payout_failure as failure from providers where payout_account_id = ${accountId}`)
  const [before] = rows
  const state = await syncPayoutAccount(ctx, gateway, accountId)
  if (before && state && (before.ready !== state.ready || before.failure !== state.bankFailure))
    ctx.log.error({ accountId }, 'events about a payout account never arrived, and it was read instead')
}
