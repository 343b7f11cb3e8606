import { sql } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { addJob, enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { hasNoLiveJob } from '#src/platform/jobs/live-job.ts'
import { PROCESS_WEBHOOKS, WEBHOOK_TRIES_MAX } from './receive-webhook.ts'
import { isWithBank } from './refunds-with-bank.ts'
import { SETTLE_CAPTURE } from './request-capture.ts'
import { SETTLE_REFUND } from './request-refund.ts'
import { SETTLE_VOID } from './request-void.ts'

export const SYNC_PAYMENT = 'payments.sync'
export const SYNC_REFUND = 'payments.sync-refund'

const BATCH = 100
/** A payment that is due is given to a job, and not again before this long: the job retries by itself. */
const LEASE_SECONDS = 300
/** An operation open for longer has lost its job. */
const OPEN_SECONDS_MAX = 300
/** A bank takes days, and a webhook tells when it is there: so often somebody looks, in case none comes. */
const REFUND_LOOK_SECONDS = 3_600

/** Payments of which nothing was heard in time: asks the gateway. @returns how many were due. */
export async function sweepUnsyncedPayments(ctx: Ctx): Promise<number> {
  const leasedUntil = ctx.now.add({ seconds: LEASE_SECONDS }).toString()
  const { rowCount } = await ctx.db.execute(sql`
    with due as (
      update payments set sync_due_at = ${leasedUntil} where id in (
        select id from payments where sync_due_at <= ${ctx.now.toString()} order by sync_due_at limit ${BATCH} for no key update skip locked)
      returning id)
    select ${addJob({
      task: SYNC_PAYMENT,
      payload: sql`json_build_object('paymentId', id)`,
      key: sql`'sync:' || id`,
      priority: JOB_PRIORITY.money,
    })} from due`)
  return rowCount ?? 0
}

const TASK_OF: Readonly<Record<string, { task: string; field: string }>> = {
  capture: { task: SETTLE_CAPTURE, field: 'paymentId' },
  void: { task: SETTLE_VOID, field: 'paymentId' },
  refund: { task: SETTLE_REFUND, field: 'refundId' },
}

/**
 * Calls that were intended and whose job is gone are taken up again, one batch a round.
 * @returns 0: one whose job leaves it open would be found again at once, and again.
 */
export async function sweepOpenOperations(ctx: Ctx): Promise<number> {
  const before = ctx.now.subtract({ seconds: OPEN_SECONDS_MAX }).toString()
  const { rows } = await ctx.db.execute<{ kind: string; subject_id: string }>(sql`
    select kind, subject_id from stripe_operations
    where status = 'intended' and created_at < ${before} and kind in ('capture', 'void', 'refund')
      and ${hasNoLiveJob(sql`kind || ':' || subject_id`)}
      and not (kind = 'refund' and attempts = 0 and exists (
        select from refunds r where r.id = subject_id and ${isWithBank(sql`r.payment_id`)}))
    order by created_at limit ${BATCH}`)
  for (const { kind, subject_id: subjectId } of rows) {
    const found = TASK_OF[kind]
    if (!found) continue
    const options = { jobKey: `${kind}:${subjectId}`, priority: JOB_PRIORITY.money }
    await enqueue(ctx.db, found.task, { [found.field]: subjectId }, options)
  }
  return 0
}

/** Stored events whose job has given up, as after hours without the gateway, are taken up again. @returns 0, as above. */
export async function sweepWaitingWebhooks(ctx: Ctx): Promise<number> {
  const before = ctx.now.subtract({ seconds: OPEN_SECONDS_MAX }).toString()
  await ctx.db.execute(sql`
    with waiting as (
      select object_id from webhook_events
      where status = 'received' and received_at < ${before} and ${hasNoLiveJob(sql`'webhooks:' || object_id`)}
      group by object_id order by min(received_at) limit ${BATCH})
    select ${addJob({
      task: PROCESS_WEBHOOKS,
      payload: sql`json_build_object('objectId', object_id)`,
      key: sql`'webhooks:' || object_id`,
      priority: JOB_PRIORITY.money,
      attemptsMax: WEBHOOK_TRIES_MAX,
    })} from waiting`)
  return 0
}

/** Refunds on their way to the bank are looked at until they arrive, those first that were not looked at for longest. @returns how many were due. */
export async function sweepPendingRefunds(ctx: Ctx): Promise<number> {
  const leasedUntil = ctx.now.add({ seconds: REFUND_LOOK_SECONDS }).toString()
  const { rowCount } = await ctx.db.execute(sql`
    with due as (
      update refunds set sync_due_at = ${leasedUntil} where id in (
        select id from refunds where status = 'pending' and (sync_due_at is null or sync_due_at <= ${ctx.now.toString()})
        order by sync_due_at nulls first, requested_at limit ${BATCH} for no key update skip locked)
      returning id)
    select ${addJob({
      task: SYNC_REFUND,
      payload: sql`json_build_object('refundId', id)`,
      key: sql`'sync-refund:' || id`,
    })} from due`)
  return rowCount ?? 0
}
