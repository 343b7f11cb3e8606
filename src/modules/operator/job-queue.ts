import { sql, type SQL } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { requireOperator } from './access.ts'
import { iso, isoOrNull, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export const JOB_STATES = ['waiting', 'running', 'retrying', 'dead'] as const
export type JobState = (typeof JOB_STATES)[number]

export interface JobView {
  readonly id: string
  readonly task: string
  readonly key: string | null
  readonly state: JobState
  readonly attempts: number
  readonly attemptsMax: number
  readonly runAt: string
  readonly createdAt: string
  readonly lockedAt: string | null
  readonly lastError: string | null
}

interface Row extends Record<string, unknown> {
  id: string
  task_identifier: string
  key: string | null
  state: JobState
  attempts: number
  max_attempts: number
  run_at: string
  created_at: string
  locked_at: string | null
  last_error: string | null
}

// Jobs that are done leave the queue, so these are all there is to see. Its clock is the database's own.
const STATE: SQL = sql`case when locked_at is not null then 'running' when attempts >= max_attempts then 'dead'
  when attempts > 0 then 'retrying' else 'waiting' end`

/** What the worker still has to do, newest first. */
export async function listJobs(
  ctx: Ctx,
  input: PageInput & { readonly state?: JobState | undefined } = {},
): Promise<Page<JobView>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const { rows } = await ctx.db.execute<Row>(sql`
    select id::text, task_identifier, key, ${STATE} as state, attempts, max_attempts, run_at, created_at, locked_at, last_error
    from graphile_worker.jobs
    where true ${input.state ? sql`and ${STATE} = ${input.state}` : sql``}
      ${after ? sql`and (created_at, id) < (${after.at}::timestamptz, ${after.id}::bigint)` : sql``}
    order by created_at desc, jobs.id desc limit ${limit + 1}`)
  return pageOf(
    rows,
    limit,
    (row) => ({
      id: row.id,
      task: row.task_identifier,
      key: row.key,
      state: row.state,
      attempts: row.attempts,
      attemptsMax: row.max_attempts,
      runAt: iso(row.run_at),
      createdAt: iso(row.created_at),
      lockedAt: isoOrNull(row.locked_at),
      lastError: row.last_error,
    }),
    (item) => ({ at: item.createdAt, id: item.id }),
  )
}
