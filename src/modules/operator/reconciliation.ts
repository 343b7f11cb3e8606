import { sql, type SQL } from 'drizzle-orm'
import type { MoneyJson } from '#src/kernel/money.ts'
import {
  DIFFERENCES,
  objectWord,
  readDrift,
  requestReconciliation,
  whatHappensNext,
  type DifferenceKind,
} from '#src/modules/reconciliation/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import type { Ctx } from '#src/platform/context.ts'
import { inTransaction } from '#src/platform/context.ts'
import { requireOperator, requireRight } from './access.ts'
import { amountOf, iso, isoOrNull } from './rows.ts'

/** What does not agree, as it is shown. */
export interface DifferenceView {
  readonly id: string
  readonly kind: DifferenceKind
  readonly name: string
  readonly sentence: string
  /** What becomes of it: what the next run does, or what a person has to do; how it was resolved, where it was. */
  readonly next: string
  readonly objectId: string
  /** What the object is, in a word: 'charge'. */
  readonly objectWord: string
  readonly bookingId: string | null
  readonly bookingCode: string | null
  readonly expected: MoneyJson
  readonly actual: MoneyJson
  /** Without a sign. */
  readonly difference: MoneyJson
  /** When the money moved. */
  readonly since: string
  readonly firstSeenAt: string
  readonly lastSeenAt: string
  readonly repairCount: number
  readonly resolvedAt: string | null
}

export interface ReconciliationView {
  /** The last run that came to its end; null: none has. */
  readonly lastRun: {
    readonly id: string
    readonly cause: string
    readonly finishedAt: string
    readonly lineCount: number
  } | null
  /** Since when a run is asked for and not finished; null: none is. */
  readonly askedAt: string | null
  /** All open differences of each currency added up without their signs: 0, or something is open. */
  readonly currencies: readonly {
    readonly currency: string
    readonly difference: MoneyJson
    readonly openCount: number
  }[]
  /** The oldest ones first. */
  readonly open: readonly DifferenceView[]
  /** The newest ones first. */
  readonly resolved: readonly DifferenceView[]
}

const OPEN_SHOWN_MAX = 200
const RESOLVED_SHOWN_MAX = 20

type DifferenceRow = {
  id: string
  kind: DifferenceKind
  object_id: string
  booking_id: string | null
  code: string | null
  currency: string
  expected_minor: string
  actual_minor: string
  since: string
  first_seen_at: string
  last_seen_at: string
  repair_count: number
  resolved_at: string | null
  resolution: string | null
}

/** How Stripe, the ledger and the bookings compare, as of the last run. @throws request.not_found. */
export async function getReconciliation(ctx: Ctx): Promise<ReconciliationView> {
  requireOperator(ctx)
  const [run, drift, open, resolved] = await Promise.all([
    ctx.db.execute<{
      id: string | null
      cause: string
      finished_at: string
      line_count: number
      asked_at: string | null
    }>(sql`
      select r.id, r.cause, r.finished_at, r.line_count, a.asked_at
      from (select min(requested_at) as asked_at from reconciliation_runs where finished_at is null
            and requested_at > coalesce((select max(started_at) from reconciliation_runs where finished_at is not null), '-infinity')) a
      left join lateral (select * from reconciliation_runs where finished_at is not null order by started_at desc limit 1) r on true`),
    readDrift(ctx.db),
    listDifferences(ctx, sql`d.resolved_at is null order by d.since, d.id limit ${OPEN_SHOWN_MAX}`),
    listDifferences(
      ctx,
      sql`d.resolved_at is not null order by d.resolved_at desc, d.id limit ${RESOLVED_SHOWN_MAX}`,
    ),
  ])
  const last = run.rows[0]
  return {
    lastRun: last?.id
      ? { id: last.id, cause: last.cause, finishedAt: iso(last.finished_at), lineCount: last.line_count }
      : null,
    askedAt: isoOrNull(last?.asked_at ?? null),
    currencies: drift.map(({ currency, minor, openCount }) => ({
      currency,
      difference: amountOf(minor, currency),
      openCount,
    })),
    open,
    resolved,
  }
}

async function listDifferences(ctx: Ctx, which: SQL): Promise<DifferenceView[]> {
  const { rows } = await ctx.db.execute<DifferenceRow>(sql`
    select d.*, b.code from reconciliation_differences d left join bookings b on b.id = d.booking_id where ${which}`)
  return rows.map(viewOf)
}

function viewOf(row: DifferenceRow): DifferenceView {
  const [expected, actual] = [BigInt(row.expected_minor), BigInt(row.actual_minor)]
  const apart = expected > actual ? expected - actual : actual - expected
  const { name, sentence } = DIFFERENCES[row.kind]
  return {
    ...{ id: row.id, kind: row.kind, name, sentence },
    next: row.resolution ?? whatHappensNext(row.kind, row.repair_count),
    objectId: row.object_id,
    objectWord: row.object_id === row.booking_id ? 'booking' : objectWord(row.object_id),
    bookingId: row.code === null ? null : row.booking_id,
    bookingCode: row.code,
    expected: amountOf(expected, row.currency),
    actual: amountOf(actual, row.currency),
    difference: amountOf(apart, row.currency),
    since: iso(row.since),
    firstSeenAt: iso(row.first_seen_at),
    lastSeenAt: iso(row.last_seen_at),
    repairCount: row.repair_count,
    resolvedAt: isoOrNull(row.resolved_at),
  }
}

/** An operator has everything compared now. The worker begins within seconds. @throws request.not_found, auth.not_allowed. */
export async function askForReconciliation(
  ctx: Ctx,
  { reason }: { readonly reason?: string | undefined },
): Promise<{ runId: string }> {
  requireRight(ctx, 'reconciliation.ask')
  return inTransaction(ctx, async (tx) => {
    const runId = await requestReconciliation(tx, ctx)
    await recordAudit(tx, ctx, {
      action: 'reconciliation.ask',
      subjectKind: 'reconciliation',
      subjectId: runId,
      ...(reason !== undefined && { reason }),
    })
    return { runId }
  })
}
