import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { Actor } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, ReviewId, ServiceId, UserId } from '#src/kernel/ids.ts'
import { adjustRating } from '#src/modules/providers/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { publicName } from './domain/public-name.ts'
import type { ReviewView } from './list-reviews.ts'
import { reviews } from './tables.ts'

export interface CreateReview {
  readonly bookingId: BookingId
  readonly rating: number
  readonly body: string
}

/** One review of one completed booking, by the person it was for. */
export async function createReview(ctx: Ctx, input: CreateReview): Promise<ReviewView> {
  return inTransaction(ctx, async (tx) => {
    const booking = await lockReviewableBooking(tx, ctx.actor, input.bookingId)
    if (!booking) throw refuse('booking.not_found')
    if (booking.state !== 'completed') throw refuse('review.not_completed')

    const review = {
      id: randomUUID() as ReviewId,
      bookingId: input.bookingId,
      providerId: booking.provider_id,
      serviceId: booking.service_id,
      authorId: booking.customer_id,
      authorName: publicName(booking.author_name),
      rating: input.rating,
      body: input.body,
      status: 'published',
      createdAt: ctx.now,
    } as const
    const inserted = await tx
      .insert(reviews)
      .values(review)
      .onConflictDoNothing()
      .returning({ id: reviews.id })
    if (inserted.length === 0) throw refuse('review.already_written')
    await adjustRating(tx, booking.provider_id, { sum: input.rating, count: 1 })
    await recordAudit(tx, ctx, {
      action: 'review.create',
      subjectKind: 'review',
      subjectId: review.id,
      after: { bookingId: input.bookingId, rating: input.rating },
    })
    await emit(tx, {
      type: 'review.created',
      subjectId: review.id,
      payload: { reviewId: review.id, bookingId: input.bookingId, providerId: booking.provider_id },
      occurredAt: ctx.now,
    })
    const { id, authorName, rating, body } = review
    return {
      id,
      authorName,
      rating,
      body,
      serviceName: booking.service_name,
      reply: null,
      repliedAt: null,
      createdAt: ctx.now.toString(),
    }
  })
}

interface ReviewableBooking extends Record<string, unknown> {
  state: string
  provider_id: ProviderId
  service_id: ServiceId
  service_name: string
  customer_id: UserId | null
  author_name: string
}

/** Its state stays what it is until the review is there: a no-show that is being reported comes first or after. */
async function lockReviewableBooking(
  tx: Tx,
  actor: Actor,
  bookingId: BookingId,
): Promise<ReviewableBooking | null> {
  const mine =
    actor.kind === 'user'
      ? sql`b.customer_id = ${actor.userId}::uuid`
      : actor.kind === 'guest' && actor.bookingId === bookingId
        ? sql`true`
        : null
  if (!mine) return null
  const { rows } = await tx.execute<ReviewableBooking>(sql`
    select b.state, b.provider_id, b.service_id, b.service_name, b.customer_id, coalesce(u.name, b.guest_name, '') as author_name
    from bookings b left join users u on u.id = b.customer_id
    where b.id = ${bookingId}::uuid and ${mine} for share of b`)
  return rows[0] ?? null
}
