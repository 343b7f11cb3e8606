import { and, inArray, isNull, sql } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { Trouble } from '#src/platform/errors.ts'
import { OWN_MOVEMENT_TYPES, ownMovementPostings } from './postings.ts'
import { balanceTransactions } from './tables.ts'

/** A hundred lines each: a million, and a run that never ends is ended. */
const PAGES_MAX = 10_000
const BATCH = 500

/**
 * Reads Stripe's lines since `since`, and stores those that are new. A page is one transaction: cut off anywhere, what was
 * read is kept, and reading it again changes nothing.
 * @returns how many were new.
 * @throws {Trouble} when Stripe does not answer.
 */
export async function readBalanceLines(
  ctx: Ctx,
  gateway: PaymentGateway,
  since: Temporal.Instant,
): Promise<number> {
  let count = 0
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { entries, nextCursor } = await gateway.listBalanceEntries(since, cursor)
    if (entries.length > 0) {
      const { rowCount } = await ctx.db
        .insert(balanceTransactions)
        .values(entries.map((entry) => ({ ...entry, readAt: ctx.now })))
        .onConflictDoNothing()
      count += rowCount ?? 0
    }
    if (nextCursor === null) return count
    cursor = nextCursor
  }
  throw new Trouble('payments', `Stripe has more lines since ${since} than one run reads`)
}

/** Books the lines that are nobody's but ours: payouts to our bank, top-ups, fees of the account. Each once. */
export async function bookOwnMovements(ctx: Ctx): Promise<void> {
  for (let booked = 1; booked > 0;) {
    booked = await inTransaction(ctx, async (tx) => {
      const lines = await tx
        .select()
        .from(balanceTransactions)
        .where(
          and(
            isNull(balanceTransactions.matchedAt),
            inArray(balanceTransactions.type, [...OWN_MOVEMENT_TYPES]),
            sql`not exists (select from ledger_transfers t where starts_with(t.effect_key, 'stripe:' || ${balanceTransactions.id} || ':')
              and t.external_id = coalesce(${balanceTransactions.sourceId}, ${balanceTransactions.id}))`,
          ),
        )
        .orderBy(balanceTransactions.createdAt, balanceTransactions.id)
        .limit(BATCH)
      return postTransfers(tx, ctx.now, lines.flatMap(ownMovementPostings))
    })
  }
}
