import { GatewayRejected, type PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { PaymentId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { applyPayment } from './apply-payment.ts'
import { callOperation, findOperation, finishOperation, rejectOperation } from './operations.ts'
import { findPayment, lockPayment } from './queries.ts'
import { syncPayment } from './sync-payment.ts'
import type { Payment } from './tables.ts'

/** Takes the money that was set aside, as was asked. Harmless to run again at any point. */
export async function settleCapture(ctx: Ctx, gateway: PaymentGateway, paymentId: PaymentId): Promise<void> {
  const operation = await findOperation(ctx.db, 'capture', paymentId)
  if (operation?.status !== 'intended') return
  const payment = await findPayment(ctx.db, paymentId)
  assert(payment?.paymentIntentId, 'what is captured was authorized')
  const { paymentIntentId } = payment
  const asked = await findOperation(ctx.db, 'void', paymentId)
  if (asked?.status === 'intended' && operation.attempts === 0) {
    // Given back before it was ever taken: the void stands, and nothing is charged.
    await rejectOperation(ctx.db, ctx.now, operation, 'voided before it was captured')
    return
  }
  const captured = await callOperation(ctx, operation, {
    call: (key) => gateway.capture(paymentIntentId, key),
    find: async () => {
      const seen = await gateway.readPayment(paymentIntentId)
      return seen.status === 'captured' ? seen : null
    },
  }).catch((error: unknown) => {
    if (error instanceof GatewayRejected) return error
    throw error
  })
  if (captured instanceof GatewayRejected) return tellFailure(ctx, gateway, payment, captured)
  await inTransaction(ctx, async (tx) => {
    await applyPayment(
      tx,
      ctx,
      await lockPayment(tx, paymentId),
      captured,
      captured.charge?.feeMinor == null ? ctx.now : null,
    )
    await finishOperation(tx, ctx.now, operation, captured.intentId)
  })
}

/** Refused: either it is captured all the same (by hand, or by a try whose answer was lost), or the money is not to be had. */
async function tellFailure(
  ctx: Ctx,
  gateway: PaymentGateway,
  payment: Payment,
  rejected: GatewayRejected,
): Promise<void> {
  const now = await syncPayment(ctx, gateway, payment.id)
  if (now.capturedMinor > 0n) return
  ctx.log.warn({ paymentId: payment.id, code: rejected.code }, 'a capture was refused')
  const payload = {
    bookingId: payment.bookingId,
    paymentId: payment.id,
    reason: rejected.sentence ?? 'The card could not be charged.',
  }
  await inTransaction(ctx, (tx) =>
    emit(tx, { type: 'payment.capture_failed', subjectId: payment.bookingId, payload, occurredAt: ctx.now }),
  )
}
