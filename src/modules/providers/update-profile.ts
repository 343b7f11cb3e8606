import { eq } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { isTimeZone } from '#src/kernel/time-zone.ts'
import { rereadBusyFeeds } from '#src/modules/scheduling/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { invalid } from '#src/platform/http/define.ts'
import { isShippedPicture } from './domain/pictures.ts'
import { findTown } from './find-town.ts'
import { lockManagedProvider, type Provider } from './queries.ts'
import { providers } from './tables.ts'

/** What is given is saved, by itself; what is not given stays. */
export interface UpdateProfile {
  readonly name?: string | undefined
  readonly headline?: string | undefined
  readonly description?: string | undefined
  readonly addressLine?: string | undefined
  readonly city?: string | undefined
  readonly region?: string | undefined
  readonly postalCode?: string | undefined
  readonly country?: string | undefined
  /** Bookings that exist stay at their instants. */
  readonly timeZone?: string | undefined
  readonly latitude?: number | null | undefined
  readonly longitude?: number | null | undefined
  readonly contactEmail?: string | null | undefined
  readonly contactPhone?: string | null | undefined
  /** Of those that come with the product, or that the provider has already; the first is on the card. */
  readonly photos?: readonly string[] | undefined
}

export async function updateProfile(ctx: Ctx, providerId: ProviderId, input: UpdateProfile): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const before = await lockManagedProvider(tx, ctx.actor, providerId)
    const change = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    ) as Partial<Provider>
    if (change.timeZone !== undefined && !isTimeZone(change.timeZone))
      throw invalid('timeZone', 'is not a time zone we know')
    const unknown = change.photos?.find((path) => !isShippedPicture(path) && !before.photos.includes(path))
    if (unknown !== undefined) throw invalid('photos', 'are chosen among those that we have')
    if (mustBeFound(before, change)) {
      const town = await findTown(tx, { ...before, ...change })
      Object.assign(change, town ?? { latitude: null, longitude: null })
    }
    const after = { ...before, ...change }
    if ((after.latitude === null) !== (after.longitude === null))
      throw invalid('longitude', 'comes together with latitude')

    await tx
      .update(providers)
      .set({ ...change, updatedAt: ctx.now })
      .where(eq(providers.id, providerId))
    if (after.timeZone !== before.timeZone) await rereadBusyFeeds(tx, ctx, providerId)
    await recordAudit(tx, ctx, {
      action: 'provider.update_profile',
      subjectKind: 'provider',
      subjectId: providerId,
      before: pick(before, Object.keys(change)),
      after: pick(after, Object.keys(change)),
    })
  })
}

/**
 * Whether the position follows the town: it does unless it is given as well. A town that is named for the first time keeps
 * the position that was there before it.
 */
function mustBeFound(before: Provider, change: Partial<Provider>): boolean {
  if (change.latitude !== undefined || change.longitude !== undefined) return false
  const city = change.city ?? before.city
  if (city === '') return false
  if (before.latitude === null) return true
  return before.city !== '' && change.city !== undefined && change.city !== before.city
}

function pick(provider: Provider, fields: readonly string[]): JsonObject {
  const values = provider as unknown as Record<string, JsonObject[string]>
  return Object.fromEntries(fields.map((field) => [field, values[field] ?? null]))
}
