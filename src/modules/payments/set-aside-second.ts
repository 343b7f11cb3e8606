import { sql } from 'drizzle-orm'
import {
  GatewayRejected,
  type GatewayPayment,
  type PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { QUARANTINED, tellOfMismatch } from './apply-payment.ts'
import { lockPayment } from './queries.ts'
import type { Payment } from './tables.ts'

/**
 * Sets money aside for a person that names a payment of ours and is not what it was paid with: a page that we believed gone
 * was paid after all, or somebody copied what we write on ours. What we know of the payment stays as it is. Told once.
 * Not inside a transaction.
 * @throws {Trouble} when the gateway does not answer.
 */
export async function setAsideSecond(
  ctx: Ctx,
  gateway: PaymentGateway,
  { id }: Payment,
  intentId: string,
): Promise<void> {
  const seen = await find(gateway, intentId)
  if (seen?.paymentId !== id || (seen.status !== 'captured' && seen.status !== 'authorized')) return
  await inTransaction(ctx, async (tx) => {
    const payment = await lockPayment(tx, id)
    // What was set aside as the payment itself is with a person already.
    if (payment.paymentIntentId === intentId || payment.lastError === QUARANTINED) return
    const { rowCount } = await tx.execute(sql`
      select from audit_log
      where action = 'payment.quarantine' and subject_kind = 'payment' and subject_id = ${id} and after->>'intentId' = ${intentId}`)
    if (rowCount === 0) await tellOfMismatch(tx, ctx, payment, seen, 'paid beside the payment that we know')
  })
}

async function find(gateway: PaymentGateway, intentId: string): Promise<GatewayPayment | null> {
  try {
    return await gateway.readPayment(intentId)
  } catch (error) {
    if (error instanceof GatewayRejected && error.code === 'resource_missing') return null
    throw error
  }
}
