import { sql } from 'drizzle-orm'
import type { Queryable } from '../db/database.ts'
import { DISPATCH_TASK } from '../outbox/emit.ts'

/**
 * Removes the jobs that were replaced while a worker had them in hand, and did not end well. When a key is added again
 * graphile-worker takes it from the running job, with all its tries, so that only the newer one runs again; a worker that dies
 * then leaves the older one behind, and it would be counted as given up for ever. Every job has a key but the outbox's, which
 * are never replaced, so one without a key and without a try left is such a job.
 */
export async function putAwayReplaced(db: Queryable): Promise<void> {
  await db.execute(sql`
    select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs
    where key is null and task_identifier <> ${DISPATCH_TASK} and attempts >= max_attempts and locked_at is null
    having count(*) > 0`)
}
