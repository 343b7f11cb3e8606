import { sql } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { saidIn } from './domain/event.ts'
import type { BookingFacts } from './domain/facts.ts'
import { planReminders, REMINDER_KINDS } from './domain/reminders.ts'
import { reminders } from './tables.ts'

/** Events after which a booking is reminded of at other times, or not at all. */
export const REMINDER_EVENTS = new Set([
  'booking.confirmed',
  'booking.accepted',
  'booking.rescheduled',
  'booking.started',
  'booking.completed',
  'booking.cancelled',
  'booking.no_show',
  'booking.declined',
])

/** Makes the reminders what the booking's present state asks for, so that events may come late or in another order. */
export async function syncReminders(
  tx: Tx,
  type: string,
  event: JsonObject,
  facts: BookingFacts,
): Promise<void> {
  if (!REMINDER_EVENTS.has(type)) return
  const plan = planReminders(facts, Temporal.Instant.from(saidIn(event, 'occurredAt')))
  await tx
    .insert(reminders)
    .values(
      REMINDER_KINDS.map((kind) => ({ bookingId: facts.bookingId as BookingId, kind, dueAt: plan[kind] })),
    )
    .onConflictDoUpdate({
      target: [reminders.bookingId, reminders.kind],
      set: { dueAt: sql`excluded.due_at` },
    })
}
