import { sql } from 'drizzle-orm'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { DIFFERENCE_KINDS, type DifferenceKind } from './domain/differences.ts'

export interface Drift {
  readonly currency: Currency
  /** All open differences without their signs, so that no two cancel out: 0, or something is open. */
  readonly minor: bigint
  readonly openCount: number
}

/** What does not agree in each currency that the ledger knows Stripe to hold, or that a difference is in. */
export async function readDrift(db: Queryable): Promise<Drift[]> {
  const { rows } = await db.execute<{ currency: Currency; minor: string; open: number }>(sql`
    select c.currency, coalesce(sum(abs(d.expected_minor - d.actual_minor)), 0)::text as minor, count(d.id)::int as open
    from (select currency from ledger_accounts where code = 'stripe_balance'
          union select currency from reconciliation_differences where resolved_at is null) c
    left join reconciliation_differences d on d.currency = c.currency and d.resolved_at is null
    group by c.currency order by c.currency`)
  return rows.map(({ currency, minor, open }) => ({ currency, minor: BigInt(minor), openCount: open }))
}

export interface OpenOfKind {
  readonly kind: DifferenceKind
  readonly count: number
  /** When the oldest was first seen; null: there is none. */
  readonly oldestAt: Temporal.Instant | null
}

/** How many differences of each kind are open, those with none included. */
export async function readOpenByKind(db: Queryable): Promise<OpenOfKind[]> {
  const { rows } = await db.execute<{ kind: DifferenceKind; count: number; oldest_ms: number }>(sql`
    select kind, count(*)::int as count, extract(epoch from min(first_seen_at))::float8 * 1000 as oldest_ms
    from reconciliation_differences where resolved_at is null group by kind`)
  return DIFFERENCE_KINDS.map((kind) => {
    const found = rows.find((row) => row.kind === kind)
    return {
      kind,
      count: found?.count ?? 0,
      oldestAt: found ? Temporal.Instant.fromEpochMilliseconds(Math.floor(found.oldest_ms)) : null,
    }
  })
}

/** When a comparison last came to its end; null: none has, and nothing is known of how the books compare. */
export async function readLastComparedAt(db: Queryable): Promise<Temporal.Instant | null> {
  const { rows } = await db.execute<{ at_ms: number | null }>(sql`
    select extract(epoch from max(finished_at))::float8 * 1000 as at_ms from reconciliation_runs`)
  const at = rows[0]?.at_ms ?? null
  return at === null ? null : Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
}
