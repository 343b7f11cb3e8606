import { eq } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { invalid } from '#src/platform/http/define.ts'
import type { OpeningRule } from './domain/opening-hours.ts'
import { windowsProblem } from './domain/windows.ts'
import { lockCalendar } from './lock-calendar.ts'
import { openingRules } from './tables.ts'

/** Replaces the weekly hours. Bookings that exist stay. */
export async function setOpeningHours(
  ctx: Ctx,
  providerId: ProviderId,
  rules: readonly OpeningRule[],
): Promise<void> {
  for (const windows of Map.groupBy(rules, ({ weekday }) => weekday).values()) {
    const problem = windowsProblem(windows)
    if (problem) throw invalid('rules', problem)
  }
  await inTransaction(ctx, async (tx) => {
    const calendarId = await lockCalendar(tx, ctx.actor, providerId)
    const before = await tx.delete(openingRules).where(eq(openingRules.calendarId, calendarId)).returning()
    if (rules.length > 0) await tx.insert(openingRules).values(rules.map((rule) => ({ calendarId, ...rule })))
    await recordAudit(tx, ctx, {
      action: 'schedule.set_opening_hours',
      subjectKind: 'provider',
      subjectId: providerId,
      before: { rules: before.map(plain) },
      after: { rules: rules.map(plain) },
    })
  })
}

function plain({ weekday, opensMinute, closesMinute }: OpeningRule) {
  return { weekday, opensMinute, closesMinute }
}
