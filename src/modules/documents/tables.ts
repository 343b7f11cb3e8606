import { sql } from 'drizzle-orm'
import { bigint, char, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { BookingId, DocumentId, RefundId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { instant } from '#src/platform/db/columns.ts'
import type { DocumentContent } from './domain/content.ts'

export const DOCUMENT_KINDS = ['receipt', 'credit_note'] as const
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

export const documents = pgTable('documents', {
  id: uuid().$type<DocumentId>().primaryKey(),
  kind: text({ enum: DOCUMENT_KINDS }).notNull(),
  year: integer().notNull(),
  sequence: integer().notNull(),
  number: text()
    .notNull()
    .generatedAlwaysAs(sql`null`), // by the database, from kind, year and sequence
  bookingId: uuid().$type<BookingId>().notNull(),
  refundId: uuid().$type<RefundId>(),
  receiptId: uuid().$type<DocumentId>(),
  issuedAt: instant().notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  totalMinor: bigint({ mode: 'bigint' }).notNull(),
  content: jsonb().$type<DocumentContent>().notNull(),
})
export type Document = typeof documents.$inferSelect
