import { and, count, eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { TimeRange } from '#src/kernel/time-range.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { oneTooMany } from '#src/platform/http/define.ts'
import { TIMES_OFF_MAX } from './domain/limits.ts'
import { lockCalendar } from './lock-calendar.ts'
import { timeOff, type TimeOffId } from './tables.ts'

/** Nothing can be booked in `during`. Bookings that exist stay: whoever wants them gone cancels them, with the refund. */
export async function addTimeOff(
  ctx: Ctx,
  providerId: ProviderId,
  during: TimeRange,
  reason: string,
): Promise<TimeOffId> {
  return inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const [existing] = await tx
      .select({ times: count() })
      .from(timeOff)
      .where(eq(timeOff.calendarId, calendarId))
    if ((existing?.times ?? 0) >= TIMES_OFF_MAX) throw oneTooMany('from', TIMES_OFF_MAX, 'times off')
    const id = randomUUID() as TimeOffId
    await tx.insert(timeOff).values({ id, calendarId, during, reason, createdAt: ctx.now })
    await recordAudit(tx, ctx, {
      action: 'schedule.add_time_off',
      subjectKind: 'provider',
      subjectId: providerId,
      after: { id, from: during.start.toString(), until: during.end.toString() },
    })
    return id
  })
}

export async function removeTimeOff(ctx: Ctx, providerId: ProviderId, timeOffId: TimeOffId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const [removed] = await tx
      .delete(timeOff)
      .where(and(eq(timeOff.id, timeOffId), eq(timeOff.calendarId, calendarId)))
      .returning()
    if (!removed) throw refuse('schedule.not_found')
    await recordAudit(tx, ctx, {
      action: 'schedule.remove_time_off',
      subjectKind: 'provider',
      subjectId: providerId,
      before: { id: timeOffId, from: removed.during.start.toString(), until: removed.during.end.toString() },
    })
  })
}
