import { boolean, char, doublePrecision, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { citext, instant } from '#src/platform/db/columns.ts'

export const PROVIDER_STATUSES = ['draft', 'in_review', 'live', 'paused', 'suspended'] as const
export type ProviderStatus = (typeof PROVIDER_STATUSES)[number]

export const providers = pgTable('providers', {
  id: uuid().$type<ProviderId>().primaryKey(),
  slug: text().notNull(),
  status: text({ enum: PROVIDER_STATUSES }).notNull(),
  statusReason: text(),
  name: text().notNull(),
  headline: text().notNull(),
  description: text().notNull(),
  timeZone: text().notNull(),
  currency: char({ length: 3 }).$type<Currency>().notNull(),
  addressLine: text().notNull(),
  city: text().notNull(),
  region: text().notNull(),
  postalCode: text().notNull(),
  country: char({ length: 2 }).notNull(),
  latitude: doublePrecision(),
  longitude: doublePrecision(),
  contactEmail: citext(),
  contactPhone: text(),
  photos: text().array().notNull(),
  payoutAccountId: text(),
  payoutAccountReady: boolean().notNull(),
  payoutAccountRequirements: text().array().notNull(),
  payoutAccountCheckedAt: instant(),
  payoutAccountReads: integer().notNull().default(0),
  /** Since when its bank has been sending back what is paid out to it, and the payment company's word for why. */
  bankPayoutFailedAt: instant(),
  bankPayoutFailure: text(),
  ratingSum: integer().notNull(),
  ratingCount: integer().notNull(),
  importSource: text(),
  importKey: text(),
  createdAt: instant().notNull(),
  updatedAt: instant().notNull(),
})

export const MEMBER_ROLES = ['owner', 'staff'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

export const providerMembers = pgTable(
  'provider_members',
  {
    providerId: uuid().$type<ProviderId>().notNull(),
    userId: uuid().$type<UserId>().notNull(),
    role: text({ enum: MEMBER_ROLES }).notNull(),
    createdAt: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.providerId, table.userId] })],
)
