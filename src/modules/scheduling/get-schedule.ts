import { asc, eq } from 'drizzle-orm'
import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { DATE_OVERRIDES_MAX, FEEDS_MAX, TIMES_OFF_MAX, WINDOWS_A_DAY_MAX } from './domain/limits.ts'
import type { DayWindow } from './domain/opening-hours.ts'
import { busyFeeds, calendars, dateOverrides, openingRules, timeOff } from './tables.ts'

export interface ScheduleView {
  rules: { weekday: number; opensMinute: number; closesMinute: number }[]
  overrides: { date: string; windows: DayWindow[] }[]
  timeOff: { id: string; from: string; until: string; reason: string }[]
  busyFeeds: { id: string; url: string; lastSuccessAt: string | null; lastError: string | null }[]
}

/** Everything a provider has set, for the people who run it. @throws provider.not_found for anybody else. */
export async function getSchedule(
  db: Queryable,
  actor: Actor,
  providerId: ProviderId,
): Promise<ScheduleView> {
  if (!may(actor, 'provider.manage', { providerId })) throw refuse('provider.not_found')
  const [calendar] = await db.select().from(calendars).where(eq(calendars.providerId, providerId))
  if (!calendar) throw refuse('provider.not_found')
  const [rules, overrides, off, feeds] = await Promise.all([
    db
      .select()
      .from(openingRules)
      .where(eq(openingRules.calendarId, calendar.id))
      .orderBy(asc(openingRules.weekday), asc(openingRules.opensMinute))
      .limit(7 * WINDOWS_A_DAY_MAX),
    db
      .select()
      .from(dateOverrides)
      .where(eq(dateOverrides.calendarId, calendar.id))
      .orderBy(asc(dateOverrides.onDate))
      .limit(DATE_OVERRIDES_MAX),
    db
      .select()
      .from(timeOff)
      .where(eq(timeOff.calendarId, calendar.id))
      .orderBy(asc(timeOff.during))
      .limit(TIMES_OFF_MAX),
    db
      .select()
      .from(busyFeeds)
      .where(eq(busyFeeds.calendarId, calendar.id))
      .orderBy(asc(busyFeeds.createdAt))
      .limit(FEEDS_MAX),
  ])
  return {
    rules: rules.map(({ weekday, opensMinute, closesMinute }) => ({ weekday, opensMinute, closesMinute })),
    overrides: overrides.map(({ onDate, windows }) => ({ date: onDate.toString(), windows: [...windows] })),
    timeOff: off.map(({ id, during, reason }) => ({
      id,
      from: during.start.toString(),
      until: during.end.toString(),
      reason,
    })),
    busyFeeds: feeds.map(({ id, url, lastSuccessAt, lastError }) => ({
      id,
      url,
      lastSuccessAt: lastSuccessAt?.toString() ?? null,
      lastError,
    })),
  }
}
