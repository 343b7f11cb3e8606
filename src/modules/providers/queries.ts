import { eq, sql } from 'drizzle-orm'
import { mayManageProvider, type Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { onboardingSteps, type OnboardingStep } from './domain/onboarding.ts'
import { providerMembers, providers, type ProviderStatus } from './tables.ts'

export type Provider = typeof providers.$inferSelect

/** The providers somebody is a member of, for the actor of a request. */
export async function providerIdsOf(db: Queryable, userId: UserId): Promise<ProviderId[]> {
  const rows = await db
    .select({ providerId: providerMembers.providerId })
    .from(providerMembers)
    .where(eq(providerMembers.userId, userId))
    .orderBy(providerMembers.createdAt, providerMembers.providerId)
  return rows.map(({ providerId }) => providerId)
}

/** @throws provider.not_found also for one that is somebody else's: nobody learns which ids exist. */
export async function lockManagedProvider(tx: Tx, actor: Actor, providerId: ProviderId): Promise<Provider> {
  if (!mayManageProvider(actor, providerId)) throw refuse('provider.not_found')
  const [provider] = await tx
    .select()
    .from(providers)
    .where(eq(providers.id, providerId))
    .for('no key update')
  if (!provider) throw refuse('provider.not_found')
  return provider
}

interface OnboardingRow extends Record<string, unknown> {
  status: ProviderStatus
  headline: string
  city: string
  has_coordinates: boolean
  active_services: number
  on_site_services: number
  opening_rules: number
  has_account: boolean
  ready: boolean
  requirements: string[]
}

/** The onboarding of one provider, derived from what has been saved so far. */
export async function readOnboarding(db: Queryable, providerId: ProviderId): Promise<OnboardingStep[]> {
  const { rows } = await db.execute<OnboardingRow>(sql`
    select p.status, p.headline, p.city, p.latitude is not null as has_coordinates,
      p.payout_account_id is not null as has_account, p.payout_account_ready as ready, p.payout_account_requirements as requirements,
      (select count(*)::int from services s where s.provider_id = p.id and s.active) as active_services,
      (select count(*)::int from services s where s.provider_id = p.id and s.active and s.location_kind = 'on_site') as on_site_services,
      (select count(*)::int from opening_rules r join calendars c on c.id = r.calendar_id where c.provider_id = p.id) as opening_rules
    from providers p where p.id = ${providerId}::uuid`)
  const row = rows[0]
  if (!row) throw refuse('provider.not_found')
  return onboardingSteps({
    status: row.status,
    headline: row.headline,
    city: row.city,
    hasCoordinates: row.has_coordinates,
    activeServiceCount: row.active_services,
    onSiteServiceCount: row.on_site_services,
    openingRuleCount: row.opening_rules,
    hasPayoutAccount: row.has_account,
    payoutAccountReady: row.ready,
    payoutAccountRequirements: row.requirements,
  })
}
