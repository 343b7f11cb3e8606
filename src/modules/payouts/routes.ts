import { createRoute, z } from '@hono/zod-openapi'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { PayoutId, ProviderId } from '#src/kernel/ids.ts'
import { readCursor, writeCursor } from '#src/platform/http/cursor.ts'
import {
  idempotencyHeaders,
  idSchema,
  instantSchema,
  moneySchema,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { idempotently, inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { startConnection } from './connect-payout-account.ts'
import { checkPayoutAccount, createPayoutOnboarding } from './open-payout-account.ts'
import { WAIT_SENTENCES, type WaitCode } from './domain/payout-rules.ts'
import { EARNING_STATUSES, getEarnings } from './reads.ts'
import { retryPayout } from './retry-payout.ts'

const TAG = ['Payouts']
const ofProvider = z.object({ providerId: idSchema })

const earningsSchema = z
  .object({
    currency: z.string().length(3),
    held: moneySchema.openapi({ description: 'In escrow, or earned with bookings to come.' }),
    due: moneySchema.openapi({ description: 'Past its date and not sent yet.' }),
    paid: moneySchema,
    owed: moneySchema.openapi({
      description: 'Given back to customers after it was paid out; kept from the next payouts.',
    }),
    nextDueAt: instantSchema.nullable(),
    payoutAccountReady: z.boolean(),
    items: z.array(
      z.object({
        bookingId: idSchema,
        code: z.string(),
        serviceName: z.string(),
        startsAt: instantSchema,
        timeZone: z.string(),
        status: z.enum(EARNING_STATUSES),
        base: moneySchema,
        net: moneySchema,
        dueAt: instantSchema.openapi({ description: 'The date promised: the end of escrow.' }),
        paidAt: instantSchema.nullable(),
        payoutId: idSchema.nullable(),
        waitsFor: z
          .enum(Object.keys(WAIT_SENTENCES) as [WaitCode, ...WaitCode[]])
          .nullable()
          .openapi({ description: 'Why it waits or failed; stable.' }),
        reason: z
          .string()
          .nullable()
          .openapi({ description: 'Why the date is not being kept, or was not, in words.' }),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .openapi('Earnings')
const positionSchema = z.object({ startsAt: instantSchema, id: idSchema })

const earningsRoute = createRoute({
  method: 'get',
  path: '/v1/providers/{providerId}/earnings',
  operationId: 'getEarnings',
  tags: TAG,
  summary: 'What a provider has earned: held, due and paid, booking by booking',
  request: {
    params: ofProvider,
    query: z.object({
      cursor: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
  },
  responses: {
    ...ok(200, 'The earnings, newest booking first', earningsSchema),
    ...refusals('request.invalid', 'provider.not_found'),
  },
})

const onboardingRoute = createRoute({
  method: 'post',
  path: '/v1/providers/{providerId}/payout-account',
  operationId: 'createPayoutOnboarding',
  tags: TAG,
  summary: 'A page where the provider sets up how they are paid; it works once, for minutes',
  request: { params: ofProvider, headers: idempotencyHeaders },
  responses: {
    ...ok(201, 'Where to send the provider', z.object({ url: z.url() }).openapi('PayoutOnboarding')),
    ...refusals('provider.not_found', 'provider.payout_in_flight', 'payment.unavailable', ...WRITE_REFUSALS),
  },
})

const connectionRoute = createRoute({
  method: 'post',
  path: '/v1/providers/{providerId}/payout-account/connection',
  operationId: 'startPayoutAccountConnection',
  tags: TAG,
  summary: 'A page where the provider connects the account they have at the payment company already',
  request: { params: ofProvider, headers: idempotencyHeaders },
  responses: {
    ...ok(
      201,
      'Where to send the provider, within 15 minutes',
      z.object({ url: z.url() }).openapi('PayoutAccountConnection'),
    ),
    ...refusals(
      'provider.not_found',
      'provider.connection_not_offered',
      'provider.payout_account_kept',
      ...WRITE_REFUSALS,
    ),
  },
})

const checkRoute = createRoute({
  method: 'post',
  path: '/v1/providers/{providerId}/payout-account/check',
  operationId: 'checkPayoutAccount',
  tags: TAG,
  summary: 'Reads from the payment company whether the provider can be paid now',
  request: { params: ofProvider, headers: idempotencyHeaders },
  responses: {
    ...ok(
      200,
      'What it says',
      z
        .object({ ready: z.boolean(), requirements: z.array(z.string()).readonly() })
        .openapi('PayoutAccountState'),
    ),
    ...refusals('provider.not_found', 'payment.unavailable', ...WRITE_REFUSALS),
  },
})

const retryRoute = createRoute({
  method: 'post',
  path: '/v1/payouts/{payoutId}/attempts',
  operationId: 'retryPayout',
  tags: TAG,
  summary: 'An operator has a payout tried again',
  request: {
    params: z.object({ payoutId: idSchema }),
    headers: idempotencyHeaders,
    body: {
      required: true,
      content: {
        'application/json': { schema: z.object({ reason: z.string().trim().min(1).max(500) }).strict() },
      },
    },
  },
  responses: {
    ...ok(
      201,
      'It will be tried at this time',
      z.object({ payoutId: idSchema, attemptDueAt: instantSchema.nullable() }).openapi('PayoutAttempt'),
    ),
    ...refusals('auth.not_allowed', 'payout.not_found', 'payout.wrong_state', ...WRITE_REFUSALS),
  },
})

export function payoutsRoutes({ gateway }: { gateway: PaymentGateway }): Routes {
  return (api) => {
    api.openapi(earningsRoute, async (c) => {
      const { cursor, limit } = c.req.valid('query')
      const after = cursor === undefined ? undefined : readCursor(cursor, positionSchema)
      const { lines, ...sums } = await getEarnings(c.var.ctx, c.req.valid('param').providerId as ProviderId, {
        after,
        limit,
      })
      return c.json(
        { ...sums, items: lines.items, nextCursor: lines.next && writeCursor({ ...lines.next }) },
        200,
      )
    })
    api.openapi(onboardingRoute, (c) =>
      idempotently(c, async () => {
        const providerId = c.req.valid('param').providerId as ProviderId
        return { status: 201, body: await createPayoutOnboarding(c.var.ctx, gateway, providerId) }
      }),
    )
    api.openapi(connectionRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const providerId = c.req.valid('param').providerId as ProviderId
        return { status: 201, body: await startConnection(c.var.ctx, gateway, providerId) }
      }),
    )
    api.openapi(checkRoute, (c) =>
      idempotently(c, async () => {
        const { ready, requirements } = await checkPayoutAccount(
          c.var.ctx,
          gateway,
          c.req.valid('param').providerId as ProviderId,
        )
        return { status: 200, body: { ready, requirements } }
      }),
    )
    api.openapi(retryRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const payoutId = c.req.valid('param').payoutId as PayoutId
        const payout = await retryPayout(c.var.ctx, { payoutId, reason: c.req.valid('json').reason })
        return { status: 201, body: { payoutId, attemptDueAt: payout.attemptDueAt?.toString() ?? null } }
      }),
    )
  }
}
