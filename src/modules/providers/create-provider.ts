import tzlookup from '@photostructure/tz-lookup'
import { and, count, eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { CalendarId, ProviderId, UserId } from '#src/kernel/ids.ts'
import { isTimeZone } from '#src/kernel/time-zone.ts'
import { writeCalendars } from '#src/modules/scheduling/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { invalid, oneTooMany } from '#src/platform/http/define.ts'
import { slugOf } from './domain/slug.ts'
import { providerMembers, providers } from './tables.ts'

/** Of one owner. Each has a page, a calendar and a name that nobody else can take, and is read with every request of theirs. */
const PROVIDERS_MAX = 10

export interface CreateProvider {
  readonly name: string
  readonly country: string
  /** Found from the coordinates when those are given. */
  readonly timeZone?: string | undefined
  readonly latitude?: number | undefined
  readonly longitude?: number | undefined
  /** What all prices of the provider are in; CURRENCY when not given. It stays. */
  readonly currency?: string | undefined
}

/**
 * Begins a provider, as a draft that its maker owns.
 * @throws refusals auth.required, provider.currency_not_sold with the currencies there are.
 */
export async function createProvider(
  ctx: Ctx,
  input: CreateProvider,
): Promise<{ id: ProviderId; slug: string }> {
  const { actor } = ctx
  if (actor.kind !== 'user') throw refuse('auth.required')
  const { latitude = null, longitude = null } = input
  if ((latitude === null) !== (longitude === null)) throw invalid('longitude', 'comes together with latitude')
  const timeZone =
    input.timeZone ?? (latitude !== null && longitude !== null ? tzlookup(latitude, longitude) : null)
  if (timeZone === null || !isTimeZone(timeZone)) throw invalid('timeZone', 'is not a time zone we know')
  const { currencies } = ctx.config
  const wanted = input.currency ?? ctx.config.CURRENCY
  const currency = currencies.find((sold) => sold === wanted)
  if (!currency) throw refuse('provider.currency_not_sold', { currencies: [...currencies] })

  return inTransaction(ctx, async (tx) => {
    if ((await countOwn(tx, actor.userId)) >= PROVIDERS_MAX)
      throw oneTooMany('name', PROVIDERS_MAX, 'businesses')
    const id = randomUUID() as ProviderId
    const slug = await freeSlug(tx, slugOf(input.name), id)
    await tx.insert(providers).values({
      ...{
        id,
        slug,
        status: 'draft',
        name: input.name,
        timeZone,
        currency,
        country: input.country,
        latitude,
        longitude,
      },
      ...{ headline: '', description: '', addressLine: '', city: '', region: '', postalCode: '', photos: [] },
      ...{ payoutAccountReady: false, payoutAccountRequirements: [], ratingSum: 0, ratingCount: 0 },
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    await tx
      .insert(providerMembers)
      .values({ providerId: id, userId: actor.userId, role: 'owner', createdAt: ctx.now })
    await writeCalendars(tx, [{ id: randomUUID() as CalendarId, providerId: id, rules: [] }], ctx.now)
    await recordAudit(tx, ctx, {
      action: 'provider.create',
      subjectKind: 'provider',
      subjectId: id,
      after: { name: input.name, slug, timeZone, currency, country: input.country },
    })
    return { id, slug }
  })
}

/** What somebody does twice at one moment queues here: the second is counted. */
async function countOwn(tx: Tx, userId: UserId): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`owner:${userId}`}, 0))`)
  const [own] = await tx
    .select({ providers: count() })
    .from(providerMembers)
    .where(and(eq(providerMembers.userId, userId), eq(providerMembers.role, 'owner')))
  return own?.providers ?? 0
}

/** Two who take one name at the same moment queue here: the second sees that it is taken. */
async function freeSlug(tx: Tx, slug: string, id: ProviderId): Promise<string> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`slug:${slug}`}, 0))`)
  const taken = await tx.select({ id: providers.id }).from(providers).where(eq(providers.slug, slug))
  return taken.length === 0 ? slug : `${slug}-${id.slice(0, 8)}`
}
