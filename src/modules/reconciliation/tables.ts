import { bigint, char, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Currency } from '#src/kernel/money.ts'
import { instant, plainDate } from '#src/platform/db/columns.ts'
import { DIFFERENCE_KINDS } from './domain/differences.ts'

const minor = () => bigint({ mode: 'bigint' })

export const balanceTransactions = pgTable('balance_transactions', {
  id: text().primaryKey(),
  type: text().notNull(),
  sourceId: text(),
  amountMinor: minor().notNull(),
  feeMinor: minor().notNull(),
  netMinor: minor().notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  createdAt: instant().notNull(),
  readAt: instant().notNull(),
  matchedAt: instant(),
})
export type BalanceTransaction = typeof balanceTransactions.$inferSelect

export const reconciliationRuns = pgTable('reconciliation_runs', {
  id: uuid().primaryKey(),
  cause: text({ enum: ['daily', 'asked'] }).notNull(),
  dueOn: plainDate(),
  requestedAt: instant().notNull(),
  startedAt: instant(),
  finishedAt: instant(),
  readSince: instant(),
  lineCount: integer(),
  openCount: integer(),
})

export const reconciliationDifferences = pgTable('reconciliation_differences', {
  id: uuid().primaryKey(),
  kind: text({ enum: DIFFERENCE_KINDS }).notNull(),
  objectId: text().notNull(),
  bookingId: uuid(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  expectedMinor: minor().notNull(),
  actualMinor: minor().notNull(),
  since: instant().notNull(),
  firstSeenAt: instant().notNull(),
  lastSeenAt: instant().notNull(),
  repairCount: integer().notNull().default(0),
  lastRepair: text(),
  resolvedAt: instant(),
  resolution: text(),
})
export type Difference = typeof reconciliationDifferences.$inferSelect
