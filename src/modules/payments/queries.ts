import { count, eq, min, or, sql, type SQL } from 'drizzle-orm'
import { assert } from '#src/kernel/assert.ts'
import type { BookingId, PaymentId, RefundId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { preparedSelect } from '#src/platform/db/prepared.ts'
import type { RefundedParts } from './domain/fees.ts'
import {
  disputes,
  payments,
  refunds,
  webhookEvents,
  type Dispute,
  type Payment,
  type Refund,
} from './tables.ts'

export async function findPaymentOfBooking(db: Queryable, bookingId: BookingId): Promise<Payment | null> {
  const [payment] = await db.select().from(payments).where(eq(payments.bookingId, bookingId))
  return payment ?? null
}

/** By either id: they are UUIDs and never the same. */
export async function findPayment(db: Queryable, id: PaymentId | BookingId): Promise<Payment | null> {
  const [payment] = await selectByEitherId(db, { id })
  return payment ?? null
}

const selectByEitherId = preparedSelect<{ id: PaymentId | BookingId }, Payment>((db) =>
  db
    .select()
    .from(payments)
    .where(or(eq(payments.id, sql.placeholder('id')), eq(payments.bookingId, sql.placeholder('id')))),
)

export async function findPaymentByIntent(db: Queryable, intentId: string): Promise<Payment | null> {
  const [payment] = await db.select().from(payments).where(eq(payments.paymentIntentId, intentId))
  return payment ?? null
}

/** Whoever changes a payment or its refunds holds this lock, so that they happen one after the other. */
export async function lockPayment(tx: Tx, paymentId: PaymentId): Promise<Payment> {
  const [payment] = await selectLocked(tx, { paymentId })
  assert(payment, `payment ${paymentId} exists`)
  return payment
}

const selectLocked = preparedSelect<{ paymentId: PaymentId }, Payment>((db) =>
  db
    .select()
    .from(payments)
    .where(eq(payments.id, sql.placeholder('paymentId')))
    .for('no key update'),
)

export async function lockPaymentOfBooking(tx: Tx, bookingId: BookingId): Promise<Payment | null> {
  const [payment] = await selectLockedOfBooking(tx, { bookingId })
  return payment ?? null
}

const selectLockedOfBooking = preparedSelect<{ bookingId: BookingId }, Payment>((db) =>
  db
    .select()
    .from(payments)
    .where(eq(payments.bookingId, sql.placeholder('bookingId')))
    .for('no key update'),
)

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

/**
 * What has come back of a payment or is on its way, by price and surcharge, as an SQL select of two columns: refunds that did
 * not fail or were settled in another way, and disputes that were lost.
 */
export function givenBackSql(paymentId: SQL): SQL {
  return sql`select coalesce(sum(base_part_minor), 0)::text as base, coalesce(sum(surcharge_part_minor), 0)::text as surcharge from (
    select base_part_minor, surcharge_part_minor from refunds
    where payment_id = ${paymentId} and (status <> 'failed' or settled_outside_at is not null)
    union all select base_part_minor, surcharge_part_minor from disputes where payment_id = ${paymentId}) back`
}

/** {@link givenBackSql} of one payment. Under its lock, to decide by it. */
export async function readGivenBack(db: Queryable, paymentId: PaymentId): Promise<RefundedParts> {
  const { rows } = await db.execute<{ base: string; surcharge: string }>(
    givenBackSql(sql`${paymentId}::uuid`),
  )
  const [row] = rows
  assert(row, 'a sum has a row')
  return { baseRefundedMinor: BigInt(row.base), surchargeRefundedMinor: BigInt(row.surcharge) }
}

export async function listDisputes(db: Queryable, paymentId: PaymentId): Promise<Dispute[]> {
  return db
    .select()
    .from(disputes)
    .where(eq(disputes.paymentId, paymentId))
    .orderBy(disputes.openedAt, disputes.id)
}

/** Refunds that did not arrive and were neither made again nor given in another way. */
export async function countOpenFailedRefunds(db: Queryable, paymentId: PaymentId): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    select count(*)::int as count from refunds f where f.payment_id = ${paymentId} and ${isOpenFailure(sql`f`)}`)
  return rows[0]?.count ?? 0
}

/**
 * Whether a row of `refunds`, under the name it has in the query, failed and still waits for somebody. Where the same money
 * was given back since, nothing is left to decide.
 */
export function isOpenFailure(refund: SQL): SQL {
  return sql`${isUndecidedFailure(refund)} and ${refund}.amount_minor <= (
    select pay.captured_minor - back.base::bigint - back.surcharge::bigint
    from payments pay, lateral (${givenBackSql(sql`pay.id`)}) back where pay.id = ${refund}.payment_id)`
}

/** Whether it failed and was neither made again nor given in another way, nor given by the bank. */
export function isUndecidedFailure(refund: SQL): SQL {
  return sql`${refund}.status = 'failed' and ${refund}.settled_outside_at is null
    and not exists (select from refunds again where again.replaces_id = ${refund}.id)
    and ${refund}.given_by_dispute_id is null`
}

/** Events that are stored and not acted on yet. */
export async function readWaitingWebhooks(
  db: Queryable,
): Promise<{ count: number; oldestAt: Temporal.Instant | null }> {
  const [waiting] = await db
    .select({ count: count(), oldestAt: min(webhookEvents.receivedAt) })
    .from(webhookEvents)
    .where(eq(webhookEvents.status, 'received'))
  return { count: waiting?.count ?? 0, oldestAt: waiting?.oldestAt ?? null }
}
