import { and, count, eq, ne } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { invalid, oneTooMany } from '#src/platform/http/define.ts'
import { DATE_OVERRIDES_MAX } from './domain/limits.ts'
import type { DayWindow } from './domain/opening-hours.ts'
import { windowsProblem } from './domain/windows.ts'
import { lockCalendar } from './lock-calendar.ts'
import { dateOverrides } from './tables.ts'

/** Other hours on one date, or closed where there are none. */
export async function setDateOverride(
  ctx: Ctx,
  providerId: ProviderId,
  onDate: Temporal.PlainDate,
  windows: readonly DayWindow[],
): Promise<void> {
  const problem = windowsProblem(windows)
  if (problem) throw invalid('windows', problem)
  const plain = windows.map(({ opensMinute, closesMinute }) => ({ opensMinute, closesMinute }))
  await inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const [others] = await tx
      .select({ dates: count() })
      .from(dateOverrides)
      .where(and(eq(dateOverrides.calendarId, calendarId), ne(dateOverrides.onDate, onDate)))
    if ((others?.dates ?? 0) >= DATE_OVERRIDES_MAX) throw oneTooMany('date', DATE_OVERRIDES_MAX, 'dates')
    await tx
      .insert(dateOverrides)
      .values({ calendarId, onDate, windows: plain })
      .onConflictDoUpdate({
        target: [dateOverrides.calendarId, dateOverrides.onDate],
        set: { windows: plain },
      })
    await recordAudit(tx, ctx, {
      action: 'schedule.set_date_override',
      subjectKind: 'provider',
      subjectId: providerId,
      after: { date: onDate.toString(), windows: plain },
    })
  })
}

/** The weekly hours are back on that date. */
export async function removeDateOverride(
  ctx: Ctx,
  providerId: ProviderId,
  onDate: Temporal.PlainDate,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const removed = await tx
      .delete(dateOverrides)
      .where(and(eq(dateOverrides.calendarId, calendarId), eq(dateOverrides.onDate, onDate)))
      .returning({ calendarId: dateOverrides.calendarId })
    if (removed.length === 0) throw refuse('schedule.not_found')
    await recordAudit(tx, ctx, {
      action: 'schedule.remove_date_override',
      subjectKind: 'provider',
      subjectId: providerId,
      before: { date: onDate.toString() },
    })
  })
}
