import { eq, sql } from 'drizzle-orm'
import type { GatewayPayment } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { placeholders, prepared } from '#src/platform/db/prepared.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { decideChange, mismatchOf, type PaymentChange } from './domain/payment-change.ts'
import { findOperation } from './operations.ts'
import { capturePosting, feePosting, type PriceParts } from './postings.ts'
import { checkoutOf, figuresOf } from './start-checkout.ts'
import { payments, type Payment } from './tables.ts'

/** What people read of a payment that was set aside. */
export const QUARANTINED = 'This payment does not match the booking. We are looking into it.'

/**
 * Brings a locked payment into line with what the gateway says: its row, the ledger, and who must hear of it, each once.
 * What does not match what we asked for is set aside for a person: it confirms nothing and moves nothing.
 */
export async function applyPayment(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  seen: GatewayPayment,
  syncDueAt: Temporal.Instant | null,
): Promise<Payment> {
  const mismatch = mismatchOf(payment, seen)
  if (mismatch !== null) return quarantine(tx, ctx, payment, seen, mismatch)
  const change = decideChange(payment, seen)
  const changed = await write(tx, ctx, payment, seen, change, syncDueAt)
  await post(tx, ctx, payment, changed)
  for (const { type, ...facts } of change.news) {
    const payload: JsonObject = { bookingId: payment.bookingId, paymentId: payment.id, ...facts }
    await emit(tx, { type, subjectId: payment.bookingId, payload, occurredAt: ctx.now })
  }
  return changed
}

async function write(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  seen: GatewayPayment,
  change: PaymentChange,
  syncDueAt: Temporal.Instant | null,
): Promise<Payment> {
  const values = {
    status: change.status,
    paymentIntentId: seen.intentId,
    // The charge of a declined try is none of ours.
    chargeId:
      seen.status === 'authorized' || seen.status === 'captured'
        ? (seen.charge?.id ?? payment.chargeId)
        : payment.chargeId,
    capturedMinor: change.capturedMinor,
    processingFeeMinor: change.processingFeeMinor,
    capturedAt: payment.capturedAt ?? (change.capturedMinor > 0n ? ctx.now : null),
    lastError: change.lastError,
    syncDueAt,
    updatedAt: ctx.now,
  }
  await update(tx, { id: payment.id, ...values })
  return { ...payment, ...values }
}

const SEEN_COLUMNS = [
  'status',
  'paymentIntentId',
  'chargeId',
  'capturedMinor',
  'processingFeeMinor',
  'capturedAt',
  'lastError',
  'syncDueAt',
  'updatedAt',
] as const satisfies readonly (keyof Payment)[]
const update = prepared<Pick<Payment, 'id' | (typeof SEEN_COLUMNS)[number]>>((db) => {
  return db
    .update(payments)
    .set(placeholders<Partial<Payment>>(SEEN_COLUMNS))
    .where(eq(payments.id, sql.placeholder('id')))
    .getSQL()
})

async function post(tx: Tx, ctx: Ctx, before: Payment, after: Payment): Promise<void> {
  if (after.capturedMinor === 0n) return
  assert(after.chargeId, 'a captured payment has a charge')
  const captured =
    before.capturedMinor === 0n
      ? [capturePosting(after, after.chargeId, await partsOf(tx, after), ctx.now)]
      : []
  const feeMinor = before.processingFeeMinor === null ? after.processingFeeMinor : null
  const fee = feeMinor === null ? [] : feePosting(after, after.chargeId, feeMinor, ctx.now)
  await postTransfers(tx, ctx.now, [...captured, ...fee])
}

/** Price and guest fee as they were asked for; only said beside the amount, so not worth failing for. */
async function partsOf(tx: Tx, payment: Payment): Promise<PriceParts | null> {
  const operation = await findOperation(tx, 'checkout', payment.id)
  return operation && figuresOf(checkoutOf(operation))
}

async function quarantine(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  seen: GatewayPayment,
  mismatch: string,
): Promise<Payment> {
  const values = { lastError: QUARANTINED, checkoutUrl: null, syncDueAt: null, updatedAt: ctx.now }
  await tx.update(payments).set(values).where(eq(payments.id, payment.id))
  if (payment.lastError !== QUARANTINED) await tellOfMismatch(tx, ctx, payment, seen, mismatch)
  return { ...payment, ...values }
}

/** For a person: the log calls one, and the audit trail is what they find. */
export async function tellOfMismatch(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  seen: GatewayPayment,
  mismatch: string,
): Promise<void> {
  ctx.log.error(
    { paymentId: payment.id, intentId: seen.intentId, mismatch },
    'a payment does not match what was asked for',
  )
  await recordAudit(tx, ctx, {
    action: 'payment.quarantine',
    subjectKind: 'payment',
    subjectId: payment.id,
    after: {
      intentId: seen.intentId,
      amountMinor: Number(seen.amountMinor),
      currency: seen.currency,
      status: seen.status,
    },
    reason: mismatch,
  })
}
