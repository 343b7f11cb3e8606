import { eq } from 'drizzle-orm'
import type { Actor } from '#src/kernel/actor.ts'
import type { CalendarId, ProviderId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { calendars } from './tables.ts'

/** @throws provider.not_found also for one that is somebody else's. */
export async function lockCalendar(tx: Tx, actor: Actor, providerId: ProviderId): Promise<CalendarId> {
  if (!may(actor, 'provider.manage', { providerId })) throw refuse('provider.not_found')
  const [calendar] = await tx
    .select({ id: calendars.id })
    .from(calendars)
    .where(eq(calendars.providerId, providerId))
    .for('no key update')
  if (!calendar) throw refuse('provider.not_found')
  return calendar.id
}
