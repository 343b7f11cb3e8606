import { and, asc, eq, sql } from 'drizzle-orm'
import type { BookingId, DocumentId, RefundId } from '#src/kernel/ids.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { preparedSelect } from '#src/platform/db/prepared.ts'
import { documents, type Document } from './tables.ts'

/** A booking has a receipt and a credit note for each refund; more than this many are a fault. */
const DOCUMENTS_OF_BOOKING_MAX = 200

export async function findDocument(db: Queryable, id: DocumentId): Promise<Document | null> {
  const [document] = await db.select().from(documents).where(eq(documents.id, id))
  return document ?? null
}

export async function findReceipt(db: Queryable, bookingId: BookingId): Promise<Document | null> {
  const [receipt] = await selectReceipt(db, { bookingId })
  return receipt ?? null
}

const selectReceipt = preparedSelect<{ bookingId: BookingId }, Document>((db) =>
  db
    .select()
    .from(documents)
    .where(and(eq(documents.bookingId, sql.placeholder('bookingId')), eq(documents.kind, 'receipt'))),
)

/** The receipt first, then what was credited, in order. */
export async function listDocumentsOf(db: Queryable, bookingId: BookingId): Promise<Document[]> {
  return db
    .select()
    .from(documents)
    .where(eq(documents.bookingId, bookingId))
    .orderBy(sql`${documents.kind} = 'credit_note'`, asc(documents.issuedAt), asc(documents.sequence))
    .limit(DOCUMENTS_OF_BOOKING_MAX)
}

/** The credit note of a refund, whichever of several tries to give the same money back it was issued for. */
export async function findCreditNote(
  db: Queryable,
  bookingId: BookingId,
  refundId: RefundId,
): Promise<Document | null> {
  const { rows } = await db.execute<{ id: DocumentId }>(sql`
    with recursive tries as (
      select id, replaces_id from refunds where id = ${refundId} and booking_id = ${bookingId}
      union select r.id, r.replaces_id from refunds r join tries t on r.id = t.replaces_id or r.replaces_id = t.id)
    select d.id from documents d join tries t on t.id = d.refund_id limit 1`)
  return rows[0] ? findDocument(db, rows[0].id) : null
}

/** A refund and those that it makes again: several tries to give back the same money have one credit note. */
export async function isCredited(db: Queryable, refundId: RefundId): Promise<boolean> {
  const { rows } = await db.execute(sql`
    with recursive tries as (
      select id, replaces_id from refunds where id = ${refundId}
      union select r.id, r.replaces_id from refunds r join tries t on r.id = t.replaces_id)
    select from documents d join tries t on t.id = d.refund_id limit 1`)
  return rows.length > 0
}
