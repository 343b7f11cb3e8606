import { desc, eq, isNotNull, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { earlierOf, Temporal } from '#src/kernel/time.ts'
import { assertNoOpenTransaction, type Ctx } from '#src/platform/context.ts'
import { bookOwnMovements, readBalanceLines } from './read-balance-lines.ts'
import { recordDifferences } from './record-differences.ts'
import { readAgain, replayEventsOf } from './repair-differences.ts'
import { reconciliationRuns, type Difference } from './tables.ts'

/** Read again with each run: what Stripe lists late, and what was young at the last one. */
const OVERLAP_HOURS = 48

export interface ReconciliationReport {
  readonly runId: string
  readonly readSince: Temporal.Instant
  /** Lines of Stripe's that were new. */
  readonly lineCount: number
  /** Differences there were before anything was done about them. */
  readonly differenceCount: number
  /** What is still open, the oldest first. */
  readonly open: readonly Difference[]
}

/**
 * Matches Stripe's balance transactions, the ledger and the bookings, and repairs by replay what replay repairs. Each step is
 * kept by itself and harmless to repeat, and where reading begins is taken from the last run that came to its end: a run may
 * be cut off anywhere, and two may run at once.
 * @param runId the run that was asked for; without it, it is one of its own
 * @param since where to begin reading at the latest, for looking at the past again; default where the last run began, and some
 *   hours before
 * @throws {Trouble} when Stripe does not answer; the run is then unfinished, and its job comes again.
 */
export async function reconcile(
  ctx: Ctx,
  gateway: PaymentGateway,
  { runId = randomUUID(), since }: { readonly runId?: string; readonly since?: Temporal.Instant } = {},
): Promise<ReconciliationReport> {
  assertNoOpenTransaction('the payment gateway')
  // A later beginning would leave a gap: the next run reads from where this one is said to have begun.
  const unread = await nextReadSince(ctx)
  const readSince = since ? earlierOf(since, unread) : unread
  await begin(ctx, runId, readSince)
  const lineCount = await readBalanceLines(ctx, gateway, readSince)
  await bookOwnMovements(ctx)
  let open = await recordDifferences(ctx, readSince)
  const differenceCount = open.length
  for (const repair of [replayEventsOf, readAgain]) {
    if ((await repair(ctx, gateway, open)) > 0) open = await recordDifferences(ctx, readSince)
  }
  await ctx.db
    .update(reconciliationRuns)
    .set({ finishedAt: ctx.now, lineCount, openCount: open.length })
    .where(eq(reconciliationRuns.id, runId))
  if (open.length > 0) ctx.log.error({ open: open.length }, 'Stripe and the books differ')
  return { runId, readSince, lineCount, differenceCount, open }
}

/** Everything, the first time. */
async function nextReadSince(ctx: Ctx): Promise<Temporal.Instant> {
  const [last] = await ctx.db
    .select({ startedAt: reconciliationRuns.startedAt })
    .from(reconciliationRuns)
    .where(isNotNull(reconciliationRuns.finishedAt))
    .orderBy(desc(reconciliationRuns.startedAt))
    .limit(1)
  return last?.startedAt?.subtract({ hours: OVERLAP_HOURS }) ?? Temporal.Instant.fromEpochMilliseconds(0)
}

async function begin(ctx: Ctx, runId: string, readSince: Temporal.Instant): Promise<void> {
  const values = { startedAt: ctx.now, readSince }
  await ctx.db
    .insert(reconciliationRuns)
    .values({ id: runId, cause: 'asked', requestedAt: ctx.now, ...values })
    .onConflictDoUpdate({
      target: reconciliationRuns.id,
      set: values,
      setWhere: sql`${reconciliationRuns.finishedAt} is null`,
    })
}
