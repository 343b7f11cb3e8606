import type { Temporal } from '#src/kernel/time.ts'

/** Calls that began before midnight have ended by then, so that what they write still lands in its own day. */
const SEALED_AFTER_HOURS = 1

/** The last day (UTC) that is over for certain. */
export function lastFinishedDay(now: Temporal.Instant): Temporal.PlainDate {
  return dayOf(now.subtract({ hours: SEALED_AFTER_HOURS })).subtract({ days: 1 })
}

/** The day (UTC) that an instant is in. */
export function dayOf(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO('UTC').toPlainDate()
}

/** The instant a day (UTC) begins at. */
export function startOf(day: Temporal.PlainDate): Temporal.Instant {
  return day.toZonedDateTime('UTC').toInstant()
}
