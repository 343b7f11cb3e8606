import { eq } from 'drizzle-orm'
import type { ReviewId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { reviews } from './tables.ts'

/** The provider's one answer to a review. */
export async function answerReview(ctx: Ctx, reviewId: ReviewId, reply: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [review] = await tx.select().from(reviews).where(eq(reviews.id, reviewId)).for('no key update')
    if (
      !review ||
      review.status !== 'published' ||
      !may(ctx.actor, 'provider.manage', { providerId: review.providerId })
    ) {
      throw refuse('review.not_found')
    }
    if (review.reply !== null) throw refuse('review.already_answered')
    await tx.update(reviews).set({ reply, repliedAt: ctx.now }).where(eq(reviews.id, reviewId))
    await recordAudit(tx, ctx, {
      action: 'review.answer',
      subjectKind: 'review',
      subjectId: reviewId,
      after: { reply },
    })
  })
}
