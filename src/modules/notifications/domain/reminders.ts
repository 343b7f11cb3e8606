import { isBefore, type Temporal } from '#src/kernel/time.ts'
import type { BookingFacts } from './facts.ts'

export const REMINDER_KINDS = ['starts_in_24_hours', 'starts_in_2_hours', 'review_ask'] as const
export type ReminderKind = (typeof REMINDER_KINDS)[number]

/** When each is due, from what the booking is now; null: not at all. */
export type ReminderPlan = Readonly<Record<ReminderKind, Temporal.Instant | null>>

const REVIEW_ASK_AFTER_HOURS = 24

/** Elapsed hours, so that a night in which the clocks change moves nothing. */
export function dueAtOf(
  kind: ReminderKind,
  facts: Pick<BookingFacts, 'startsAt' | 'endsAt'>,
): Temporal.Instant {
  switch (kind) {
    case 'starts_in_24_hours':
      return facts.startsAt.subtract({ hours: 24 })
    case 'starts_in_2_hours':
      return facts.startsAt.subtract({ hours: 2 })
    case 'review_ask':
      return facts.endsAt.add({ hours: REVIEW_ASK_AFTER_HOURS })
  }
}

/**
 * What is to be reminded of, given the booking now and the moment (`madeAt`) its time was agreed. A reminder whose
 * moment had passed by then would only repeat the confirmation.
 */
export function planReminders(
  facts: Pick<BookingFacts, 'state' | 'startsAt' | 'endsAt'>,
  madeAt: Temporal.Instant,
): ReminderPlan {
  const ahead = (kind: ReminderKind) => {
    const dueAt = dueAtOf(kind, facts)
    return facts.state === 'confirmed' && isBefore(madeAt, dueAt) ? dueAt : null
  }
  return {
    starts_in_24_hours: ahead('starts_in_24_hours'),
    starts_in_2_hours: ahead('starts_in_2_hours'),
    review_ask: facts.state === 'completed' ? dueAtOf('review_ask', facts) : null,
  }
}

/** Whether a reminder still helps: the worker may have been down, and demo time jumps. */
export function isStillUseful(
  kind: ReminderKind,
  facts: Pick<BookingFacts, 'state' | 'startsAt' | 'endsAt' | 'reviewed'>,
  now: Temporal.Instant,
): boolean {
  switch (kind) {
    case 'starts_in_24_hours':
      // From here on the other one says the same, better.
      return facts.state === 'confirmed' && isBefore(now, dueAtOf('starts_in_2_hours', facts))
    case 'starts_in_2_hours':
      return facts.state === 'confirmed' && isBefore(now, facts.startsAt)
    case 'review_ask':
      return facts.state === 'completed' && !facts.reviewed
  }
}
