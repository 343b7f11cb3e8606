import { eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { GatewayRefund } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { DisputeId, RefundId } from '#src/kernel/ids.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { splitRefund } from './domain/fees.ts'
import { disputeOf, statusOfCaptured } from './domain/payment-change.ts'
import { decideRefund, type RefundStatus } from './domain/refund-change.ts'
import { failedRefundPosting, refundPosting } from './postings.ts'
import { listRefunds, readGivenBack } from './queries.ts'
import { figuresOfPayment } from './start-checkout.ts'
import { payments, refunds, type Payment, type Refund } from './tables.ts'

/** Brings one refund of a locked payment into line with what the gateway says. One made by hand at the gateway is taken in. */
export async function applyRefund(tx: Tx, ctx: Ctx, payment: Payment, seen: GatewayRefund): Promise<Payment> {
  const known = await listRefunds(tx, payment.id)
  const own = known.find((refund) => refund.id === seen.refundId || refund.stripeRefundId === seen.id)
  if (own) return settle(tx, ctx, payment, own, seen)
  if (seen.status === 'failed') return payment // made and failed by hand before we heard of it: nothing moved for good
  const { refund, reserved } = await takeIn(tx, ctx, payment, seen)
  return settle(tx, ctx, reserved, refund, seen)
}

/** The refund failed before the gateway knew of it: it was definitively refused. */
export async function failRefund(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  refund: Refund,
  reason: string,
): Promise<Payment> {
  return move(tx, ctx, payment, refund, 'failed', refund.stripeRefundId, reason)
}

/** The refund was never asked for and will not be: the bank gave the money. There is nothing to tell; the verdict says so. */
export async function dropRefund(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  refund: Refund,
  givenBy: { readonly id: DisputeId; readonly stripeDisputeId: string },
): Promise<Payment> {
  await tx
    .update(refunds)
    .set({
      status: 'failed',
      failureReason: `The bank gave it back: ${givenBy.stripeDisputeId}`,
      givenByDisputeId: givenBy.id,
      settledAt: ctx.now,
    })
    .where(eq(refunds.id, refund.id))
  return writeSums(tx, ctx, payment, 0n, -refund.amountMinor)
}

async function settle(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  refund: Refund,
  seen: GatewayRefund,
): Promise<Payment> {
  assert(
    seen.amountMinor === refund.amountMinor && seen.currency === refund.currency,
    `refund ${refund.id} is of the amount asked for`,
  )
  assert(
    refund.stripeRefundId === null || refund.stripeRefundId === seen.id,
    `refund ${refund.id} was made once`,
  )
  return move(tx, ctx, payment, refund, seen.status, seen.id, seen.failureReason)
}

async function move(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  refund: Refund,
  status: RefundStatus,
  stripeRefundId: string | null,
  failureReason: string | null,
): Promise<Payment> {
  const decision = decideRefund(refund.status, status)
  if (!decision.changes) return payment
  await tx
    .update(refunds)
    .set({ status, stripeRefundId, failureReason, settledAt: status === 'pending' ? null : ctx.now })
    .where(eq(refunds.id, refund.id))
  if (stripeRefundId) {
    await postTransfers(tx, ctx.now, [
      ...(decision.leaves ? [refundPosting(refund, stripeRefundId, ctx.now)] : []),
      ...(decision.comesBack ? [failedRefundPosting(refund, stripeRefundId, ctx.now)] : []),
    ])
  }
  const changed = await writeSums(
    tx,
    ctx,
    payment,
    decision.refunded * refund.amountMinor,
    decision.reserved * refund.amountMinor,
  )
  if (decision.news) {
    const payload = {
      bookingId: refund.bookingId,
      paymentId: payment.id,
      refundId: refund.id,
      refundMinor: Number(refund.amountMinor),
    }
    await emit(tx, { type: decision.news, subjectId: refund.bookingId, payload, occurredAt: ctx.now })
  }
  return changed
}

async function writeSums(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  refunded: bigint,
  reserved: bigint,
): Promise<Payment> {
  const refundedMinor = payment.refundedMinor + refunded
  const values = {
    refundedMinor,
    refundRequestedMinor: payment.refundRequestedMinor + reserved,
    status: statusOfCaptured(payment.capturedMinor, refundedMinor, disputeOf(payment.status)),
    updatedAt: ctx.now,
  }
  await tx.update(payments).set(values).where(eq(payments.id, payment.id))
  return { ...payment, ...values }
}

/** Somebody refunded in the gateway's dashboard: it is booked like any other, and said aloud. */
async function takeIn(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  seen: GatewayRefund,
): Promise<{ refund: Refund; reserved: Payment }> {
  const figures = await figuresOfPayment(tx, payment.id)
  const parts = splitRefund(figures, await readGivenBack(tx, payment.id), seen.amountMinor)
  const reserved = await writeSums(tx, ctx, payment, 0n, seen.amountMinor)
  const [refund] = await tx
    .insert(refunds)
    .values({
      id: randomUUID() as RefundId,
      paymentId: payment.id,
      bookingId: payment.bookingId,
      status: 'requested',
      cause: `gateway:${seen.id}`,
      amountMinor: seen.amountMinor,
      ...parts,
      currency: payment.currency,
      requestedAt: ctx.now,
    })
    .returning()
  assert(refund, 'an inserted refund is returned')
  ctx.log.warn({ paymentId: payment.id, stripeRefundId: seen.id }, 'a refund was made at the gateway by hand')
  await recordAudit(tx, ctx, {
    action: 'refund.take_in',
    subjectKind: 'payment',
    subjectId: payment.id,
    after: { stripeRefundId: seen.id, amountMinor: Number(seen.amountMinor) },
  })
  return { refund, reserved }
}
