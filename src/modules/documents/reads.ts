import type { BookingId, DocumentId, RefundId } from '#src/kernel/ids.ts'
import { findBookingFacts, partyOf } from '#src/modules/bookings/index.ts'
import type { ReadCtx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { documentPdf } from './domain/document-sheet.ts'
import { findCreditNote, findDocument, findReceipt, listDocumentsOf } from './queries.ts'
import type { Document } from './tables.ts'
import { viewOf, type DocumentItem, type DocumentView } from './view.ts'

export { getStatement, type Statement, type StatementLine } from './statement.ts'
export type { DocumentItem, DocumentView, PartyJson } from './view.ts'

/** The documents of a booking, its receipt first. @throws booking.not_found, also for what is not theirs. */
export async function listDocuments(ctx: ReadCtx, bookingId: BookingId): Promise<DocumentItem[]> {
  if (!(await hasPart(ctx, bookingId))) throw refuse('booking.not_found')
  const found = await listDocumentsOf(ctx.db, bookingId)
  return found.map((document) => {
    const { id, kind, number, issuedAt, total } = viewOf(document)
    return { id, kind, number, issuedAt, total }
  })
}

/**
 * The receipt of a booking, or the credit note of one of its refunds; null while it has not been issued.
 * @throws booking.not_found, also for what is not theirs.
 */
export async function findDocumentOf(
  ctx: ReadCtx,
  bookingId: BookingId,
  wanted: { kind: 'receipt' } | { kind: 'credit_note'; refundId: RefundId },
): Promise<DocumentId | null> {
  if (!(await hasPart(ctx, bookingId))) throw refuse('booking.not_found')
  const found =
    wanted.kind === 'receipt'
      ? await findReceipt(ctx.db, bookingId)
      : await findCreditNote(ctx.db, bookingId, wanted.refundId)
  return found?.id ?? null
}

/** @throws document.not_found, also for what is not theirs. */
export async function getDocument(ctx: ReadCtx, id: DocumentId): Promise<DocumentView> {
  return viewOf(await openDocument(ctx, id))
}

/** The same document as a PDF file. @throws document.not_found, as {@link getDocument}. */
export async function getDocumentPdf(
  ctx: ReadCtx,
  id: DocumentId,
): Promise<{ number: string; bytes: Uint8Array<ArrayBuffer> }> {
  const document = await openDocument(ctx, id)
  return { number: document.number, bytes: documentPdf(document) }
}

async function openDocument(ctx: ReadCtx, id: DocumentId): Promise<Document> {
  const document = await findDocument(ctx.db, id)
  if (!document || !(await hasPart(ctx, document.bookingId))) throw refuse('document.not_found')
  return document
}

/** Its customer, the guest who has its key, the provider's members and operators. */
async function hasPart({ db, actor }: ReadCtx, bookingId: BookingId): Promise<boolean> {
  const facts = await findBookingFacts(db, bookingId)
  return facts !== null && partyOf(facts.booking, actor) !== null
}
