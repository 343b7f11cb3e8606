import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { PaymentId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { applyPayment } from './apply-payment.ts'
import { findOperation, finishOperation, rejectOperation, tryOperation } from './operations.ts'
import { findPayment, lockPayment } from './queries.ts'
import { syncPayment } from './sync-payment.ts'

/**
 * Gives an authorization back, as was asked. If it was captured in between, `payment.captured` says so, and whoever hears
 * it for a booking that is gone asks for the refund.
 */
export async function settleVoid(ctx: Ctx, gateway: PaymentGateway, paymentId: PaymentId): Promise<void> {
  const operation = await findOperation(ctx.db, 'void', paymentId)
  if (operation?.status !== 'intended') return
  const payment = await findPayment(ctx.db, paymentId)
  assert(payment?.paymentIntentId, 'what is voided was authorized')
  const { paymentIntentId } = payment
  const {
    operation: called,
    made: voided,
    rejected,
  } = await tryOperation(ctx, operation, {
    call: (key) => gateway.void(paymentIntentId, key),
    find: async () => {
      const seen = await gateway.readPayment(paymentIntentId)
      return seen.status === 'canceled' ? seen : null
    },
  })
  if (rejected !== null) {
    await syncPayment(ctx, gateway, paymentId)
    await rejectOperation(ctx.db, ctx.now, called, rejected.message)
    return
  }
  await inTransaction(ctx, async (tx) => {
    await applyPayment(tx, ctx, await lockPayment(tx, paymentId), voided, null)
    await finishOperation(tx, ctx.now, called, voided.intentId)
  })
}
