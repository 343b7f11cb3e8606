import { eq } from 'drizzle-orm'
import type { ReviewId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { adjustRating } from '#src/modules/providers/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { reviews } from './tables.ts'

export interface ModerateReview {
  readonly reviewId: ReviewId
  readonly status: 'published' | 'hidden'
  /** Kept, and told to whoever asks. */
  readonly reason: string
}

/** Takes a review out of sight and out of the rating, or brings it back. */
export async function moderateReview(ctx: Ctx, { reviewId, status, reason }: ModerateReview): Promise<void> {
  if (!may(ctx.actor, 'review.moderate')) throw refuse('review.not_found')
  await inTransaction(ctx, async (tx) => {
    const [review] = await tx.select().from(reviews).where(eq(reviews.id, reviewId)).for('no key update')
    if (!review) throw refuse('review.not_found')
    if (review.status === status) return
    await tx.update(reviews).set({ status, moderationReason: reason }).where(eq(reviews.id, reviewId))
    const sign = status === 'published' ? 1 : -1
    await adjustRating(tx, review.providerId, { sum: sign * review.rating, count: sign })
    await recordAudit(tx, ctx, {
      action: 'review.moderate',
      subjectKind: 'review',
      subjectId: reviewId,
      before: { status: review.status },
      after: { status },
      reason,
    })
  })
}
