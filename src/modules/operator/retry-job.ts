import { sql } from 'drizzle-orm'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { requireOperator } from './access.ts'

/** An operator has a job that was given up, or waits for its next try, run now with a full set of tries. @throws job.not_found, job.wrong_state. */
export async function retryJob(ctx: Ctx, input: { jobId: string; reason: string }): Promise<void> {
  requireOperator(ctx)
  await inTransaction(ctx, async (tx) => {
    const { rows } = await tx.execute<{
      task: string
      attempts: number
      last_error: string | null
      helpless: boolean
    }>(sql`
      select task_identifier as task, attempts, last_error, locked_at is null and attempts > 0 as helpless
      from graphile_worker.jobs where id = ${input.jobId}::bigint`)
    const job = rows[0]
    if (!job) throw refuse('job.not_found')
    if (!job.helpless) throw refuse('job.wrong_state')
    await tx.execute(
      sql`select graphile_worker.reschedule_jobs(array[${input.jobId}::bigint], run_at => now(), attempts => 0)`,
    )
    await recordAudit(tx, ctx, {
      action: 'job.retry',
      subjectKind: 'job',
      subjectId: input.jobId,
      before: { task: job.task, attempts: job.attempts, lastError: job.last_error },
      reason: input.reason,
    })
  })
}
