import { sql, type SQL } from 'drizzle-orm'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Ctx } from '#src/platform/context.ts'
import { requireOperator } from './access.ts'
import { iso, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export interface AuditView {
  readonly id: string
  readonly at: string
  readonly actorKind: string
  /** The person's name, account or guest, or which part of the system it was. */
  readonly actorName: string | null
  readonly action: string
  readonly subjectKind: string
  readonly subjectId: string
  /** A booking's code, a provider's name; null for what has none. */
  readonly subjectName: string | null
  readonly before: JsonObject | null
  readonly after: JsonObject | null
  readonly reason: string | null
}

interface Row extends Record<string, unknown> {
  id: string
  at: string
  actor_kind: string
  actor_name: string | null
  action: string
  subject_kind: string
  subject_id: string
  subject_name: string | null
  before: JsonObject | null
  after: JsonObject | null
  reason: string | null
}

const OF_SUBJECT_MAX = 200

function select(where: SQL, limit: number): SQL {
  return sql`
    select a.id, a.at, a.actor_kind, a.action, a.subject_kind, a.subject_id, a.before, a.after, nullif(trim(a.reason), '') as reason,
      case a.actor_kind
        when 'user' then (select u.name from users u where u.id::text = a.actor_id)
        when 'guest' then (select b.guest_name from bookings b where b.id = a.actor_id::uuid)
        else a.actor_id end as actor_name,
      case a.subject_kind
        when 'booking' then (select b.code from bookings b where b.id = a.subject_id::uuid)
        when 'provider' then (select p.name from providers p where p.id = a.subject_id::uuid)
        when 'review' then (select p.name from reviews r join providers p on p.id = r.provider_id where r.id = a.subject_id::uuid)
        end as subject_name
    from audit_log a
    where ${where} order by a.at desc, a.id desc limit ${limit}`
}

function viewOf(row: Row): AuditView {
  return {
    id: row.id,
    at: iso(row.at),
    actorKind: row.actor_kind,
    actorName: row.actor_name,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    subjectName: row.subject_name,
    before: row.before,
    after: row.after,
    reason: row.reason,
  }
}

/** Who did what to one thing, newest first. */
export async function listAuditOf(ctx: Ctx, subjectKind: string, subjectId: string): Promise<AuditView[]> {
  requireOperator(ctx)
  const { rows } = await ctx.db.execute<Row>(
    select(sql`a.subject_kind = ${subjectKind} and a.subject_id = ${subjectId}`, OF_SUBJECT_MAX),
  )
  return rows.map(viewOf)
}

export interface AuditQuery extends PageInput {
  /** Who acted: people, with or without an account, or the system by itself. */
  readonly by?: 'people' | 'system' | undefined
}

/** Who did what, newest first. */
export async function listAudit(ctx: Ctx, input: AuditQuery = {}): Promise<Page<AuditView>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const by = input.by ? sql`(a.actor_kind = 'system') = ${input.by === 'system'}` : sql`true`
  const where = after ? sql`${by} and (a.at, a.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : by
  const { rows } = await ctx.db.execute<Row>(select(where, limit + 1))
  return pageOf(rows, limit, viewOf, ({ at, id }) => ({ at, id }))
}
