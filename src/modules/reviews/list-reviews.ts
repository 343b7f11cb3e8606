import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'

export interface ReviewView {
  id: string
  authorName: string
  rating: number
  body: string
  serviceName: string | null
  reply: string | null
  repliedAt: string | null
  createdAt: string
}

export interface ReviewList {
  items: ReviewView[]
  nextCursor: string | null
}

const REVIEWS_PER_PAGE = 10

interface Row extends Record<string, unknown>, Omit<ReviewView, 'createdAt' | 'repliedAt'> {
  created: string
  replied: string | null
}

/** Newest first; the id breaks ties, so that the order is total and no page skips or repeats one. */
const cursorSchema = z.object({ at: z.iso.datetime(), id: z.uuid() })

/** The published reviews of one provider, newest first. */
export async function listReviews(
  db: Queryable,
  providerId: ProviderId,
  page: { cursor?: string | undefined; limit?: number | undefined } = {},
): Promise<ReviewList> {
  const limit = page.limit ?? REVIEWS_PER_PAGE
  const after = page.cursor === undefined ? null : readCursor(page.cursor, cursorSchema)
  const { rows } = await db.execute<Row>(sql`
    select r.id, r.author_name as "authorName", r.rating, r.body, s.name as "serviceName", r.reply,
      to_char(r.created_at at time zone 'UTC', ${ISO_MICROSECONDS}) as created,
      to_char(r.replied_at at time zone 'UTC', ${ISO_MICROSECONDS}) as replied
    from reviews r left join services s on s.id = r.service_id
    where r.provider_id = ${providerId}::uuid and r.status = 'published'
      ${after ? sql`and (r.created_at, r.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
    order by r.created_at desc, r.id desc
    limit ${limit + 1}`)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(({ created, replied, ...review }) => ({
      ...review,
      repliedAt: replied,
      createdAt: created,
    })),
    nextCursor: rows.length > limit && last ? writeCursor({ at: last.created, id: last.id }) : null,
  }
}

/** Microseconds, as stored: a cursor that rounds would skip or repeat. */
const ISO_MICROSECONDS = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
