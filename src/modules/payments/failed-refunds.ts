import { eq, sql } from 'drizzle-orm'
import type { RefundId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { outsideRefundPosting } from './postings.ts'
import { isUndecidedFailure, lockPayment, readGivenBack } from './queries.ts'
import { requestRefund } from './request-refund.ts'
import { figuresOfPayment } from './start-checkout.ts'
import { refunds, type Payment, type Refund } from './tables.ts'

export interface DecideOnRefund {
  readonly refundId: RefundId
  /** Kept in the audit log. */
  readonly reason: string
}

/**
 * An operator has a refund that did not arrive made again, to the same card.
 * @throws refusals auth.not_allowed, refund.not_found, refund.wrong_state when it did not fail or was dealt with,
 *   payment.refund_too_large when the same money was given back since in another refund.
 */
export async function retryRefund(ctx: Ctx, { refundId, reason }: DecideOnRefund): Promise<Refund> {
  return decide(ctx, refundId, async (tx, payment, failed) => {
    const again = await requestRefund(tx, ctx, {
      bookingId: payment.bookingId,
      baseMinor: failed.basePartMinor,
      surchargeMinor: failed.surchargePartMinor,
      cause: `again:${failed.id}`,
    })
    if (!again) throw refuse('refund.wrong_state')
    await tx.update(refunds).set({ replacesId: failed.id }).where(eq(refunds.id, again.id))
    await recordAudit(tx, ctx, {
      action: 'refund.retry',
      subjectKind: 'booking',
      subjectId: payment.bookingId,
      after: { refundId: failed.id, againId: again.id, amountMinor: Number(failed.amountMinor) },
      reason,
    })
    return again
  })
}

/**
 * An operator has given the money back in another way, by bank transfer perhaps: the books say so, and what waited for this
 * refund goes on.
 * @throws refusals as {@link retryRefund}.
 */
export async function settleRefundOutside(ctx: Ctx, { refundId, reason }: DecideOnRefund): Promise<Refund> {
  return decide(ctx, refundId, async (tx, payment, failed) => {
    await postTransfers(tx, ctx.now, [outsideRefundPosting(failed, ctx.now)])
    const settled = { settledOutsideAt: ctx.now }
    await tx.update(refunds).set(settled).where(eq(refunds.id, failed.id))
    await recordAudit(tx, ctx, {
      action: 'refund.settle_outside',
      subjectKind: 'booking',
      subjectId: payment.bookingId,
      after: { refundId: failed.id, amountMinor: Number(failed.amountMinor) },
      reason,
    })
    // The same news as a refund that arrived: what the provider has follows it.
    const payload = {
      bookingId: payment.bookingId,
      paymentId: payment.id,
      refundId: failed.id,
      refundMinor: Number(failed.amountMinor),
    }
    await emit(tx, {
      type: 'payment.refunded',
      subjectId: payment.bookingId,
      payload,
      occurredAt: ctx.now,
    })
    return { ...failed, ...settled }
  })
}

async function decide(
  ctx: Ctx,
  refundId: RefundId,
  work: (tx: Tx, payment: Payment, failed: Refund) => Promise<Refund>,
): Promise<Refund> {
  if (!may(ctx.actor, 'payment.refund')) throw refuse('auth.not_allowed')
  return inTransaction(ctx, async (tx) => {
    const [known] = await tx.select().from(refunds).where(eq(refunds.id, refundId))
    if (!known) throw refuse('refund.not_found')
    const payment = await lockPayment(tx, known.paymentId)
    const [failed] = await tx
      .select()
      .from(refunds)
      .where(sql`${refunds.id} = ${refundId} and ${isUndecidedFailure(sql`refunds`)}`)
    if (!failed) throw refuse('refund.wrong_state')
    await requireLeft(tx, payment, failed)
    return work(tx, payment, failed)
  })
}

/** What failed is no longer reserved: the same money may have been given back since, by another refund or a lost dispute. */
async function requireLeft(tx: Tx, payment: Payment, failed: Refund): Promise<void> {
  const { baseMinor, surchargeMinor } = await figuresOfPayment(tx, payment.id)
  const back = await readGivenBack(tx, payment.id)
  const baseLeftMinor = baseMinor - back.baseRefundedMinor
  const surchargeLeftMinor = surchargeMinor - back.surchargeRefundedMinor
  if (failed.basePartMinor > baseLeftMinor || failed.surchargePartMinor > surchargeLeftMinor)
    throw refuse('payment.refund_too_large', {
      left: { amountMinor: Number(baseLeftMinor + surchargeLeftMinor), currency: payment.currency },
    })
}
