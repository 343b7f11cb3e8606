import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { BookingId, ProviderId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'
import type { ReviewView } from './list-reviews.ts'

/** A review as those see it who answer or moderate it: with its booking, and whether and why it is hidden. */
export interface ReviewRecord extends ReviewView {
  status: 'published' | 'hidden'
  moderationReason: string | null
  booking: { id: string; code: string } | null
  provider: { id: string; name: string }
}

export interface ReviewRecordsQuery {
  /** Operators may leave it away and see everybody's. */
  readonly providerId?: ProviderId | undefined
  readonly bookingId?: BookingId | undefined
  readonly status?: ReviewRecord['status'] | undefined
  /** Only those that nobody has answered. */
  readonly unanswered?: boolean | undefined
  readonly cursor?: string | undefined
}

const PER_PAGE = 20

interface Row extends Record<string, unknown>, Omit<ReviewRecord, 'booking' | 'provider'> {
  bookingId: string | null
  bookingCode: string | null
  providerId: string
  providerName: string
}

const cursorSchema = z.object({ at: z.iso.datetime(), id: z.uuid() })

/** Newest first. @throws review.not_found for whoever neither runs the provider nor the marketplace. */
export async function listReviewRecords(
  ctx: Ctx,
  query: ReviewRecordsQuery,
): Promise<{ items: ReviewRecord[]; nextCursor: string | null }> {
  const { providerId } = query
  if (!may(ctx.actor, 'review.see_hidden', providerId && { providerId })) throw refuse('review.not_found')
  const after = query.cursor === undefined ? null : readCursor(query.cursor, cursorSchema)
  const conditions = [
    query.providerId && sql`r.provider_id = ${query.providerId}::uuid`,
    query.bookingId && sql`r.booking_id = ${query.bookingId}::uuid`,
    query.status && sql`r.status = ${query.status}`,
    query.unanswered && sql`r.reply is null and r.status = 'published'`,
    after && sql`(r.created_at, r.id) < (${after.at}::timestamptz, ${after.id}::uuid)`,
    sql`true`,
  ].filter((condition) => typeof condition === 'object' && condition !== null)
  const { rows } = await ctx.db.execute<Row>(sql`
    select r.id, r.author_name as "authorName", r.rating, r.body, coalesce(b.service_name, s.name) as "serviceName", r.reply,
      r.replied_at as "repliedAt", r.created_at as "createdAt", r.status, r.moderation_reason as "moderationReason",
      b.id as "bookingId", b.code as "bookingCode", p.id as "providerId", p.name as "providerName"
    from reviews r join providers p on p.id = r.provider_id
      left join bookings b on b.id = r.booking_id left join services s on s.id = r.service_id
    where ${sql.join(conditions, sql` and `)}
    order by r.created_at desc, r.id desc limit ${PER_PAGE + 1}`)
  const items = rows.slice(0, PER_PAGE).map(recordOf)
  const last = items.at(-1)
  return {
    items,
    nextCursor: rows.length > PER_PAGE && last ? writeCursor({ at: last.createdAt, id: last.id }) : null,
  }
}

const iso = (text: string) => Temporal.Instant.from(text).toString()

function recordOf({ bookingId, bookingCode, providerId, providerName, ...review }: Row): ReviewRecord {
  return {
    ...review,
    createdAt: iso(review.createdAt),
    repliedAt: review.repliedAt && iso(review.repliedAt),
    booking: bookingId && bookingCode ? { id: bookingId, code: bookingCode } : null,
    provider: { id: providerId, name: providerName },
  }
}
