import { bigint, boolean, char, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { BookingId, DisputeId, PaymentId, RefundId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Currency } from '#src/kernel/money.ts'
import { instant } from '#src/platform/db/columns.ts'
import { PAYMENT_STATUSES } from './domain/payment-status.ts'

const minor = () => bigint({ mode: 'bigint' })

export const payments = pgTable('payments', {
  id: uuid().$type<PaymentId>().primaryKey(),
  bookingId: uuid().$type<BookingId>().notNull(),
  status: text({ enum: PAYMENT_STATUSES }).notNull().default('unpaid'),
  captureMethod: text({ enum: ['automatic', 'manual'] }).notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  amountMinor: minor().notNull(),
  checkoutSessionId: text(),
  checkoutUrl: text(),
  paymentIntentId: text(),
  chargeId: text(),
  capturedMinor: minor().notNull().default(0n),
  refundRequestedMinor: minor().notNull().default(0n),
  refundedMinor: minor().notNull().default(0n),
  processingFeeMinor: minor(),
  capturedAt: instant(),
  lastError: text(),
  syncDueAt: instant(),
  createdAt: instant().notNull(),
  updatedAt: instant().notNull(),
})
export type Payment = typeof payments.$inferSelect

export const refunds = pgTable('refunds', {
  id: uuid().$type<RefundId>().primaryKey(),
  paymentId: uuid().$type<PaymentId>().notNull(),
  bookingId: uuid().$type<BookingId>().notNull(),
  status: text({ enum: ['requested', 'pending', 'succeeded', 'failed'] }).notNull(),
  cause: text().notNull(),
  amountMinor: minor().notNull(),
  basePartMinor: minor().notNull(),
  surchargePartMinor: minor().notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  stripeRefundId: text(),
  failureReason: text(),
  /** The failed refund that this one makes again. */
  replacesId: uuid().$type<RefundId>(),
  /** When a refund that failed was given back in some other way. */
  settledOutsideAt: instant(),
  /** The lost dispute by which the bank gave this money to the customer. */
  givenByDisputeId: uuid().$type<DisputeId>(),
  /** When one on its way is looked at again; null when it never was. */
  syncDueAt: instant(),
  requestedAt: instant().notNull(),
  settledAt: instant(),
})
export type Refund = typeof refunds.$inferSelect

export const DISPUTE_STATUSES = ['inquiry', 'inquiry_closed', 'open', 'won', 'lost'] as const

export const disputes = pgTable('disputes', {
  id: uuid().$type<DisputeId>().primaryKey(),
  paymentId: uuid().$type<PaymentId>().notNull(),
  bookingId: uuid().$type<BookingId>().notNull(),
  stripeDisputeId: text().notNull(),
  status: text({ enum: DISPUTE_STATUSES }).notNull(),
  reason: text().notNull(),
  amountMinor: minor().notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  withdrawnMinor: minor().notNull().default(0n),
  feeMinor: minor().notNull().default(0n),
  basePartMinor: minor().notNull().default(0n),
  surchargePartMinor: minor().notNull().default(0n),
  evidenceDueAt: instant(),
  evidenceSubmittedAt: instant(),
  openedAt: instant().notNull(),
  closedAt: instant(),
  updatedAt: instant().notNull(),
})
export type Dispute = typeof disputes.$inferSelect

export const stripeOperations = pgTable('stripe_operations', {
  id: uuid().primaryKey(),
  kind: text().notNull(),
  subjectId: uuid().notNull(),
  generation: integer().notNull().default(1),
  status: text({ enum: ['intended', 'succeeded', 'rejected'] })
    .notNull()
    .default('intended'),
  request: jsonb().$type<JsonObject>().notNull(),
  resultId: text(),
  error: text(),
  attempts: integer().notNull().default(0),
  lastTriedAt: instant(),
  createdAt: instant().notNull(),
  finishedAt: instant(),
})
export type StripeOperation = typeof stripeOperations.$inferSelect

export const webhookEvents = pgTable('webhook_events', {
  id: text().primaryKey(),
  endpoint: text({ enum: ['platform', 'connect'] }).notNull(),
  type: text().notNull(),
  accountId: text(),
  objectId: text(),
  livemode: boolean().notNull(),
  apiVersion: text(),
  body: text().notNull(),
  status: text({ enum: ['received', 'processed', 'ignored', 'dead'] })
    .notNull()
    .default('received'),
  attempts: integer().notNull().default(0),
  lastError: text(),
  createdAt: instant().notNull(),
  receivedAt: instant().notNull(),
  processedAt: instant(),
})
export type WebhookEvent = typeof webhookEvents.$inferSelect
