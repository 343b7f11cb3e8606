import type { PaymentGateway, RefundRequest } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { RefundId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { applyRefund, failRefund } from './apply-refund.ts'
import {
  findOperation,
  finishOperation,
  giveUpUnsent,
  intendOperation,
  rejectOperation,
  tryOperation,
  type Operation,
} from './operations.ts'
import { findPayment, findRefund, listDisputes, lockPayment } from './queries.ts'
import { isPaymentWithBank } from './refunds-with-bank.ts'
import { syncKnown } from './sync-payment.ts'
import type { Refund } from './tables.ts'

/**
 * Makes a refund that was reserved, as was asked; of money that a bank has and decides about, only once it has. Harmless to run
 * again at any point.
 */
export async function settleRefund(ctx: Ctx, gateway: PaymentGateway, refundId: RefundId): Promise<void> {
  const refund = await findRefund(ctx.db, refundId)
  if (!refund) return
  const operation = await findOperation(ctx.db, 'refund', refundId)
  if (operation?.status !== 'intended') return
  if (operation.attempts === 0 && (await isPaymentWithBank(ctx.db, refund.paymentId))) return
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
    const refused =
      rejected.code === 'charge_disputed' ? await hearOfDispute(ctx, gateway, refund, called) : called
    if (refused === null) return
    ctx.log.error({ refundId, code: rejected.code }, 'a refund was refused')
    return giveUp(ctx, gateway, refund, refused, rejected.message)
  }
  await inTransaction(ctx, async (tx) => {
    await applyRefund(tx, ctx, await lockPayment(tx, refund.paymentId), made)
    await finishOperation(tx, ctx.now, called, made.id)
  })
}

/**
 * A bank has the money, and we had not heard of it. The refund waits as if we had: under a key of its own, since this one is used
 * up, and from before the dispute is read, so that a verdict finds it waiting.
 * @returns what there is to give up; null when it waits, or has come to its end.
 */
async function hearOfDispute(
  ctx: Ctx,
  gateway: PaymentGateway,
  { id, paymentId }: Refund,
  refused: Operation,
): Promise<Operation | null> {
  const waiting = await inTransaction(ctx, async (tx) => {
    await lockPayment(tx, paymentId)
    if (!(await rejectOperation(tx, ctx.now, refused, 'a bank has the money'))) return null
    return intendOperation(tx, ctx.now, { kind: 'refund', subjectId: id, request: refused.request })
  })
  const payment = await findPayment(ctx.db, paymentId)
  assert(payment, 'a refund is of a payment')
  await syncKnown(ctx, gateway, payment, true)
  const refund = await findRefund(ctx.db, id)
  if (refund?.status !== 'requested' || (await isPaymentWithBank(ctx.db, paymentId))) return null
  // Won in that very moment, it is asked for again: by the verdict or, where that came too early, by the sweep.
  const isLost = (await listDisputes(ctx.db, paymentId)).some(({ status }) => status === 'lost')
  return isLost ? waiting : null
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
    // Whoever was told the same and came first has done what follows; and one that waited and was sent meanwhile has its answer
    // to come.
    const isGivenUp =
      operation.attempts === 0
        ? await giveUpUnsent(tx, ctx.now, operation)
        : await rejectOperation(tx, ctx.now, operation, reason)
    if (!isGivenUp) return
    const refund = await findRefund(tx, id)
    assert(refund, 'a refund is never deleted')
    // The reservation goes first, so that a refund made by hand for the same money finds room.
    if (refund.status === 'requested') payment = await failRefund(tx, ctx, payment, refund, reason)
    for (const other of made) payment = await applyRefund(tx, ctx, payment, other)
  })
}
