import { bigint, char, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { BookingId, PayoutId, ProviderId, UserId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { instant } from '#src/platform/db/columns.ts'
import type { SlipCode, WaitCode } from './domain/payout-rules.ts'

const minor = () => bigint({ mode: 'bigint' })

export const PAYOUT_STATUSES = ['none', 'scheduled', 'paid', 'failed', 'reversed'] as const

export const payouts = pgTable('payouts', {
  id: uuid().$type<PayoutId>().primaryKey(),
  bookingId: uuid().$type<BookingId>().notNull(),
  providerId: uuid().$type<ProviderId>().notNull(),
  status: text({ enum: PAYOUT_STATUSES }).notNull(),
  /** What the provider has earned, as it is known now. */
  amountMinor: minor().notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  dueAt: instant().notNull(),
  attemptDueAt: instant(),
  attempts: integer().notNull().default(0),
  /** The newest transfer; all of them are movements. */
  stripeTransferId: text(),
  waitsFor: text().$type<WaitCode>(),
  /** A transfer was taken back by hand: nothing is sent until an operator has it tried again. */
  reversedByHandAt: instant(),
  /** What it waited for when its date had come; the first of several. */
  slippedFor: text().$type<SlipCode>(),
  failureReason: text(),
  paidAt: instant(),
  releasedShareMinor: minor().notNull().default(0n),
  releasedCommissionMinor: minor().notNull().default(0n),
  releasedSurchargeMinor: minor().notNull().default(0n),
  releases: integer().notNull().default(0),
  createdAt: instant().notNull(),
  updatedAt: instant().notNull(),
})
export type Payout = typeof payouts.$inferSelect

/** Who is on their way to connect an account, for which provider; used up by whoever comes back. */
export const connectStates = pgTable('connect_states', {
  tokenHash: text().primaryKey(),
  providerId: uuid().$type<ProviderId>().notNull(),
  userId: uuid().$type<UserId>().notNull(),
  createdAt: instant().notNull(),
  expiresAt: instant().notNull(),
  usedAt: instant(),
})

export const payoutMovements = pgTable('payout_movements', {
  id: uuid().primaryKey(),
  payoutId: uuid().$type<PayoutId>().notNull(),
  providerId: uuid().$type<ProviderId>().notNull(),
  /** recovery: without Stripe; so much of what this payout has too much was kept from other payouts, where it is netted. */
  kind: text({ enum: ['transfer', 'reversal', 'recovery'] }).notNull(),
  amountMinor: minor().notNull(),
  nettedMinor: minor().notNull().default(0n),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  status: text({ enum: ['intended', 'done', 'refused'] }).notNull(),
  stripeId: text(),
  transferId: text(),
  failureReason: text(),
  createdAt: instant().notNull(),
  settledAt: instant(),
})
export type PayoutMovement = typeof payoutMovements.$inferSelect
