import { createRoute, z } from '@hono/zod-openapi'
import { BOOKING_STATES } from '#src/modules/bookings/index.ts'
import { PAYMENT_STATUSES } from '#src/modules/payments/index.ts'
import { idempotencyHeaders, ok, refusals, WRITE_REFUSALS, type Routes } from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { exportBookings } from './export-bookings.ts'
import { replayWebhook } from './replay-webhook.ts'
import { retryJob } from './retry-job.ts'

const TAG = ['Operators']

const withReason = {
  required: true,
  content: {
    'application/json': {
      schema: z
        .object({
          reason: z.string().trim().min(1).max(500).openapi({ description: 'Kept in the audit log.' }),
        })
        .strict(),
    },
  },
} as const

const replayRoute = createRoute({
  method: 'post',
  path: '/v1/webhook-events/{eventId}/replays',
  operationId: 'replayWebhookEvent',
  tags: TAG,
  summary: 'An operator has a stored webhook event acted on again; harmless where it was already',
  request: {
    headers: idempotencyHeaders,
    params: z.object({ eventId: z.string().min(1).max(255) }),
    body: withReason,
  },
  responses: {
    ...ok(
      201,
      'The worker acts on it within seconds',
      z.object({ eventId: z.string() }).openapi('WebhookReplay'),
    ),
    ...refusals('request.not_found', 'webhook.not_found', ...WRITE_REFUSALS),
  },
})

const retryRoute = createRoute({
  method: 'post',
  path: '/v1/jobs/{jobId}/retries',
  operationId: 'retryJob',
  tags: TAG,
  summary: 'An operator has a job tried again now',
  request: {
    headers: idempotencyHeaders,
    params: z.object({ jobId: z.string().regex(/^\d{1,18}$/) }),
    body: withReason,
  },
  responses: {
    ...ok(201, 'It is tried at once', z.object({ jobId: z.string() }).openapi('JobRetry')),
    ...refusals('request.not_found', 'job.not_found', 'job.wrong_state', ...WRITE_REFUSALS),
  },
})

const exportRoute = createRoute({
  method: 'get',
  path: '/v1/bookings.csv',
  operationId: 'exportBookings',
  tags: TAG,
  summary: 'Bookings as a table for spreadsheets, newest start first (operators)',
  description:
    'At most 2,000 rows. Cells that a spreadsheet would run as a formula begin with an apostrophe.',
  request: {
    query: z.object({
      state: z.enum(BOOKING_STATES).optional(),
      payment: z.enum(PAYMENT_STATUSES).optional(),
      text: z.string().max(120).optional(),
    }),
  },
  responses: {
    200: { description: 'The table', content: { 'text/csv': { schema: z.string() } } },
    ...refusals('request.not_found', 'request.invalid'),
  },
})

/** What operators do that belongs to no other module. Suspending, refunding and paying out are with their own. */
export function operatorRoutes(): Routes {
  return (api) => {
    api.openapi(exportRoute, async (c) => {
      const { state, payment, text } = c.req.valid('query')
      const table = await exportBookings(c.var.ctx, {
        states: state ? [state] : undefined,
        paymentStatus: payment,
        text,
      })
      return c.body(table, 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="bookings.csv"',
      })
    })
    api.openapi(replayRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const { eventId } = c.req.valid('param')
        await replayWebhook(c.var.ctx, { eventId, reason: c.req.valid('json').reason })
        return { status: 201, body: { eventId } }
      }),
    )
    api.openapi(retryRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const { jobId } = c.req.valid('param')
        await retryJob(c.var.ctx, { jobId, reason: c.req.valid('json').reason })
        return { status: 201, body: { jobId } }
      }),
    )
  }
}
