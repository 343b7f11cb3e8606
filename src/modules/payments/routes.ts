import { createRoute, z } from '@hono/zod-openapi'
import type { BookingId, RefundId } from '#src/kernel/ids.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import {
  bodyOf,
  idempotencyHeaders,
  idSchema,
  moneyFrom,
  moneySchema,
  ok,
  refusals,
  WRITE_REFUSALS,
  type Routes,
} from '#src/platform/http/define.ts'
import { inIdempotentTransaction } from '#src/platform/http/idempotency.ts'
import { retryRefund, settleRefundOutside } from './failed-refunds.ts'
import { refundBooking } from './refund-booking.ts'
import type { Refund } from './tables.ts'

const TAG = ['Refunds']
const reason = z.string().trim().min(1).max(500).openapi({ description: 'Kept in the audit log.' })
const refundSchema = z
  .object({
    refundId: idSchema,
    bookingId: idSchema,
    status: z.enum(['requested', 'pending', 'succeeded', 'failed']),
    amount: moneySchema,
    price: moneySchema.openapi({ description: 'The part of it that is price.' }),
    guestFee: moneySchema.openapi({ description: 'The part of it that is guest booking fee.' }),
  })
  .openapi('Refund')

const refundRoute = createRoute({
  method: 'post',
  path: '/v1/bookings/{bookingId}/refunds',
  operationId: 'refundBooking',
  tags: TAG,
  summary: 'An operator gives money back, whole or in part, whatever the policy says',
  request: {
    headers: idempotencyHeaders,
    params: z.object({ bookingId: idSchema }),
    body: bodyOf(
      z
        .object({
          amount: moneySchema,
          reason: reason.openapi({
            description: 'Kept in the audit log, and told to the customer and the provider.',
          }),
        })
        .strict(),
    ),
  },
  responses: {
    ...ok(201, 'It is on its way', refundSchema),
    ...refusals(
      'auth.not_allowed',
      'payment.nothing_captured',
      'payment.refund_too_large',
      'payment.disputed',
      'payment.refund_not_possible',
      'payment.in_progress',
      ...WRITE_REFUSALS,
    ),
  },
})

const decisionOn = (
  name: 'attempts' | 'settlement',
  operationId: string,
  summary: string,
  description: string,
) =>
  createRoute({
    method: 'post',
    path: `/v1/refunds/{refundId}/${name}`,
    operationId,
    tags: TAG,
    summary,
    request: {
      headers: idempotencyHeaders,
      params: z.object({ refundId: idSchema }),
      body: bodyOf(z.object({ reason }).strict()),
    },
    responses: {
      ...ok(201, description, refundSchema),
      ...refusals(
        'auth.not_allowed',
        'refund.not_found',
        'refund.wrong_state',
        'payment.refund_too_large',
        ...WRITE_REFUSALS,
      ),
    },
  })

const retryRoute = decisionOn(
  'attempts',
  'retryRefund',
  'An operator has a refund that did not arrive made again',
  'The new refund',
)
const settleRoute = decisionOn(
  'settlement',
  'settleRefundOutside',
  'An operator has given back in another way what did not arrive',
  'The refund that failed, settled',
)

export function paymentsRoutes(): Routes {
  return (api) => {
    api.openapi(refundRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const { amount, reason: why } = c.req.valid('json')
        const bookingId = c.req.valid('param').bookingId as BookingId
        const refund = await refundBooking(c.var.ctx, { bookingId, amount: moneyFrom(amount), reason: why })
        return { status: 201, body: refundJson(refund) }
      }),
    )
    api.openapi(retryRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const refundId = c.req.valid('param').refundId as RefundId
        const refund = await retryRefund(c.var.ctx, { refundId, reason: c.req.valid('json').reason })
        return { status: 201, body: refundJson(refund) }
      }),
    )
    api.openapi(settleRoute, (c) =>
      inIdempotentTransaction(c, async () => {
        const refundId = c.req.valid('param').refundId as RefundId
        const refund = await settleRefundOutside(c.var.ctx, { refundId, reason: c.req.valid('json').reason })
        return { status: 201, body: refundJson(refund) }
      }),
    )
  }
}

function refundJson({
  id,
  bookingId,
  status,
  currency,
  amountMinor,
  basePartMinor,
  surchargePartMinor,
}: Refund) {
  const amount = (minor: bigint) => moneyToJson({ amountMinor: minor, currency })
  return {
    refundId: id,
    bookingId,
    status,
    amount: amount(amountMinor),
    price: amount(basePartMinor),
    guestFee: amount(surchargePartMinor),
  }
}
