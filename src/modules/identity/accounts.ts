import { betterAuth } from 'better-auth'
import { APIError } from 'better-auth/api'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { OperatorRole } from '#src/kernel/actor.ts'
import type { UserId } from '#src/kernel/ids.ts'
import { isTimeZone } from '#src/kernel/time-zone.ts'
import type { Config } from '#src/platform/config.ts'
import type { Database, Queryable } from '#src/platform/db/database.ts'
import { accounts, sessions, users, verifications } from './tables.ts'

/** Our server writes the address of whoever is connected here, over anything a client may have sent. */
export const CLIENT_ADDRESS_HEADER = 'x-client-address'

const SESSION_DAYS = 30
const DAY_SECONDS = 24 * 60 * 60
const PASSWORD_LENGTH_MIN = 10
/** As for guests and providers, and in the table. */
const NAME_LENGTH_MAX = 120

/** What only the owner of a mailbox may have: it goes into a link of a mail. */
export interface AccountLink {
  readonly kind: 'password_reset' | 'email_verification'
  readonly userId: UserId
  readonly name: string
  readonly email: string
  readonly token: string
}

export interface AccountsDeps {
  readonly db: Database
  readonly config: Config
  /** Absent on the command line, where nobody is written to. */
  readonly mailLink?: LinkMailing
}

export interface LinkMailing {
  readonly send: (link: AccountLink) => Promise<void>
  readonly passwordResetHours: number
  readonly emailVerificationHours: number
}

const HOUR_SECONDS = 60 * 60

function linksByMail({ send, passwordResetHours, emailVerificationHours }: LinkMailing) {
  interface Person {
    id: string
    name: string
    email: string
  }
  const linkOf = (kind: AccountLink['kind'], { id, name, email }: Person, token: string) =>
    send({ kind, userId: id as UserId, name, email, token })
  return {
    password: {
      sendResetPassword: ({ user, token }: { user: Person; token: string }) =>
        linkOf('password_reset', user, token),
      resetPasswordTokenExpiresIn: passwordResetHours * HOUR_SECONDS,
      // Whoever had the old password is out: it may be why a new one was wanted.
      revokeSessionsOnPasswordReset: true,
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: emailVerificationHours * HOUR_SECONDS,
      sendVerificationEmail: ({ user, token }: { user: Person; token: string }) =>
        linkOf('email_verification', user, token),
    },
  }
}

// Unchecked it would reach every mail about a booking of theirs.
const timeZoneSchema = z.string().refine(isTimeZone, 'timeZone is not a time zone we know').nullable()

/** It stands in mails, in calendars and on receipts. At sign-up and later: no other way leads into the table. */
function refuseLongName({ name }: { name?: unknown }): Promise<void> {
  const length = typeof name === 'string' ? Array.from(name).length : 0 // as PostgreSQL counts
  if (length <= NAME_LENGTH_MAX) return Promise.resolve()
  throw new APIError('BAD_REQUEST', {
    code: 'NAME_TOO_LONG',
    message: `A name has at most ${NAME_LENGTH_MAX} characters`,
  })
}

/** Built-in accounts: mail address and password, sessions in our database, revocable at once. */
export function createAccounts({ db, config, mailLink }: AccountsDeps) {
  const byMail = mailLink && linksByMail(mailLink)
  return betterAuth({
    baseURL: config.NEXT_PUBLIC_APP_URL,
    basePath: '/api/auth',
    secret: config.AUTH_SECRET,
    trustedOrigins: ownOrigins(config),
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { user: users, session: sessions, account: accounts, verification: verifications },
    }),
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_LENGTH_MIN, ...byMail?.password },
    ...(byMail && { emailVerification: byMail.emailVerification }),
    verification: { storeIdentifier: 'hashed' },
    // No cookie cache: a session that is ended is ended now, not when a cookie runs out.
    session: {
      expiresIn: SESSION_DAYS * DAY_SECONDS,
      updateAge: DAY_SECONDS,
      cookieCache: { enabled: false },
    },
    user: {
      additionalFields: {
        operatorRole: { type: 'string', required: false, input: false },
        timeZone: { type: 'string', required: false, validator: { input: timeZoneSchema } },
      },
    },
    databaseHooks: {
      user: { create: { before: refuseLongName }, update: { before: refuseLongName } },
    },
    advanced: {
      cookiePrefix: 'ecosystem',
      database: { generateId: 'uuid' },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 100,
      customRules: {
        '/sign-in/email': { window: 60, max: 20 },
        '/sign-up/email': { window: 60, max: 10 },
        '/request-password-reset': { window: 60, max: 5 },
        '/send-verification-email': { window: 60, max: 5 },
      },
    },
    telemetry: { enabled: false },
  })
}

export type Accounts = ReturnType<typeof createAccounts>

/** The address people use, and its twin: a browser says localhost or 127.0.0.1, whatever was printed. */
export function ownOrigins(config: Pick<Config, 'NEXT_PUBLIC_APP_URL'>): string[] {
  const { origin, hostname } = new URL(config.NEXT_PUBLIC_APP_URL)
  if (hostname === 'localhost') return [origin, origin.replace('localhost', '127.0.0.1')]
  if (hostname === '127.0.0.1') return [origin, origin.replace('127.0.0.1', 'localhost')]
  return [origin]
}

export interface SignedIn {
  readonly userId: UserId
  readonly name: string
  readonly email: string
  /** They have opened a link that only this mailbox was sent. */
  readonly emailVerified: boolean
  readonly timeZone: string | null
  readonly operatorRole: OperatorRole | null
}

/** Whose session the request carries; null: nobody's. */
export async function findSignedIn(authority: Accounts, headers: Headers): Promise<SignedIn | null> {
  if (!headers.has('cookie')) return null
  const session = await authority.api.getSession({ headers })
  if (!session) return null
  const { id, name, email, emailVerified, timeZone, operatorRole } = session.user
  return {
    userId: id as UserId,
    name,
    email,
    emailVerified,
    timeZone: timeZone ?? null,
    operatorRole: (operatorRole as OperatorRole | null | undefined) ?? null,
  }
}

export async function emailOfUser(db: Queryable, userId: UserId): Promise<string | null> {
  const [user] = await db.select({ email: users.email }).from(users).where(eq(users.id, userId))
  return user?.email ?? null
}

/** The address whose mailbox the user has proven to read; null while they have not. */
export async function provenEmailOfUser(db: Queryable, userId: UserId): Promise<string | null> {
  const [user] = await db
    .select({ email: users.email })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.emailVerified, true)))
  return user?.email ?? null
}
