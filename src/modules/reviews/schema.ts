import { z } from '@hono/zod-openapi'
import { idSchema, instantSchema } from '#src/platform/http/define.ts'

export const reviewSchema = z
  .object({
    id: idSchema,
    authorName: z.string(),
    rating: z.number().int().min(1).max(5),
    body: z.string(),
    serviceName: z.string().nullable(),
    reply: z.string().nullable(),
    repliedAt: instantSchema.nullable(),
    createdAt: instantSchema,
  })
  .openapi('Review')

export const reviewListSchema = z.object({ items: z.array(reviewSchema), nextCursor: z.string().nullable() })
