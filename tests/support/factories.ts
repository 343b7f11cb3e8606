// What a test needs to begin with: a provider with a calendar and a service, a user, a session. Each call makes its own.
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { ProviderId, ServiceId, UserId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import type { BookingMode, CancellationPolicy } from '#src/kernel/service-terms.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Database } from '#src/platform/db/database.ts'

export interface ProviderOptions {
  timeZone?: string
  currency?: Currency
  status?: 'draft' | 'live' | 'paused' | 'suspended'
  payoutAccountId?: string | null
  /** Local minutes, the same every day; default round the clock. */
  opens?: number
  closes?: number
  service?: Partial<ServiceOptions>
}

export interface ServiceOptions {
  durationMinutes: number
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  stepMinutes: number
  minimumNoticeMinutes: number
  horizonDays: number
  capacity: number
  bookingMode: BookingMode
  cancellationPolicy: CancellationPolicy
  priceMinor: number
}

const SERVICE: ServiceOptions = {
  durationMinutes: 60,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  stepMinutes: 60,
  minimumNoticeMinutes: 0,
  horizonDays: 60,
  capacity: 1,
  bookingMode: 'instant',
  cancellationPolicy: 'flexible',
  priceMinor: 10_000,
}

export interface MadeProvider {
  readonly providerId: ProviderId
  readonly serviceId: ServiceId
  readonly calendarId: string
  readonly slug: string
}

/** A live provider that can be booked and paid. */
export async function makeProvider(db: Database, options: ProviderOptions = {}): Promise<MadeProvider> {
  const providerId = randomUUID() as ProviderId
  const serviceId = randomUUID() as ServiceId
  const calendarId = randomUUID()
  const slug = `provider-${providerId.slice(0, 8)}`
  const service = { ...SERVICE, ...options.service }
  const currency = options.currency ?? 'USD'
  const account =
    options.payoutAccountId === undefined ? `acct_test_${providerId.slice(0, 8)}` : options.payoutAccountId
  await db.execute(sql`
    with category as (
      insert into categories (id, name, path) values ('testing', 'Testing', '{testing}') on conflict do nothing),
    provider as (
      insert into providers (id, slug, status, name, time_zone, currency, country, city, contact_email, payout_account_id, payout_account_ready, created_at, updated_at)
      values (${providerId}, ${slug}, ${options.status ?? 'live'}, ${`Provider ${slug.slice(-4)}`}, ${options.timeZone ?? 'UTC'}, ${currency}, 'CA', 'Toronto',
              ${`${slug}@example.test`}, ${account}, ${account !== null}, now(), now())),
    calendar as (insert into calendars (id, provider_id, created_at) values (${calendarId}, ${providerId}, now()))
    insert into services (id, provider_id, category_id, name, duration_minutes, buffer_before_minutes, buffer_after_minutes, step_minutes,
      minimum_notice_minutes, horizon_days, capacity, booking_mode, cancellation_policy, price_minor, currency, created_at, updated_at)
    values (${serviceId}, ${providerId}, 'testing', 'A service', ${service.durationMinutes}, ${service.bufferBeforeMinutes}, ${service.bufferAfterMinutes},
      ${service.stepMinutes}, ${service.minimumNoticeMinutes}, ${service.horizonDays}, ${service.capacity}, ${service.bookingMode},
      ${service.cancellationPolicy}, ${service.priceMinor}, ${currency}, now(), now())`)
  await db.execute(sql`
    insert into opening_rules (calendar_id, weekday, opens_minute, closes_minute)
    select ${calendarId}, weekday, ${options.opens ?? 0}, ${options.closes ?? 1440} from generate_series(1, 7) weekday`)
  return { providerId, serviceId, calendarId, slug }
}

export interface MadeUser {
  readonly userId: UserId
  readonly email: string
  /** For the Cookie header. */
  readonly cookie: string
}

/** Signs somebody up over HTTP, as the pages do. */
export async function signUp(
  url: string,
  name = 'Casey Customer',
  visit: typeof fetch = fetch,
): Promise<MadeUser> {
  const email = `${randomUUID().slice(0, 12)}@example.test`
  const response = await visit(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name, email, password: 'correct horse battery' }),
  })
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`)
  const { user } = (await response.json()) as { user: { id: string } }
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  return { userId: user.id as UserId, email, cookie }
}

export async function makeMember(db: Database, providerId: ProviderId, userId: UserId): Promise<void> {
  await db.execute(
    sql`insert into provider_members (provider_id, user_id, role, created_at) values (${providerId}, ${userId}, 'owner', now())`,
  )
}

export async function makeOperator(
  db: Database,
  userId: UserId,
  role: 'support' | 'finance' | 'admin' = 'admin',
): Promise<void> {
  await db.execute(sql`update users set operator_role = ${role} where id = ${userId}`)
}

/** The next full hour that is at least `hours` away. */
export function fullHourIn(hours: number, now: Temporal.Instant): string {
  const ms = 3_600_000
  return Temporal.Instant.fromEpochMilliseconds(
    Math.ceil((now.epochMilliseconds + hours * ms) / ms) * ms,
  ).toString()
}
