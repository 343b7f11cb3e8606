import { bigint, char, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Currency } from '#src/kernel/money.ts'
import { instant } from '#src/platform/db/columns.ts'
import { TRANSFER_KINDS, type TransferFacts } from './domain/transfers.ts'

export const ledgerTransfers = pgTable('ledger_transfers', {
  id: uuid().primaryKey(),
  sequence: bigint({ mode: 'bigint' }).generatedAlwaysAsIdentity(),
  kind: text({ enum: TRANSFER_KINDS }).notNull(),
  debitAccountId: uuid().notNull(),
  creditAccountId: uuid().notNull(),
  amountMinor: bigint({ mode: 'bigint' }).notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  subjectId: uuid(),
  effectKey: text().notNull(),
  externalId: text(),
  reversesId: uuid(),
  description: text().notNull().default(''),
  facts: jsonb().$type<TransferFacts | Record<string, never>>().notNull().default({}),
  occurredAt: instant().notNull(),
  recordedAt: instant().notNull(),
})
