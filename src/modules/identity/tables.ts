import { boolean, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { OPERATOR_ROLES } from '#src/kernel/actor.ts'
import type { UserId } from '#src/kernel/ids.ts'
import { citext } from '#src/platform/db/columns.ts'

// The model is better-auth's, which reads and writes these tables with Date objects.

const at = () => timestamp({ withTimezone: true, mode: 'date' })
const createdAndUpdated = { createdAt: at().notNull(), updatedAt: at().notNull() }

export const users = pgTable('users', {
  id: uuid().$type<UserId>().primaryKey(),
  name: text().notNull(),
  email: citext().notNull(),
  emailVerified: boolean().notNull(),
  image: text(),
  operatorRole: text({ enum: OPERATOR_ROLES }),
  timeZone: text(),
  ...createdAndUpdated,
})

export const sessions = pgTable('sessions', {
  id: uuid().primaryKey(),
  userId: uuid().$type<UserId>().notNull(),
  token: text().notNull(),
  expiresAt: at().notNull(),
  ipAddress: text(),
  userAgent: text(),
  ...createdAndUpdated,
})

export const accounts = pgTable('accounts', {
  id: uuid().primaryKey(),
  userId: uuid().$type<UserId>().notNull(),
  accountId: text().notNull(),
  providerId: text().notNull(),
  accessToken: text(),
  refreshToken: text(),
  idToken: text(),
  accessTokenExpiresAt: at(),
  refreshTokenExpiresAt: at(),
  scope: text(),
  password: text(),
  ...createdAndUpdated,
})

export const verifications = pgTable('verifications', {
  id: uuid().primaryKey(),
  identifier: text().notNull(),
  value: text().notNull(),
  expiresAt: at().notNull(),
  ...createdAndUpdated,
})
