import { integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { BookingId, MailId, ProviderId, UserId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { citext, instant } from '#src/platform/db/columns.ts'
import { REMINDER_KINDS } from './domain/reminders.ts'
import type { Template } from './domain/who-gets-what.ts'

export const MAIL_STATUSES = ['queued', 'sent', 'failed', 'suppressed'] as const
export type MailStatus = (typeof MAIL_STATUSES)[number]

export const mails = pgTable('mails', {
  id: uuid().$type<MailId>().primaryKey(),
  dedupeKey: text().notNull(),
  template: text().$type<Template>().notNull(),
  bookingId: uuid().$type<BookingId>(),
  providerId: uuid().$type<ProviderId>(),
  recipientKind: text({ enum: ['customer', 'guest', 'provider', 'operator'] }).notNull(),
  recipientEmail: citext().notNull(),
  recipientUserId: uuid().$type<UserId>(),
  facts: jsonb().$type<JsonObject>().notNull(),
  subject: text(),
  html: text(),
  plainText: text(),
  calendar: text(),
  status: text({ enum: MAIL_STATUSES }).notNull().default('queued'),
  attempts: integer().notNull().default(0),
  lastError: text(),
  providerMessageId: text(),
  createdAt: instant().notNull(),
  /** While queued: since when a sender has it in hand. */
  sentAt: instant(),
})

export const reminders = pgTable(
  'reminders',
  {
    bookingId: uuid().$type<BookingId>().notNull(),
    kind: text({ enum: REMINDER_KINDS }).notNull(),
    dueAt: instant(),
    sentAt: instant(),
  },
  (table) => [primaryKey({ columns: [table.bookingId, table.kind] })],
)

/** Filled by the embedded mailer; read by the mailbox page. */
export const mailboxMessages = pgTable('mailbox_messages', {
  id: uuid().primaryKey(),
  sender: text().notNull(),
  recipient: citext().notNull(),
  subject: text().notNull(),
  html: text().notNull(),
  plainText: text().notNull(),
  calendar: text(),
  deliveredAt: instant().notNull(),
})
