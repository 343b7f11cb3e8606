import { sql } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { addJob, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'

export const PAY_PROVIDER = 'payouts.pay-provider'

const BATCH = 100
/** Given to a job, it is not due again before this long: the job retries by itself meanwhile. */
export const LEASE_MINUTES = 15

/** They share what there is of our balance: the one who is owed longest takes first, and the next only after that. */
const QUEUE_AT_OUR_BALANCE = 'payouts.at-our-balance'

/** Hands payouts whose time has come to jobs, who is owed longest first. @returns how many. */
export async function sweepDuePayouts(ctx: Ctx): Promise<number> {
  const now = ctx.now.toString()
  const leasedUntil = ctx.now.add({ minutes: LEASE_MINUTES }).toString()
  const { rowCount } = await ctx.db.execute(sql`
    with due as (
      update payouts set attempt_due_at = ${leasedUntil} where id in (
        select id from payouts where attempt_due_at <= ${now} order by due_at limit ${BATCH} for no key update skip locked)
      returning id, due_at, waits_for)
    select ${addJob({
      task: PAY_PROVIDER,
      payload: sql`json_build_object('payoutId', id)`,
      key: sql`'payout:' || id`,
      queue: sql`case waits_for when 'platform_balance' then ${QUEUE_AT_OUR_BALANCE} end`,
      priority: JOB_PRIORITY.money,
    })} from due order by due_at`)
  return rowCount ?? 0
}
