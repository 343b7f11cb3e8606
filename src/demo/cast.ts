import { sql } from 'drizzle-orm'
import type { ProviderId, ServiceId, UserId } from '#src/kernel/ids.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { DEMO_SOURCE, SHOWCASE_KEY } from './providers.ts'
import type { Random } from './random.ts'
import type { Story } from './stories.ts'

export interface CastService {
  readonly serviceId: ServiceId
  readonly providerId: ProviderId
  readonly ownerId: UserId | null
  readonly showcase: boolean
  readonly kind: Story['service']
  readonly policy: string
  readonly minutes: number
  readonly timeZone: string
}

/** Every service of the demonstration's providers that can be booked, in an order that does not change. */
export async function readCast(db: Queryable): Promise<CastService[]> {
  const { rows } = await db.execute<CastService & Record<string, unknown>>(sql`
    select s.id as "serviceId", p.id as "providerId", p.import_key = ${SHOWCASE_KEY} as showcase, s.cancellation_policy as policy,
      s.duration_minutes as minutes, p.time_zone as "timeZone",
      case when s.capacity > 1 then 'group' else s.booking_mode end as kind,
      (select m.user_id from provider_members m where m.provider_id = p.id order by m.created_at, m.user_id limit 1) as "ownerId"
    from providers p join services s on s.provider_id = p.id
    where p.import_source = ${DEMO_SOURCE} and p.status = 'live' and p.payout_account_ready and s.active
      and (s.capacity = 1 or s.booking_mode = 'instant')
    order by p.id, s.id`)
  return rows
}

/** The providers who have bookings at all: enough of them to meet some everywhere, few enough for each to have several. */
export function chooseProviders(cast: readonly CastService[], random: Random, count: number): ProviderId[] {
  const ids = [...new Set(cast.filter(({ showcase }) => !showcase).map(({ providerId }) => providerId))]
  return random.sample(ids, count)
}

export function servicesFor(story: Story, cast: readonly CastService[]): CastService[] {
  return cast.filter(
    (service) =>
      service.showcase === (story.provider === 'showcase') &&
      service.kind === story.service &&
      (story.policy === undefined || service.policy === story.policy),
  )
}
