import { sql } from 'drizzle-orm'
import type { CalendarId, ProviderId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Tx } from '#src/platform/db/database.ts'
import type { OpeningRule } from './domain/opening-hours.ts'

export interface NewCalendar {
  readonly id: CalendarId
  readonly providerId: ProviderId
  readonly rules: readonly OpeningRule[]
}

/** Makes the calendars that are missing and writes the weekly hours of all, in three statements however many there are. */
export async function writeCalendars(
  tx: Tx,
  calendars: readonly NewCalendar[],
  now: Temporal.Instant,
): Promise<void> {
  const ids = JSON.stringify(calendars.map(({ id, providerId }) => ({ id, provider_id: providerId })))
  await tx.execute(sql`
    insert into calendars (id, provider_id, created_at)
    select n.id, n.provider_id, ${now.toString()}::timestamptz
    from jsonb_to_recordset(${ids}::jsonb) as n(id uuid, provider_id uuid)
    on conflict (provider_id) do nothing`)
  await tx.execute(sql`
    delete from opening_rules r using jsonb_to_recordset(${ids}::jsonb) as n(id uuid, provider_id uuid), calendars c
    where c.provider_id = n.provider_id and r.calendar_id = c.id`)
  const rules = JSON.stringify(
    calendars.flatMap(({ providerId, rules: weekly }) =>
      weekly.map((rule) => ({
        provider_id: providerId,
        weekday: rule.weekday,
        opens_minute: rule.opensMinute,
        closes_minute: rule.closesMinute,
      })),
    ),
  )
  await tx.execute(sql`
    insert into opening_rules (calendar_id, weekday, opens_minute, closes_minute)
    select c.id, n.weekday, n.opens_minute, n.closes_minute
    from jsonb_to_recordset(${rules}::jsonb) as n(provider_id uuid, weekday smallint, opens_minute smallint, closes_minute smallint)
    join calendars c on c.provider_id = n.provider_id`)
}
