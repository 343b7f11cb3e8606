import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import { Temporal } from '#src/kernel/time.ts'
import { timeRange } from '#src/kernel/time-range.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { busyFeeds, busyTimes, calendars, type BusyFeedId } from '../tables.ts'
import { CalendarUnavailable, fetchCalendar } from './fetch-calendar.ts'
import { CalendarUnreadable, readBusyTimes } from './read-busy-times.ts'
import { REFRESH_TASK } from './subscribe-busy-feed.ts'

const REFRESH_MINUTES = 15
/** Of a calendar that cannot be read: it is asked less often, and what it said last still blocks. */
const RETRY_MINUTES = 60
/** The longest horizon of a service is 365 days; the rest is for the days until the calendar is next read whole. */
const AHEAD_DAYS = 430
const BEHIND_DAYS = 2
/** Recurrences are worked out only when the text is read, so an unchanged calendar is read again this often. */
const WHOLE_EVERY_DAYS = 30

/** Fetches one subscribed calendar and replaces its busy times. Running it twice changes nothing. */
export async function refreshBusyFeed(ctx: Ctx, feedId: BusyFeedId): Promise<void> {
  const [feed] = await ctx.db.select().from(busyFeeds).where(eq(busyFeeds.id, feedId))
  if (!feed) return
  const window = timeRange(
    ctx.now.subtract({ hours: 24 * BEHIND_DAYS }),
    ctx.now.add({ hours: 24 * AHEAD_DAYS }),
  )
  const timeZone = await timeZoneOf(ctx.db, feedId)
  assertNoOpenTransaction('calendar feed')
  try {
    const fetched = await fetchCalendar(feed.url, {
      etag: usableEtag(feed.etag, timeZone, ctx.now),
      allowPrivateAddresses: ctx.config.BUSY_FEED_PRIVATE_ADDRESSES,
    })
    const busy = fetched.changed ? readBusyTimes(fetched.text, window, timeZone) : null
    await inTransaction(ctx, async (tx) => {
      const [still] = await tx
        .select({ id: busyFeeds.id })
        .from(busyFeeds)
        .where(eq(busyFeeds.id, feedId))
        .for('no key update')
      if (!still) return
      if (fetched.changed && busy) {
        await tx.delete(busyTimes).where(eq(busyTimes.feedId, feedId))
        const rows = JSON.stringify(
          busy.map(({ start, end }) => ({ during: `[${start.toString()},${end.toString()})` })),
        )
        await tx.execute(sql`
          insert into busy_times (feed_id, calendar_id, during)
          select ${feedId}::uuid, ${feed.calendarId}::uuid, n.during from jsonb_to_recordset(${rows}::jsonb) as n(during tstzrange)`)
      }
      // Whoever changes the zone makes the calendar due after that; one that has just changed must not be put off here.
      const moved = (await timeZoneOf(tx, feedId)) !== timeZone
      await tx
        .update(busyFeeds)
        .set({
          ...(fetched.changed ? { etag: markedEtag(fetched.etag, timeZone, ctx.now) } : {}),
          lastSuccessAt: ctx.now,
          lastError: null,
          fetchDueAt: moved ? ctx.now : ctx.now.add({ minutes: REFRESH_MINUTES }),
        })
        .where(eq(busyFeeds.id, feedId))
    })
  } catch (error) {
    if (!(error instanceof CalendarUnavailable) && !(error instanceof CalendarUnreadable)) throw error
    await ctx.db
      .update(busyFeeds)
      .set({ lastError: error.message, fetchDueAt: ctx.now.add({ minutes: RETRY_MINUTES }) })
      .where(eq(busyFeeds.id, feedId))
  }
}

/** Whole days and times without a zone are others now. */
export async function rereadBusyFeeds(tx: Tx, ctx: Ctx, providerId: ProviderId): Promise<void> {
  const own = tx.select({ id: calendars.id }).from(calendars).where(eq(calendars.providerId, providerId))
  await tx.update(busyFeeds).set({ fetchDueAt: ctx.now }).where(inArray(busyFeeds.calendarId, own))
}

const BATCH = 50

/** Hands the calendars that are due to the worker's jobs, so that a slow server holds up only its own. */
export async function sweepBusyFeeds(ctx: Ctx): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const due = await tx
      .select({ id: busyFeeds.id })
      .from(busyFeeds)
      .where(lte(busyFeeds.fetchDueAt, ctx.now))
      .orderBy(busyFeeds.fetchDueAt)
      .limit(BATCH)
      .for('no key update', { skipLocked: true })
    for (const { id } of due) {
      await enqueue(
        tx,
        REFRESH_TASK,
        { feedId: id },
        { jobKey: `${REFRESH_TASK}:${id}`, priority: JOB_PRIORITY.bulk },
      )
      // If the job is lost, it is due again after this.
      await tx
        .update(busyFeeds)
        .set({ fetchDueAt: ctx.now.add({ minutes: REFRESH_MINUTES }) })
        .where(and(eq(busyFeeds.id, id), lte(busyFeeds.fetchDueAt, ctx.now)))
    }
    return due.length
  })
}

async function timeZoneOf(db: Queryable, feedId: BusyFeedId): Promise<string> {
  const { rows } = await db.execute<{ time_zone: string }>(sql`
    select p.time_zone from busy_feeds f join calendars c on c.id = f.calendar_id join providers p on p.id = c.provider_id
    where f.id = ${feedId}::uuid`)
  return rows[0]?.time_zone ?? 'UTC'
}

/**
 * Before its tag stand the day on which the calendar was last read whole, and the zone in which its whole days and times
 * without a zone were read: "2026-11-22 Europe/Berlin W/…". The server knows of neither.
 */
function markedEtag(etag: string | null, timeZone: string, now: Temporal.Instant): string | null {
  return etag === null ? null : `${now.toString().slice(0, 10)} ${timeZone} ${etag}`
}

function usableEtag(marked: string | null, timeZone: string, now: Temporal.Instant): string | null {
  const [, day, zone, etag] = /^(\S+) (\S+) (.*)$/s.exec(marked ?? '') ?? []
  if (day === undefined || etag === undefined || zone !== timeZone) return null
  const readAt = Temporal.Instant.from(`${day}T00:00Z`)
  return Temporal.Instant.compare(readAt.add({ hours: 24 * WHOLE_EVERY_DAYS }), now) > 0 ? etag : null
}
