import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Tx } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { addJob } from '../jobs/enqueue.ts'

/** What happened, in the past tense. The union lives with the modules that say it; the outbox only carries it. */
export interface DomainEvent {
  /** 'booking.cancelled' */
  type: string
  /** The thing it happened to. */
  subjectId: string
  payload: JsonObject
  occurredAt: Temporal.Instant
}

export const DISPATCH_TASK = 'outbox.dispatch'

const say = prepared<Record<'id' | 'type' | 'subjectId' | 'payload' | 'occurredAt', string>>(
  () => sql`
    with said as (
      insert into domain_events (id, type, subject_id, payload, occurred_at)
      values (${sql.placeholder('id')}, ${sql.placeholder('type')}, ${sql.placeholder('subjectId')},
              ${sql.placeholder('payload')}::jsonb, ${sql.placeholder('occurredAt')})
      returning id)
    select ${addJob({ task: DISPATCH_TASK, payload: sql`json_build_object('eventId', id)`, key: null })} from said`,
)

/** Says that something happened, in the transaction that made it happen. Subscribers hear of it after the commit, at least once. */
export async function emit(tx: Tx, { type, subjectId, payload, occurredAt }: DomainEvent): Promise<void> {
  await say(tx, {
    id: randomUUID(),
    type,
    subjectId,
    payload: JSON.stringify(payload),
    occurredAt: occurredAt.toString(),
  })
}
