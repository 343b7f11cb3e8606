import { sql } from 'drizzle-orm'
import type { ProviderId, ReviewId, ServiceId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { recountRatings } from '#src/modules/providers/index.ts'
import type { Tx } from '#src/platform/db/database.ts'

export interface ImportedReview {
  readonly id: ReviewId
  readonly providerId: ProviderId
  readonly serviceId: ServiceId | null
  readonly authorName: string
  readonly rating: number
  readonly body: string
  readonly reply: string | null
  readonly repliedAt: Temporal.Instant | null
  readonly createdAt: Temporal.Instant
}

/** Writes reviews that come from elsewhere, and counts them into the ratings. Those that are there already stay. */
export async function writeImportedReviews(
  tx: Tx,
  importedFrom: string,
  reviews: readonly ImportedReview[],
): Promise<number> {
  const rows = JSON.stringify(reviews) // instants print themselves
  const { rowCount } = await tx.execute(sql`
    insert into reviews (id, imported_from, provider_id, service_id, author_name, rating, body, reply, replied_at, status, created_at)
    select n."id", ${importedFrom}::text, n."providerId", n."serviceId", n."authorName", n."rating", n."body", n."reply", n."repliedAt",
      'published', n."createdAt"
    from jsonb_to_recordset(${rows}::jsonb) as n("id" uuid, "providerId" uuid, "serviceId" uuid, "authorName" text,
      "rating" smallint, "body" text, "reply" text, "repliedAt" timestamptz, "createdAt" timestamptz)
    on conflict (id) do nothing`)
  await recountRatings(tx, [...new Set(reviews.map(({ providerId }) => providerId))])
  return rowCount ?? 0
}
