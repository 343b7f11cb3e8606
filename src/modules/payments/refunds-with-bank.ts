import { and, eq, sql, type SQL } from 'drizzle-orm'
import type { PaymentId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { dropRefund } from './apply-refund.ts'
import { restOfPromised } from './domain/dispute-change.ts'
import type { RefundParts } from './domain/fees.ts'
import { findOperation, giveUpUnsent } from './operations.ts'
import { readGivenBack } from './queries.ts'
import { requestRefund, SETTLE_REFUND } from './request-refund.ts'
import { figuresOfPayment } from './start-checkout.ts'
import { refunds, type Dispute, type Payment, type Refund } from './tables.ts'

// While a bank decides a dispute it has the money, and Stripe refuses to refund it. What is promised meanwhile, by a
// cancellation perhaps, is reserved and waits for the verdict.

/** Whether a bank has the money of a payment and decides. Of an inquiry it has taken nothing, and a refund ends it. */
export function isWithBank(paymentId: SQL): SQL {
  return sql`exists (select from disputes held where held.payment_id = ${paymentId} and held.status = 'open')`
}

export async function isPaymentWithBank(db: Queryable, paymentId: PaymentId): Promise<boolean> {
  const { rows } = await db.execute<{ held: boolean }>(
    sql`select ${isWithBank(sql`${paymentId}::uuid`)} as held`,
  )
  return rows[0]?.held === true
}

/** The platform has the money again: what waited is asked for. */
export async function askForWaiting(tx: Tx, paymentId: PaymentId): Promise<void> {
  if (await isPaymentWithBank(tx, paymentId)) return
  for (const { id } of await listRequested(tx, paymentId))
    await enqueue(
      tx,
      SETTLE_REFUND,
      { refundId: id },
      { jobKey: `refund:${id}`, priority: JOB_PRIORITY.money },
    )
}

/**
 * The bank gives the money to the customer: what waited, and was certainly never asked for, would be given twice. Before the
 * loss is shared out, so that it does not count as given back.
 */
export async function dropWaiting(tx: Tx, ctx: Ctx, payment: Payment, dispute: Dispute): Promise<Payment> {
  let current = payment
  for (const refund of await listRequested(tx, payment.id)) {
    const operation = await findOperation(tx, 'refund', refund.id)
    if (operation?.status !== 'intended' || !(await giveUpUnsent(tx, ctx.now, operation))) continue
    current = await dropRefund(tx, ctx, current, refund, dispute)
  }
  return current
}

/**
 * The bank gave less than was promised: the rest is asked for. Stripe refunds nothing of a charge that was lost in part, so it
 * will say no, and then the customer is told and a person decides, as of every refund that failed.
 * @returns whether there was a rest.
 */
export async function askForRest(
  tx: Tx,
  ctx: Ctx,
  { id, bookingId, paymentId }: Dispute,
  given: RefundParts,
): Promise<boolean> {
  const dropped = await tx.select().from(refunds).where(eq(refunds.givenByDisputeId, id))
  const rest = restOfPromised(dropped, given)
  const restMinor = rest.basePartMinor + rest.surchargePartMinor
  if (restMinor === 0n) return false
  const { baseMinor, surchargeMinor } = await figuresOfPayment(tx, paymentId)
  const back = await readGivenBack(tx, paymentId)
  if (restMinor > baseMinor + surchargeMinor - back.baseRefundedMinor - back.surchargeRefundedMinor) {
    ctx.log.error(
      { disputeId: id },
      'a bank gave less than was promised, and the rest was promised again since',
    )
    return false
  }
  await requestRefund(tx, ctx, {
    bookingId,
    baseMinor: rest.basePartMinor,
    surchargeMinor: rest.surchargePartMinor,
    cause: `rest:${id}`,
  })
  return true
}

/** Whether a refund was asked for and may have been made, and no answer came yet. */
export async function isRefundUnanswered(tx: Tx, paymentId: PaymentId): Promise<boolean> {
  for (const { id } of await listRequested(tx, paymentId)) {
    const operation = await findOperation(tx, 'refund', id)
    if (operation?.status === 'intended' && operation.attempts > 0) return true
  }
  return false
}

function listRequested(tx: Tx, paymentId: PaymentId): Promise<Refund[]> {
  return tx
    .select()
    .from(refunds)
    .where(and(eq(refunds.paymentId, paymentId), eq(refunds.status, 'requested')))
    .orderBy(refunds.requestedAt, refunds.id)
}
