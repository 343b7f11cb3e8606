import { eq, inArray, isNull, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { Temporal } from '#src/kernel/time.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { isOfObject, isOnItsWay } from './domain/differences.ts'
import {
  DIFFERENCES_MAX,
  findBookingDifferences,
  findObjectDifferences,
  type FoundDifference,
} from './find-differences.ts'
import { reconciliationDifferences, type Difference } from './tables.ts'

/**
 * Compares everything touched since `since`, and writes down what does not agree: what is new is opened, what is gone is
 * resolved with how, what is still there keeps its age. Whoever does it at the same time waits, and then looks anew.
 * @returns what is open afterwards, the oldest first.
 */
export async function recordDifferences(ctx: Ctx, since: Temporal.Instant): Promise<Difference[]> {
  return inTransaction(ctx, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('reconciliation', 0))`)
    const found = [...(await findObjectDifferences(tx, since)), ...(await findBookingDifferences(tx, since))]
    const open = new Map((await listOpen(tx)).map((difference) => [keyOf(difference), difference]))
    const counted = found.filter(
      (difference) => open.has(keyOf(difference)) || !isOnItsWay(difference.youngestAt, ctx.now),
    )
    for (const difference of counted) await write(tx, ctx, difference, open.get(keyOf(difference)))
    const still = new Set(counted.map(keyOf))
    if (found.length < DIFFERENCES_MAX) {
      for (const difference of open.values())
        if (!still.has(keyOf(difference))) await resolve(tx, ctx, difference)
      await markMatched(tx, ctx, found)
    } // otherwise not all are known, so none is known to agree
    return listOpen(tx)
  })
}

function listOpen(tx: Tx): Promise<Difference[]> {
  return tx
    .select()
    .from(reconciliationDifferences)
    .where(isNull(reconciliationDifferences.resolvedAt))
    .orderBy(reconciliationDifferences.since, reconciliationDifferences.id)
    .limit(DIFFERENCES_MAX)
}

/** What makes it the same difference as before, though its name may have changed. */
function keyOf({ kind, objectId, currency }: Pick<Difference, 'kind' | 'objectId' | 'currency'>): string {
  return `${isOfObject(kind) ? 'object' : kind}:${objectId}:${currency}`
}

async function write(
  tx: Tx,
  ctx: Ctx,
  { youngestAt: _, ...difference }: FoundDifference,
  open: Difference | undefined,
): Promise<void> {
  const values = { ...difference, lastSeenAt: ctx.now, lastRepair: null } // whatever was done, it is still there
  if (open) {
    await tx.update(reconciliationDifferences).set(values).where(eq(reconciliationDifferences.id, open.id))
    return
  }
  await tx.insert(reconciliationDifferences).values({ id: randomUUID(), ...values, firstSeenAt: ctx.now })
}

async function resolve(tx: Tx, ctx: Ctx, { id, lastRepair }: Difference): Promise<void> {
  const resolution = lastRepair ?? 'Both sides came to agree without a repair.'
  await tx
    .update(reconciliationDifferences)
    .set({ resolvedAt: ctx.now, resolution })
    .where(eq(reconciliationDifferences.id, id))
}

/** Lines whose object agrees need not be looked at again until something new happens to it. */
async function markMatched(tx: Tx, ctx: Ctx, found: readonly FoundDifference[]): Promise<void> {
  const differing = [...new Set(found.filter(({ kind }) => isOfObject(kind)).map(({ objectId }) => objectId))]
  const objects = sql.param(differing)
  await tx.execute(sql`
    update balance_transactions set matched_at = ${ctx.now.toString()}
    where matched_at is null and coalesce(source_id, id) <> all(${objects}::text[])`)
  await tx.execute(sql`
    update balance_transactions set matched_at = null
    where matched_at is not null and coalesce(source_id, id) = any(${objects}::text[])`)
}

/** Notes that some were tried, and what was done about them, so that whoever finds them gone can say how; null: nothing could be. */
export async function noteRepair(
  ctx: Ctx,
  differences: readonly Difference[],
  how: string | null,
): Promise<void> {
  if (differences.length === 0) return
  await ctx.db
    .update(reconciliationDifferences)
    .set({ lastRepair: how, repairCount: sql`${reconciliationDifferences.repairCount} + 1` })
    .where(
      inArray(
        reconciliationDifferences.id,
        differences.map(({ id }) => id),
      ),
    )
}
