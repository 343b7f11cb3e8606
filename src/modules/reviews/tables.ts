import { pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core'
import type { BookingId, ProviderId, ReviewId, ServiceId, UserId } from '#src/kernel/ids.ts'
import { instant } from '#src/platform/db/columns.ts'

export const reviews = pgTable('reviews', {
  id: uuid().$type<ReviewId>().primaryKey(),
  bookingId: uuid().$type<BookingId>(),
  importedFrom: text(),
  providerId: uuid().$type<ProviderId>().notNull(),
  serviceId: uuid().$type<ServiceId>(),
  authorId: uuid().$type<UserId>(),
  authorName: text().notNull(),
  rating: smallint().notNull(),
  body: text().notNull(),
  reply: text(),
  repliedAt: instant(),
  status: text({ enum: ['published', 'hidden'] }).notNull(),
  moderationReason: text(),
  createdAt: instant().notNull(),
})
