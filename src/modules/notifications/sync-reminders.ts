import { sql } from 'drizzle-orm'
import type { JsonObject } from '#src/kernel/json.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import { saidIn } from './domain/event.ts'
import type { BookingFacts } from './domain/facts.ts'
import { planReminders, REMINDER_KINDS } from './domain/reminders.ts'

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
  await putDown(tx, {
    bookingId: facts.bookingId,
    kinds: REMINDER_KINDS,
    dueAts: REMINDER_KINDS.map((kind) => plan[kind]?.toString() ?? null),
  })
}

const putDown = prepared<Record<string, string | readonly (string | null)[]>>(
  () => sql`
    insert into reminders (booking_id, kind, due_at)
    select ${sql.placeholder('bookingId')}::uuid, kind, due_at
    from unnest(${sql.placeholder('kinds')}::text[], ${sql.placeholder('dueAts')}::timestamptz[]) planned (kind, due_at)
    on conflict (booking_id, kind) do update set due_at = excluded.due_at`,
)
