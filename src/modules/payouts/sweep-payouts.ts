import { sql } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { addJob, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'

export const PAY_PROVIDER = 'payouts.pay-provider'

const BATCH = 100
/** Given to a job, it is not due again before this long: the job retries by itself meanwhile. */
const LEASE_MINUTES = 15

/** Hands payouts whose time has come to jobs, oldest first. @returns how many. */
export async function sweepDuePayouts(ctx: Ctx): Promise<number> {
  const now = ctx.now.toString()
  const leasedUntil = ctx.now.add({ minutes: LEASE_MINUTES }).toString()
  const { rowCount } = await ctx.db.execute(sql`
    with due as (
      update payouts set attempt_due_at = ${leasedUntil} where id in (
        select id from payouts where attempt_due_at <= ${now} order by attempt_due_at limit ${BATCH} for no key update skip locked)
      returning id)
    select ${addJob({
      task: PAY_PROVIDER,
      payload: sql`json_build_object('payoutId', id)`,
      key: sql`'payout:' || id`,
      priority: JOB_PRIORITY.money,
    })} from due`)
  return rowCount ?? 0
}
