import { sql, type SQL } from 'drizzle-orm'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Ctx } from '#src/platform/context.ts'
import { requireOperator } from './access.ts'
import { iso, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export interface AuditView {
  readonly id: string
  readonly at: string
  readonly actorKind: string
  /** The person's name, where it is one. */
  readonly actorName: string | null
  readonly action: string
  readonly subjectKind: string
  readonly subjectId: string
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
  before: JsonObject | null
  after: JsonObject | null
  reason: string | null
}

const OF_SUBJECT_MAX = 200

function select(where: SQL, limit: number): SQL {
  return sql`
    select a.id, a.at, a.actor_kind, coalesce(u.name, a.actor_id) as actor_name, a.action, a.subject_kind, a.subject_id, a.before, a.after, a.reason
    from audit_log a left join users u on a.actor_kind = 'user' and u.id::text = a.actor_id
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

/** Who did what, newest first. */
export async function listAudit(ctx: Ctx, input: PageInput = {}): Promise<Page<AuditView>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const where = after ? sql`(a.at, a.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql`true`
  const { rows } = await ctx.db.execute<Row>(select(where, limit + 1))
  return pageOf(rows, limit, viewOf, ({ at, id }) => ({ at, id }))
}
