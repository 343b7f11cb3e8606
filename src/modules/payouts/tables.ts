import { bigint, char, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { BookingId, PayoutId, ProviderId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { instant } from '#src/platform/db/columns.ts'

export const payouts = pgTable('payouts', {
  id: uuid().$type<PayoutId>().primaryKey(),
  bookingId: uuid().$type<BookingId>().notNull(),
  providerId: uuid().$type<ProviderId>().notNull(),
  status: text({ enum: ['scheduled', 'paid', 'failed', 'reversed'] }).notNull(),
  amountMinor: bigint({ mode: 'bigint' }).notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  dueAt: instant().notNull(),
  attemptDueAt: instant(),
  attempts: integer().notNull().default(0),
  stripeTransferId: text(),
  failureReason: text(),
  paidAt: instant(),
  createdAt: instant().notNull(),
  updatedAt: instant().notNull(),
})
export type Payout = typeof payouts.$inferSelect
