import { sql, type SQL } from 'drizzle-orm'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Queryable } from '../db/database.ts'

export interface EnqueueOptions {
  /** Jobs with one key are one job while it waits. */
  jobKey: string
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
  { jobKey, priority }: EnqueueOptions,
): Promise<void> {
  await tx.execute(
    sql`select ${addJob({ task, payload: sql`${JSON.stringify(payload)}::json`, key: sql`${jobKey}::text`, priority })}`,
  )
}

export interface JobSql {
  readonly task: string | SQL
  /** Of type json. */
  readonly payload: SQL
  /** Null for the outbox alone: see put-away-replaced.ts. */
  readonly key: SQL | null
  /** Jobs of one queue run one after the other, in the order they were added; without one, as many at once as there are hands. */
  readonly queue?: SQL
  readonly priority?: number | undefined
  readonly attemptsMax?: number
}

/**
 * An SQL expression that adds a job, for statements that find out by themselves what is to be done. Its value is the job's id.
 *
 * With a key, graphile-worker's add_job adds nothing when a worker takes the waiting job of that key in the very same moment:
 * it waits for the row, finds it locked, and leaves it. What that worker reads may be from before our change, and nobody would
 * look again. The second call finds the job running and adds the next one.
 */
export function addJob({ task, payload, key, queue, priority, attemptsMax = JOB_ATTEMPTS_MAX }: JobSql): SQL {
  const name = typeof task === 'string' ? sql`${task}::text` : task
  const add = sql`(graphile_worker.add_job(${name}, ${payload}, queue_name => ${queue ?? null}, job_key => ${key}, max_attempts => ${attemptsMax}::int,
    priority => ${priority ?? JOB_PRIORITY.normal}::int)).id`
  return key === null ? add : sql`coalesce(${add}, ${add})`
}
