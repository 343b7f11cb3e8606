import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  char,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { PARTIES } from '#src/kernel/actor.ts'
import type { BookingId, CalendarId, ProviderId, ServiceId, UserId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Currency } from '#src/kernel/money.ts'
import { BOOKING_MODES, CANCELLATION_POLICIES, LOCATION_KINDS } from '#src/kernel/service-terms.ts'
import { citext, instant, timeRange, wallTime } from '#src/platform/db/columns.ts'
import { BOOKING_STATES } from './domain/lifecycle.ts'

/** An extra as it was when booked. */
export interface BookedExtra {
  readonly id: string
  readonly name: string
  readonly priceMinor: string
  readonly extraMinutes: number
}

export const bookings = pgTable('bookings', {
  id: uuid().$type<BookingId>().primaryKey(),
  code: text().notNull(),
  providerId: uuid().$type<ProviderId>().notNull(),
  serviceId: uuid().$type<ServiceId>().notNull(),
  calendarId: uuid().$type<CalendarId>().notNull(),
  state: text({ enum: BOOKING_STATES }).notNull(),
  customerId: uuid().$type<UserId>(),
  guestName: text(),
  guestEmail: citext(),
  guestPhone: text(),
  customerNote: text().notNull().default(''),
  isGuest: boolean().notNull(),
  startsAt: instant().notNull(),
  endsAt: instant().notNull(),
  occupied: timeRange().notNull(),
  timeZone: text().notNull(),
  localStart: wallTime().notNull(),
  sessionId: uuid().notNull(),
  seat: smallint().notNull().default(1),
  capacity: smallint().notNull().default(1),
  serviceName: text().notNull(),
  extras: jsonb().$type<readonly BookedExtra[]>().notNull().default([]),
  durationMinutes: integer().notNull(),
  bufferBeforeMinutes: integer().notNull(),
  bufferAfterMinutes: integer().notNull(),
  minimumNoticeMinutes: integer().notNull(),
  locationKind: text({ enum: LOCATION_KINDS }).notNull(),
  bookingMode: text({ enum: BOOKING_MODES }).notNull(),
  cancellationPolicy: text({ enum: CANCELLATION_POLICIES }).notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  baseMinor: bigint({ mode: 'bigint' }).notNull(),
  commissionMinor: bigint({ mode: 'bigint' }).notNull(),
  surchargeMinor: bigint({ mode: 'bigint' }).notNull(),
  providerNetMinor: bigint({ mode: 'bigint' }).notNull(),
  totalMinor: bigint({ mode: 'bigint' }).notNull(),
  platformFeeBasisPoints: integer().notNull(),
  guestFeeBasisPoints: integer().notNull(),
  refundPercentMax: smallint().notNull().default(100),
  holdExpiresAt: instant().notNull(),
  answerDueAt: instant(),
  nextDueAt: instant().generatedAlwaysAs(sql`null`), // by the database, from state and the instants
  endKind: text({ enum: PARTIES }),
  endReason: text(),
  noShowParty: text({ enum: ['customer', 'provider'] }),
  calendarSequence: integer().notNull().default(0),
  eventCount: integer().notNull().default(1),
  createdAt: instant().notNull(),
  updatedAt: instant().notNull(),
})
export type Booking = typeof bookings.$inferSelect
export type NewBooking = typeof bookings.$inferInsert

export const bookingEvents = pgTable(
  'booking_events',
  {
    bookingId: uuid().$type<BookingId>().notNull(),
    sequence: integer().notNull(),
    transition: text().notNull(),
    fromState: text({ enum: BOOKING_STATES }),
    toState: text({ enum: BOOKING_STATES }).notNull(),
    actorKind: text({ enum: PARTIES }).notNull(),
    actorId: text(),
    reason: text(),
    facts: jsonb().$type<JsonObject>().notNull(),
    at: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.bookingId, table.sequence] })],
)

export const bookingLinks = pgTable('booking_links', {
  id: uuid().primaryKey(),
  bookingId: uuid().$type<BookingId>().notNull(),
  expiresAt: instant().notNull(),
  revokedAt: instant(),
  createdAt: instant().notNull(),
})
