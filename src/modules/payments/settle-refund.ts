import type { PaymentGateway, RefundRequest } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { RefundId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { applyRefund, failRefund } from './apply-refund.ts'
import {
  findOperation,
  finishOperation,
  rejectOperation,
  tryOperation,
  type Operation,
} from './operations.ts'
import { findRefund, lockPayment } from './queries.ts'
import type { Refund } from './tables.ts'

/** Makes a refund that was reserved, as was asked. Harmless to run again at any point. */
export async function settleRefund(ctx: Ctx, gateway: PaymentGateway, refundId: RefundId): Promise<void> {
  const refund = await findRefund(ctx.db, refundId)
  if (!refund) return
  const operation = await findOperation(ctx.db, 'refund', refundId)
  if (operation?.status !== 'intended') return
  const request = operation.request as unknown as RefundRequest
  const {
    operation: called,
    made,
    rejected,
  } = await tryOperation(ctx, operation, {
    call: (key) => gateway.refund(request, key),
    find: async () =>
      (await gateway.listRefunds(request.intentId)).find((found) => found.refundId === refundId) ?? null,
  })
  if (rejected !== null) {
    ctx.log.error({ refundId, code: rejected.code }, 'a refund was refused')
    return giveUp(ctx, gateway, refund, called, rejected.message)
  }
  await inTransaction(ctx, async (tx) => {
    await applyRefund(tx, ctx, await lockPayment(tx, refund.paymentId), made)
    await finishOperation(tx, ctx.now, called, made.id)
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
  { id, paymentId }: Refund,
  operation: Operation,
  reason: string,
): Promise<void> {
  const { intentId } = operation.request as unknown as RefundRequest
  const made = await gateway.listRefunds(intentId)
  await inTransaction(ctx, async (tx) => {
    let payment = await lockPayment(tx, paymentId)
    const own = made.find(({ refundId }) => refundId === id)
    if (own) {
      await applyRefund(tx, ctx, payment, own)
      await finishOperation(tx, ctx.now, operation, own.id)
      return
    }
    // Whoever was told the same and came first has done what follows.
    if (!(await rejectOperation(tx, ctx.now, operation, reason))) return
    const refund = await findRefund(tx, id)
    assert(refund, 'a refund is never deleted')
    // The reservation goes first, so that a refund made by hand for the same money finds room.
    if (refund.status === 'requested') payment = await failRefund(tx, ctx, payment, refund, reason)
    for (const other of made) payment = await applyRefund(tx, ctx, payment, other)
  })
}
