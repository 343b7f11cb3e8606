import { eq } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { isId, type PaymentId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import { findPayment } from './queries.ts'
import { syncRefund } from './settle-refund.ts'
import { syncKnown } from './sync-payment.ts'
import { disputes, payments, refunds, type Payment } from './tables.ts'

/**
 * Reads again what an object at the gateway is to us: a refund, or the payment of a charge, of a dispute or of a refund that we
 * do not know. Needs no event, so it also finds what happened longer ago than events are kept. Any number of times.
 * @returns false when it belongs to no payment of ours.
 * @throws {Trouble} when the gateway does not answer.
 */
export async function syncObject(ctx: Ctx, gateway: PaymentGateway, objectId: string): Promise<boolean> {
  const [refund] = await ctx.db.select().from(refunds).where(eq(refunds.stripeRefundId, objectId))
  if (refund) {
    await syncRefund(ctx, gateway, refund)
    return true
  }
  const payment = await findOwner(ctx, gateway, objectId)
  if (!payment) return false
  await syncKnown(ctx, gateway, payment, true)
  return true
}

async function findOwner(ctx: Ctx, gateway: PaymentGateway, objectId: string): Promise<Payment | null> {
  const [known] = await ctx.db.select().from(payments).where(eq(payments.chargeId, objectId))
  if (known) return known
  const [dispute] = await ctx.db.select().from(disputes).where(eq(disputes.stripeDisputeId, objectId))
  if (dispute) return findPayment(ctx.db, dispute.paymentId)
  const paymentId = (await gateway.findPaymentOf(objectId))?.paymentId ?? null
  return paymentId !== null && isId(paymentId) ? findPayment(ctx.db, paymentId as PaymentId) : null
}
