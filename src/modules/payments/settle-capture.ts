import type { GatewayRejected, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { PaymentId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { applyPayment } from './apply-payment.ts'
import {
  findOperation,
  finishOperation,
  rejectOperation,
  tryOperation,
  type Operation,
} from './operations.ts'
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
  const {
    operation: called,
    made: captured,
    rejected,
  } = await tryOperation(ctx, operation, {
    call: (key) => gateway.capture(paymentIntentId, key),
    find: async () => {
      const seen = await gateway.readPayment(paymentIntentId)
      return seen.status === 'captured' ? seen : null
    },
  })
  if (rejected !== null) return tellFailure(ctx, gateway, payment, called, rejected)
  await inTransaction(ctx, async (tx) => {
    await applyPayment(
      tx,
      ctx,
      await lockPayment(tx, paymentId),
      captured,
      captured.charge?.feeMinor == null ? ctx.now : null,
    )
    await finishOperation(tx, ctx.now, called, captured.intentId)
  })
}

/** Refused: either it is captured all the same (by hand, or by a try whose answer was lost), or the money is not to be had. */
async function tellFailure(
  ctx: Ctx,
  gateway: PaymentGateway,
  { id, bookingId }: Payment,
  operation: Operation,
  rejected: GatewayRejected,
): Promise<void> {
  await syncPayment(ctx, gateway, id)
  await inTransaction(ctx, async (tx) => {
    const { capturedMinor, paymentIntentId } = await lockPayment(tx, id)
    if (capturedMinor > 0n) {
      assert(paymentIntentId, 'what is captured was authorized')
      await finishOperation(tx, ctx.now, operation, paymentIntentId)
      return
    }
    // Whoever was told the same and came first has said so.
    if (!(await rejectOperation(tx, ctx.now, operation, rejected.message))) return
    ctx.log.warn({ paymentId: id, code: rejected.code }, 'a capture was refused')
    const reason = rejected.sentence ?? 'The card could not be charged.'
    const payload = { bookingId, paymentId: id, reason }
    await emit(tx, { type: 'payment.capture_failed', subjectId: bookingId, payload, occurredAt: ctx.now })
  })
}
