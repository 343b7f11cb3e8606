import { eq } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { Ctx } from '#src/platform/context.ts'
import { syncRefund } from './settle-refund.ts'
import { syncKnown } from './sync-payment.ts'
import { payments, refunds } from './tables.ts'

/**
 * Reads again what an object at the gateway is to us: the payment of a charge, or a refund. Any number of times.
 * @returns false when no payment and no refund of ours has this id.
 * @throws {Trouble} when the gateway does not answer.
 */
export async function syncObject(ctx: Ctx, gateway: PaymentGateway, objectId: string): Promise<boolean> {
  const [payment] = await ctx.db.select().from(payments).where(eq(payments.chargeId, objectId))
  if (payment) {
    await syncKnown(ctx, gateway, payment)
    return true
  }
  const [refund] = await ctx.db.select().from(refunds).where(eq(refunds.stripeRefundId, objectId))
  if (!refund) return false
  await syncRefund(ctx, gateway, refund)
  return true
}
