import { eq } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { invalid } from '#src/platform/http/define.ts'
import { isTimeZone } from './domain/time-zone.ts'
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
}

export async function updateProfile(ctx: Ctx, providerId: ProviderId, input: UpdateProfile): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const before = await lockManagedProvider(tx, ctx.actor, providerId)
    const change = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    ) as Partial<Provider>
    if (change.timeZone !== undefined && !isTimeZone(change.timeZone))
      throw invalid('timeZone', 'is not a time zone we know')
    const after = { ...before, ...change }
    if ((after.latitude === null) !== (after.longitude === null))
      throw invalid('longitude', 'comes together with latitude')

    await tx
      .update(providers)
      .set({ ...change, updatedAt: ctx.now })
      .where(eq(providers.id, providerId))
    await recordAudit(tx, ctx, {
      action: 'provider.update_profile',
      subjectKind: 'provider',
      subjectId: providerId,
      before: pick(before, Object.keys(change)),
      after: pick(after, Object.keys(change)),
    })
  })
}

function pick(provider: Provider, fields: readonly string[]): JsonObject {
  const values = provider as unknown as Record<string, JsonObject[string]>
  return Object.fromEntries(fields.map((field) => [field, values[field] ?? null]))
}
