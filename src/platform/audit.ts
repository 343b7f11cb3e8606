import { randomUUID } from 'node:crypto'
import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Actor } from '#src/kernel/actor.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Ctx } from './context.ts'
import { instant } from './db/columns.ts'
import type { Tx } from './db/database.ts'

export const auditLog = pgTable('audit_log', {
  id: uuid().primaryKey(),
  actorKind: text().notNull(),
  actorId: text(),
  action: text().notNull(),
  subjectKind: text().notNull(),
  subjectId: text().notNull(),
  before: jsonb().$type<JsonObject>(),
  after: jsonb().$type<JsonObject>(),
  reason: text(),
  requestId: text(),
  at: instant().notNull(),
})

export interface AuditEntry {
  /** 'booking.cancel' */
  action: string
  subjectKind: string
  subjectId: string
  before?: JsonObject
  after?: JsonObject
  reason?: string
}

/** Writes who did what, in the transaction that did it. */
export async function recordAudit(tx: Tx, ctx: Ctx, entry: AuditEntry): Promise<void> {
  await tx.insert(auditLog).values({
    id: randomUUID(),
    actorKind: ctx.actor.kind,
    actorId: actorId(ctx.actor),
    action: entry.action,
    subjectKind: entry.subjectKind,
    subjectId: entry.subjectId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    reason: entry.reason ?? null,
    requestId: ctx.requestId,
    at: ctx.now,
  })
}

function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case 'user':
      return actor.userId
    case 'guest':
      return actor.bookingId
    case 'system':
      return actor.name
    case 'anonymous':
      return null
  }
}
