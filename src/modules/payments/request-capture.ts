import type { BookingId } from '#src/kernel/ids.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { intendOperation } from './operations.ts'
import { lockPaymentOfBooking } from './queries.ts'

export const SETTLE_CAPTURE = 'payments.settle-capture'

/**
 * Asks for the money that was set aside, in the caller's transaction. The worker takes it: `payment.captured` or
 * `payment.capture_failed` follows. Asking again, or for what is captured already, changes nothing.
 * @throws refusal `payment.nothing_captured` when nothing is set aside any more.
 */
export async function requestCapture(tx: Tx, ctx: Ctx, bookingId: BookingId): Promise<void> {
  const payment = await lockPaymentOfBooking(tx, bookingId)
  if (!payment || payment.status === 'unpaid' || payment.status === 'voided')
    throw refuse('payment.nothing_captured')
  if (payment.status !== 'authorized') return
  await intendOperation(tx, ctx.now, { kind: 'capture', subjectId: payment.id, request: {} })
  await enqueue(
    tx,
    SETTLE_CAPTURE,
    { paymentId: payment.id },
    { jobKey: `capture:${payment.id}`, priority: JOB_PRIORITY.money },
  )
}
