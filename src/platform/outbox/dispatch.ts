import { sql } from 'drizzle-orm'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Ctx } from '../context.ts'
import { prepared } from '../db/prepared.ts'
import { addJob } from '../jobs/enqueue.ts'

/** Event type → the tasks that react to it. Each gets the payload `{ eventId, subjectId, occurredAt, ...payload }`. */
export type Subscriptions = Readonly<Record<string, readonly string[]>>

const PAYLOAD = sql.raw(
  `payload || jsonb_build_object('eventId', id, 'subjectId', subject_id, 'occurredAt', occurred_at)`,
)

const findUndispatched = prepared<{ eventId: string }, { type: string; payload: JsonObject }>(
  () => sql`
    select type, ${PAYLOAD} as payload from domain_events
    where id = ${sql.placeholder('eventId')} and dispatched_at is null`,
)

const markDispatched = prepared<Record<'eventId' | 'now', string>>(
  () =>
    sql`update domain_events set dispatched_at = ${sql.placeholder('now')} where id = ${sql.placeholder('eventId')}`,
)

const addJobs = prepared<Record<'eventId' | 'tasks', string>>(
  () => sql`
    select ${addJob({ task: sql`task`, payload: sql`payload::json`, key: sql`id || ':' || task` })}
    from (select id, ${PAYLOAD} as payload from domain_events where id = ${sql.placeholder('eventId')}) event,
      jsonb_array_elements_text(${sql.placeholder('tasks')}::jsonb) task`,
)

/**
 * Brings an event to its subscribers: the first is called in this very job, which is tried again until it succeeds, and the
 * others get a job each, so that none waits for another. After a crash in between some hear it twice, which does no harm.
 */
export async function dispatchEvent(
  ctx: Pick<Ctx, 'db' | 'now'>,
  eventId: string,
  subscriptions: Subscriptions,
  call: (task: string, payload: JsonObject) => Promise<void>,
): Promise<void> {
  const [event] = (await findUndispatched(ctx.db, { eventId })).rows
  if (!event) return
  const [first, ...others] = subscriptions[event.type] ?? []
  if (others.length > 0) await addJobs(ctx.db, { eventId, tasks: JSON.stringify(others) })
  if (first) await call(first, event.payload)
  await markDispatched(ctx.db, { eventId, now: ctx.now.toString() })
}
