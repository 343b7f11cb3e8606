import { bigint, boolean, char, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { Id, ProviderId, ServiceId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { BOOKING_MODES, CANCELLATION_POLICIES, LOCATION_KINDS } from '#src/kernel/service-terms.ts'
import { instant } from '#src/platform/db/columns.ts'

export type ServiceExtraId = Id<'service extra'>

export const categories = pgTable('categories', {
  id: text().primaryKey(),
  parentId: text(),
  name: text().notNull(),
  path: text().array().notNull(),
  position: integer().notNull(),
})

export const services = pgTable('services', {
  id: uuid().$type<ServiceId>().primaryKey(),
  providerId: uuid().$type<ProviderId>().notNull(),
  categoryId: text().notNull(),
  name: text().notNull(),
  description: text().notNull(),
  durationMinutes: integer().notNull(),
  bufferBeforeMinutes: integer().notNull(),
  bufferAfterMinutes: integer().notNull(),
  stepMinutes: integer().notNull(),
  minimumNoticeMinutes: integer().notNull(),
  horizonDays: integer().notNull(),
  capacity: integer().notNull(),
  bookingMode: text({ enum: BOOKING_MODES }).notNull(),
  cancellationPolicy: text({ enum: CANCELLATION_POLICIES }).notNull(),
  locationKind: text({ enum: LOCATION_KINDS }).notNull(),
  priceMinor: bigint({ mode: 'bigint' }).notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  active: boolean().notNull(),
  position: integer().notNull(),
  createdAt: instant().notNull(),
  updatedAt: instant().notNull(),
})

export const serviceExtras = pgTable('service_extras', {
  id: uuid().$type<ServiceExtraId>().primaryKey(),
  serviceId: uuid().$type<ServiceId>().notNull(),
  name: text().notNull(),
  priceMinor: bigint({ mode: 'bigint' }).notNull(),
  extraMinutes: integer().notNull(),
  active: boolean().notNull(),
  position: integer().notNull(),
})
