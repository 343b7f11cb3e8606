import { eq, or } from 'drizzle-orm'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, PaymentId, RefundId } from '#src/kernel/ids.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import type { RefundedParts } from './domain/fees.ts'
import { payments, refunds, type Payment, type Refund } from './tables.ts'

export async function findPaymentOfBooking(db: Queryable, bookingId: BookingId): Promise<Payment | null> {
  const [payment] = await db.select().from(payments).where(eq(payments.bookingId, bookingId))
  return payment ?? null
}

/** By either id: they are UUIDs and never the same. */
export async function findPayment(db: Queryable, id: PaymentId | BookingId): Promise<Payment | null> {
  const [payment] = await db
    .select()
    .from(payments)
    .where(or(eq(payments.id, id as PaymentId), eq(payments.bookingId, id as BookingId)))
  return payment ?? null
}

export async function findPaymentByIntent(db: Queryable, intentId: string): Promise<Payment | null> {
  const [payment] = await db.select().from(payments).where(eq(payments.paymentIntentId, intentId))
  return payment ?? null
}

/** Whoever changes a payment or its refunds holds this lock, so that they happen one after the other. */
export async function lockPayment(tx: Tx, paymentId: PaymentId): Promise<Payment> {
  const [payment] = await tx.select().from(payments).where(eq(payments.id, paymentId)).for('update')
  assert(payment, `payment ${paymentId} exists`)
  return payment
}

export async function lockPaymentOfBooking(tx: Tx, bookingId: BookingId): Promise<Payment | null> {
  const [payment] = await tx.select().from(payments).where(eq(payments.bookingId, bookingId)).for('update')
  return payment ?? null
}

export async function listRefunds(db: Queryable, paymentId: PaymentId): Promise<Refund[]> {
  return db
    .select()
    .from(refunds)
    .where(eq(refunds.paymentId, paymentId))
    .orderBy(refunds.requestedAt, refunds.id)
}

export async function findRefund(db: Queryable, refundId: RefundId): Promise<Refund | null> {
  const [refund] = await db.select().from(refunds).where(eq(refunds.id, refundId))
  return refund ?? null
}

/** What has been given back or is on its way: everything but what failed. */
export function refundedParts(all: readonly Refund[]): RefundedParts {
  const live = all.filter(({ status }) => status !== 'failed')
  return {
    baseRefundedMinor: live.reduce((sum, { basePartMinor }) => sum + basePartMinor, 0n),
    surchargeRefundedMinor: live.reduce((sum, { surchargePartMinor }) => sum + surchargePartMinor, 0n),
  }
}
