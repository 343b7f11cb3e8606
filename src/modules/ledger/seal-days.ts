import { sql } from 'drizzle-orm'
import { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Database } from '#src/platform/db/database.ts'
import { databaseErrorCode } from '#src/platform/errors.ts'
import { lastFinishedDay } from './domain/days.ts'

const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Seals the next finished day: its hash covers all that was recorded on it and the day before. Any number of workers at
 * once, any number of times.
 * @returns how many days were sealed: 1, or 0 when every finished day is.
 */
export async function sealNextDay(ctx: Ctx): Promise<number> {
  const day = await nextDay(ctx.db)
  if (!day || Temporal.PlainDate.compare(day, lastFinishedDay(ctx.now)) > 0) return 0
  try {
    const { rows } = await ctx.db.execute<{ on_date: string | null }>(
      sql`select on_date from seal_ledger_day(${day.toString()}::date, ${ctx.now.toString()}::timestamptz)`,
    )
    return rows[0]?.on_date ? 1 : 0
  } catch (error) {
    if (databaseErrorCode(error) !== LOCK_NOT_AVAILABLE) throw error
    ctx.log.warn(
      { day: day.toString() },
      'a day of the ledger could not be sealed yet: somebody writes for long',
    )
    return 0
  }
}

/** The day after the last sealed one; the day of the first transfer where none is. Null while there is no transfer. */
async function nextDay(db: Database): Promise<Temporal.PlainDate | null> {
  const { rows } = await db.execute<{ day: string | null }>(sql`
    select coalesce((select max(on_date) + 1 from ledger_days),
                    (select (min(recorded_at) at time zone 'UTC')::date from ledger_transfers))::text as day`)
  return rows[0]?.day ? Temporal.PlainDate.from(rows[0].day) : null
}
