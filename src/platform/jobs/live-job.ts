import { sql, type SQL } from 'drizzle-orm'

/**
 * Whether no job of this key is being done or will be. Adding one all the same would begin its tries anew and at once, and one
 * that is running would get a second beside it. One that has used up its tries stays in the queue's table: {@link hasDeadJob}.
 */
export function hasNoLiveJob(key: SQL): SQL {
  return sql`not ${hasLiveJob(key)}`
}

/** Whether a job of this key is being done or will be. */
export function hasLiveJob(key: SQL): SQL<boolean> {
  return sql<boolean>`exists (select from graphile_worker.jobs j
    where j.key = ${key} and (j.attempts < j.max_attempts or j.locked_at is not null))`
}

/** Whether a job of this key has used up its tries. */
export function hasDeadJob(key: SQL): SQL {
  return sql`exists (select from graphile_worker.jobs j
    where j.key = ${key} and j.attempts >= j.max_attempts and j.locked_at is null)`
}
