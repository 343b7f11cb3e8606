import { randomUUID } from 'node:crypto'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { reconciliationRuns } from './tables.ts'

export const RECONCILE = 'reconciliation.run'

/** Has the worker reconcile now, in the caller's transaction. @returns the run, which the worker begins within seconds. */
export async function requestReconciliation(tx: Tx, ctx: Ctx): Promise<string> {
  const id = randomUUID()
  await tx.insert(reconciliationRuns).values({ id, cause: 'asked', requestedAt: ctx.now })
  await enqueueRun(tx, id)
  return id
}

/** One run a day (UTC), however many workers look. @returns how many were asked for: 1 or 0. */
export async function requestDailyReconciliation(ctx: Ctx): Promise<number> {
  const dueOn = ctx.now.toZonedDateTimeISO('UTC').toPlainDate()
  return inTransaction(ctx, async (tx) => {
    const [asked] = await tx
      .insert(reconciliationRuns)
      .values({ id: randomUUID(), cause: 'daily', dueOn, requestedAt: ctx.now })
      .onConflictDoNothing()
      .returning({ id: reconciliationRuns.id })
    if (!asked) return 0
    await enqueueRun(tx, asked.id)
    return 1
  })
}

function enqueueRun(tx: Tx, runId: string): Promise<void> {
  return enqueue(tx, RECONCILE, { runId }, { jobKey: `reconciliation:${runId}`, priority: JOB_PRIORITY.bulk })
}
