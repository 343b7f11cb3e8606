import {
  GatewayRejected,
  type PaymentGateway,
  type RefundRequest,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { RefundId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { applyRefund, failRefund } from './apply-refund.ts'
import { callOperation, findOperation, finishOperation } from './operations.ts'
import { findRefund, lockPayment } from './queries.ts'
import type { Refund } from './tables.ts'

/** Makes a refund that was reserved, as was asked. Harmless to run again at any point. */
export async function settleRefund(ctx: Ctx, gateway: PaymentGateway, refundId: RefundId): Promise<void> {
  const refund = await findRefund(ctx.db, refundId)
  if (!refund) return
  const operation = await findOperation(ctx.db, 'refund', refundId)
  if (operation?.status !== 'intended') return
  const request = operation.request as unknown as RefundRequest
  const made = await callOperation(ctx, operation, {
    call: (key) => gateway.refund(request, key),
    find: async () =>
      (await gateway.listRefunds(request.intentId)).find((found) => found.refundId === refundId) ?? null,
  }).catch((error: unknown) => {
    if (error instanceof GatewayRejected) return error
    throw error
  })
  if (made instanceof GatewayRejected) return giveUp(ctx, gateway, refund, request, made)
  await inTransaction(ctx, async (tx) => {
    await applyRefund(tx, ctx, await lockPayment(tx, refund.paymentId), made)
    await finishOperation(tx, ctx.now, operation, made.id)
  })
}

/** Reads a refund again: a slow one may have arrived, one that arrived may have come back. */
export async function syncRefund(ctx: Ctx, gateway: PaymentGateway, refund: Refund): Promise<void> {
  assert(refund.stripeRefundId, 'a refund that is read again is known to the gateway')
  const seen = await gateway.readRefund(refund.stripeRefundId)
  await inTransaction(ctx, async (tx) => {
    await applyRefund(tx, ctx, await lockPayment(tx, refund.paymentId), seen)
  })
}

/** Refused: every refund there is, is taken in first; ours has failed only if it is not among them. */
async function giveUp(
  ctx: Ctx,
  gateway: PaymentGateway,
  refund: Refund,
  request: RefundRequest,
  rejected: GatewayRejected,
): Promise<void> {
  const made = await gateway.listRefunds(request.intentId)
  ctx.log.error({ refundId: refund.id, code: rejected.code }, 'a refund was refused')
  await inTransaction(ctx, async (tx) => {
    let payment = await lockPayment(tx, refund.paymentId)
    const own = made.find(({ refundId }) => refundId === refund.id)
    if (own) {
      await applyRefund(tx, ctx, payment, own)
      return
    }
    // The reservation goes first, so that a refund made by hand for the same money finds room.
    payment = await failRefund(tx, ctx, payment, refund, rejected.message)
    for (const other of made) payment = await applyRefund(tx, ctx, payment, other)
  })
}
