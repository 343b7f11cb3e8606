import { eq, sql } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { providers } from './tables.ts'

/** Takes a review into the provider's rating, or out of it again: the sum and the count that search sorts by. */
export async function adjustRating(
  tx: Tx,
  providerId: ProviderId,
  by: { sum: number; count: number },
): Promise<void> {
  await tx
    .update(providers)
    .set({
      ratingSum: sql`${providers.ratingSum} + ${by.sum}::int`,
      ratingCount: sql`${providers.ratingCount} + ${by.count}::int`,
    })
    .where(eq(providers.id, providerId))
}

/** Counts the ratings anew from the published reviews, after many were written at once. */
export async function recountRatings(tx: Tx, providerIds: readonly ProviderId[]): Promise<void> {
  await tx.execute(sql`
    update providers p set rating_sum = n.sum, rating_count = n.count
    from (select r.provider_id, sum(r.rating)::int as sum, count(*)::int as count from reviews r
          where r.provider_id = any(${sql.param(providerIds)}::uuid[]) and r.status = 'published' group by r.provider_id) n
    where p.id = n.provider_id`)
}
