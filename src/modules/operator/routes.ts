import { createRoute, z } from '@hono/zod-openapi'
import { Temporal } from '#src/kernel/time.ts'
import {
  bodyOf,
  dateSchema,
  idempotencyHeaders,
  idSchema,
  instantSchema,
  invalid,
  moneySchema,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { exportJournal, JOURNAL_FORMATS } from './journal.ts'
import { askForReconciliation, getReconciliation } from './reconciliation.ts'
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

const differenceSchema = z.object({
  id: idSchema,
  kind: z.string().openapi({ example: 'missing_in_ledger' }),
  name: z.string(),
  sentence: z.string(),
  next: z.string().openapi({ description: 'What becomes of it, or how it was resolved.' }),
  objectId: z.string().openapi({ description: "Stripe's object, or the booking." }),
  objectWord: z.string().openapi({ example: 'charge' }),
  bookingId: idSchema.nullable(),
  bookingCode: z.string().nullable(),
  expected: moneySchema.openapi({ description: 'What Stripe says, or the booking.' }),
  actual: moneySchema.openapi({ description: 'What the ledger says.' }),
  difference: moneySchema.openapi({ description: 'Without a sign.' }),
  since: instantSchema.openapi({ description: 'When the money moved.' }),
  firstSeenAt: instantSchema,
  lastSeenAt: instantSchema,
  repairCount: z.number().int(),
  resolvedAt: instantSchema.nullable(),
})
const reconciliationSchema = z
  .object({
    lastRun: z
      .object({ id: idSchema, cause: z.string(), finishedAt: instantSchema, lineCount: z.number().int() })
      .nullable(),
    askedAt: instantSchema.nullable(),
    currencies: z
      .array(
        z.object({
          currency: z.string().length(3),
          difference: moneySchema.openapi({
            description: 'All open differences without their signs: 0, or something is open.',
          }),
          openCount: z.number().int(),
        }),
      )
      .readonly(),
    open: z.array(differenceSchema).readonly(),
    resolved: z.array(differenceSchema).readonly(),
  })
  .openapi('Reconciliation')

const reconciliationRoute = createRoute({
  method: 'get',
  path: '/v1/operator/reconciliation',
  operationId: 'getReconciliation',
  tags: TAG,
  summary: "How Stripe's balance, the ledger and the bookings compare, as of the last run",
  responses: {
    ...ok(200, 'The differences', reconciliationSchema),
    ...refusals('request.not_found'),
  },
})

const askRoute = createRoute({
  method: 'post',
  path: '/v1/operator/reconciliations',
  operationId: 'askForReconciliation',
  tags: TAG,
  summary: "An operator has Stripe's balance, the ledger and the bookings compared now",
  request: {
    headers: idempotencyHeaders,
    body: bodyOf(
      z
        .object({
          reason: z
            .string()
            .trim()
            .min(1)
            .max(500)
            .optional()
            .openapi({ description: 'Kept in the audit log.' }),
        })
        .strict(),
    ),
  },
  responses: {
    ...ok(
      201,
      'The worker begins within seconds',
      z.object({ runId: idSchema }).openapi('ReconciliationRun'),
    ),
    ...refusals('request.not_found', 'auth.not_allowed', ...WRITE_REFUSALS),
  },
})

const journalRoute = createRoute({
  method: 'get',
  path: '/v1/operator/journal',
  operationId: 'exportJournal',
  tags: TAG,
  summary: 'The journal of some days as a file: every transfer of the ledger recorded on them',
  request: {
    query: z.object({
      from: dateSchema.openapi({ description: 'The first day (UTC).' }),
      to: dateSchema.openapi({ description: 'The last day (UTC).' }),
      format: z.enum(JOURNAL_FORMATS).default('csv'),
    }),
  },
  responses: {
    200: {
      description: 'The file',
      content: {
        'text/csv': { schema: z.string() },
        'application/json': { schema: z.array(z.looseObject({})) },
      },
    },
    ...refusals('request.invalid', 'request.not_found'),
  },
})

/** What operators do that belongs to no other module. Suspending, refunding and paying out are with their own. */
export function operatorRoutes(): Routes {
  return (api) => {
    api.openapi(replayRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const { eventId } = c.req.valid('param')
        await replayWebhook(c.var.ctx, { eventId, reason: c.req.valid('json').reason })
        return { status: 201, body: { eventId } }
      }),
    )
    api.openapi(reconciliationRoute, async (c) => {
      const view = await getReconciliation(c.var.ctx)
      return c.json({ ...view, open: [...view.open], resolved: [...view.resolved] }, 200)
    })
    api.openapi(askRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const asked = await askForReconciliation(c.var.ctx, c.req.valid('json'))
        return { status: 201, body: asked }
      }),
    )
    api.openapi(journalRoute, (c) => {
      const { from, to, format } = c.req.valid('query')
      if (to < from) throw invalid('to', 'is before the first day')
      const days = { from: Temporal.PlainDate.from(from), to: Temporal.PlainDate.from(to) }
      const pieces = exportJournal(c.var.ctx, days, format)
      return new Response(streamOf(pieces), {
        headers: {
          'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
          'content-disposition': `attachment; filename="journal-${from}-${to}.${format}"`,
          'cache-control': 'no-store',
        },
      })
    })
    api.openapi(retryRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const { jobId } = c.req.valid('param')
        await retryJob(c.var.ctx, { jobId, reason: c.req.valid('json').reason })
        return { status: 201, body: { jobId } }
      }),
    )
  }
}

/** Each piece is made when the last one was taken: who reads slowly, or stops, leaves nothing waiting here. */
function streamOf(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const next: IteratorResult<string, unknown> = await pieces.next()
      if (next.done) controller.close()
      else controller.enqueue(encoder.encode(next.value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}
