import { asc, eq } from 'drizzle-orm'
import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { openPointsBeforeGoLive, type OnboardingStep, type OpenPoint } from './domain/onboarding.ts'
import { isDisconnected } from './domain/payout-account.ts'
import { readOnboarding } from './queries.ts'
import { providerMembers, providers, type MemberRole, type ProviderStatus } from './tables.ts'

/** A provider as its members see it. */
export interface OwnProviderView {
  id: string
  slug: string
  status: ProviderStatus
  statusReason: string | null
  name: string
  headline: string
  description: string
  timeZone: string
  currency: string
  addressLine: string
  city: string
  region: string
  postalCode: string
  country: string
  latitude: number | null
  longitude: number | null
  contactEmail: string | null
  contactPhone: string | null
  photos: string[]
  payoutAccount: {
    id: string | null
    ready: boolean
    requirements: string[]
    /** The account has left us: it has to be connected again, or another one. */
    disconnected: boolean
    /** Why its bank sends back what is paid out to it, in the payment company's word; null when it does not. */
    bankFailure: string | null
  }
  onboarding: { steps: OnboardingStep[]; openBeforeGoLive: OpenPoint[] }
}

/** @throws provider.not_found for anybody who does not run it. */
export async function getOwnProvider(
  db: Queryable,
  actor: Actor,
  providerId: ProviderId,
): Promise<OwnProviderView> {
  if (!may(actor, 'provider.manage', { providerId })) throw refuse('provider.not_found')
  const [provider] = await db.select().from(providers).where(eq(providers.id, providerId))
  if (!provider) throw refuse('provider.not_found')
  const steps = await readOnboarding(db, providerId)
  const { id, slug, status, statusReason, name, headline, description, timeZone, currency, photos } = provider
  const { addressLine, city, region, postalCode, country, latitude, longitude, contactEmail, contactPhone } =
    provider
  return {
    ...{ id, slug, status, statusReason, name, headline, description, timeZone, currency, photos },
    ...{ addressLine, city, region, postalCode, country, latitude, longitude, contactEmail, contactPhone },
    payoutAccount: {
      id: provider.payoutAccountId,
      ready: provider.payoutAccountReady,
      requirements: provider.payoutAccountRequirements,
      disconnected: isDisconnected(provider.payoutAccountRequirements),
      bankFailure: provider.bankPayoutFailure,
    },
    onboarding: { steps, openBeforeGoLive: openPointsBeforeGoLive(steps) },
  }
}

export interface Membership {
  id: ProviderId
  slug: string
  name: string
  status: ProviderStatus
  role: MemberRole
}

/** What somebody runs, the oldest first. */
export async function listMemberships(db: Queryable, userId: UserId): Promise<Membership[]> {
  return db
    .select({
      id: providers.id,
      slug: providers.slug,
      name: providers.name,
      status: providers.status,
      role: providerMembers.role,
    })
    .from(providerMembers)
    .innerJoin(providers, eq(providers.id, providerMembers.providerId))
    .where(eq(providerMembers.userId, userId))
    .orderBy(asc(providerMembers.createdAt), asc(providers.id))
}
