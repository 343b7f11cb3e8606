import { createRoute, z } from '@hono/zod-openapi'
import type { BookingId, ReviewId } from '#src/kernel/ids.ts'
import {
  bodyOf,
  idempotencyHeaders,
  idSchema,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { answerReview } from './answer-review.ts'
import { createReview } from './create-review.ts'
import { moderateReview } from './moderate-review.ts'
import { reviewSchema } from './schema.ts'

const TAG = ['Reviews']
const reviewParams = z.object({ reviewId: idSchema })
const saved = ok(200, 'Saved', z.object({ id: idSchema }))

export function reviewsRoutes(): Routes {
  return (api) => {
    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/bookings/{bookingId}/review',
        operationId: 'createReview',
        tags: TAG,
        summary: 'Review a completed booking',
        request: {
          params: z.object({ bookingId: idSchema }),
          headers: idempotencyHeaders,
          body: bodyOf(
            z
              .object({
                rating: z.number().int().min(1).max(5),
                body: z.string().trim().max(2000).default(''),
              })
              .strict(),
          ),
        },
        responses: {
          ...ok(201, 'The review is published', reviewSchema),
          ...refusals(
            'booking.not_found',
            'review.not_completed',
            'review.already_written',
            ...WRITE_REFUSALS,
          ),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const bookingId = c.req.valid('param').bookingId as BookingId
          return { status: 201, body: await createReview(c.var.ctx, { bookingId, ...c.req.valid('json') }) }
        }),
    )

    api.openapi(
      createRoute({
        method: 'post',
        path: '/v1/reviews/{reviewId}/reply',
        operationId: 'answerReview',
        tags: TAG,
        summary: 'Answer a review of your provider, once',
        request: {
          params: reviewParams,
          headers: idempotencyHeaders,
          body: bodyOf(z.object({ reply: z.string().trim().min(1).max(2000) }).strict()),
        },
        responses: {
          ...saved,
          ...refusals('review.not_found', 'review.already_answered', ...WRITE_REFUSALS),
        },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { reviewId } = c.req.valid('param')
          await answerReview(c.var.ctx, reviewId as ReviewId, c.req.valid('json').reply)
          return { status: 200, body: { id: reviewId } }
        }),
    )

    api.openapi(
      createRoute({
        method: 'put',
        path: '/v1/reviews/{reviewId}/moderation',
        operationId: 'moderateReview',
        tags: TAG,
        summary: 'Hide a review, or show it again (operators)',
        request: {
          params: reviewParams,
          headers: idempotencyHeaders,
          body: bodyOf(
            z
              .object({ status: z.enum(['published', 'hidden']), reason: z.string().trim().min(1).max(500) })
              .strict(),
          ),
        },
        responses: { ...saved, ...refusals('review.not_found', ...WRITE_REFUSALS) },
      }),
      (c) =>
        inIdempotentTransaction(c, async () => {
          const { reviewId } = c.req.valid('param')
          await moderateReview(c.var.ctx, { reviewId: reviewId as ReviewId, ...c.req.valid('json') })
          return { status: 200, body: { id: reviewId } }
        }),
    )
  }
}
