import { and, count, eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { ProviderId } from '#src/kernel/ids.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { invalid, oneTooMany } from '#src/platform/http/define.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { FEEDS_MAX } from '../domain/limits.ts'
import { lockCalendar } from '../lock-calendar.ts'
import { busyFeeds, type BusyFeedId } from '../tables.ts'

export const REFRESH_TASK = 'scheduling.refresh-busy-feed'

/** Subscribes an external calendar. It is fetched at once, by the worker; until then it blocks nothing. */
export async function subscribeBusyFeed(ctx: Ctx, providerId: ProviderId, url: string): Promise<BusyFeedId> {
  const address = new URL(url.replace(/^webcal:/i, 'https:'))
  if (address.username !== '' || address.password !== '') throw invalid('url', 'must not contain a password')
  return inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const [existing] = await tx
      .select({ feeds: count() })
      .from(busyFeeds)
      .where(eq(busyFeeds.calendarId, calendarId))
    if ((existing?.feeds ?? 0) >= FEEDS_MAX) throw oneTooMany('url', FEEDS_MAX, 'calendars')
    const id = randomUUID() as BusyFeedId
    await tx.insert(busyFeeds).values({
      ...{ id, calendarId, url: address.href, etag: null, lastSuccessAt: null, lastError: null },
      fetchDueAt: ctx.now,
      createdAt: ctx.now,
    })
    await enqueue(
      tx,
      REFRESH_TASK,
      { feedId: id },
      { jobKey: `${REFRESH_TASK}:${id}`, priority: JOB_PRIORITY.bulk },
    )
    // The address of a private calendar is as good as its password: only the host is recorded.
    await recordAudit(tx, ctx, {
      action: 'schedule.subscribe_busy_feed',
      subjectKind: 'provider',
      subjectId: providerId,
      after: { id, host: address.host },
    })
    return id
  })
}

/** Ends the subscription; its busy times go with it. */
export async function removeBusyFeed(ctx: Ctx, providerId: ProviderId, feedId: BusyFeedId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const removed = await tx
      .delete(busyFeeds)
      .where(and(eq(busyFeeds.id, feedId), eq(busyFeeds.calendarId, calendarId)))
      .returning({ id: busyFeeds.id })
    if (removed.length === 0) throw refuse('schedule.not_found')
    await recordAudit(tx, ctx, {
      action: 'schedule.remove_busy_feed',
      subjectKind: 'provider',
      subjectId: providerId,
      before: { id: feedId },
    })
  })
}
