import { sql } from 'drizzle-orm'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Database } from '#src/platform/db/database.ts'

/** How far the demo data is. `strange`: there is something that it has not made. */
export type SeedProgress = 'nothing' | 'begun' | 'done' | 'strange'

/** The audit log remembers: it is written with the rest, and never changed. */
export async function readSeedProgress(db: Database): Promise<SeedProgress> {
  const { rows } = await db.execute<Record<'done' | 'begun' | 'strange', boolean>>(sql`
    select exists (select from audit_log where subject_kind = 'demo' and action = 'demo.seed_finished') as done,
      exists (select from audit_log where subject_kind = 'demo' and action = 'demo.seed_begun') as begun,
      exists (select from bookings) or exists (select from providers) as strange`)
  const row = rows[0]
  return row?.done ? 'done' : row?.begun ? 'begun' : row?.strange ? 'strange' : 'nothing'
}

export async function noteSeedProgress(
  ctx: Ctx,
  action: 'demo.seed_begun' | 'demo.seed_finished',
): Promise<void> {
  await inTransaction(ctx, (tx) => recordAudit(tx, ctx, { action, subjectKind: 'demo', subjectId: 'demo' }))
}
