import { assert } from '#src/kernel/assert.ts'
import type { BookingId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { intendOperation } from './operations.ts'
import { lockPaymentOfBooking } from './queries.ts'
import type { Payment } from './tables.ts'

export const SETTLE_VOID = 'payments.settle-void'

/**
 * Gives back money that was only set aside, in the caller's transaction; `payment.voided` follows. Nothing to do when
 * nothing was set aside, or when it has been given back.
 * @throws {AssertionFailed} when it is captured: then it is refunded, not voided.
 */
export async function requestVoid(tx: Tx, ctx: Ctx, bookingId: BookingId): Promise<void> {
  const payment = await lockPaymentOfBooking(tx, bookingId)
  if (!payment || payment.status === 'unpaid' || payment.status === 'voided') return
  assert(payment.status === 'authorized', `payment ${payment.id} is not captured when it is voided`)
  await intendVoid(tx, ctx, payment)
}

/** For a payment that is locked and authorized. */
export async function intendVoid(tx: Tx, ctx: Ctx, payment: Payment): Promise<void> {
  await intendOperation(tx, ctx.now, { kind: 'void', subjectId: payment.id, request: {} })
  await enqueue(
    tx,
    SETTLE_VOID,
    { paymentId: payment.id },
    { jobKey: `void:${payment.id}`, priority: JOB_PRIORITY.money },
  )
}
