import { sql } from 'drizzle-orm'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Queryable } from '../db/database.ts'

export interface EnqueueOptions {
  /** Jobs with one key are one job while it waits. */
  jobKey?: string
  /** Lower runs first. Money before mail. */
  priority?: number
}

export const JOB_PRIORITY = { money: -10, normal: 0, mail: 10, bulk: 20 } as const
export const JOB_ATTEMPTS_MAX = 12 // about a day of graphile-worker's exponential backoff

/** Adds a job in the caller's transaction: it exists exactly if the change that wants it does. */
export async function enqueue(
  tx: Queryable,
  task: string,
  payload: JsonObject,
  options: EnqueueOptions = {},
): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.add_job(
      ${task}::text, ${JSON.stringify(payload)}::json,
      job_key => ${options.jobKey ?? null}::text, priority => ${options.priority ?? JOB_PRIORITY.normal}::int,
      max_attempts => ${JOB_ATTEMPTS_MAX}::int)`)
}
