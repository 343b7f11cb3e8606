import { sql, type SQL } from 'drizzle-orm'
import type { BookingId, ServiceId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import { violatedConstraint } from '#src/platform/errors.ts'
import { stableId } from '#src/platform/stable-id.ts'
import { LIVE_STATES } from './domain/lifecycle.ts'

// Bookings of one group service at one start are a session: they share the time and differ in seat. An individual booking is
// a session of its own.

/** Seats of a group are drawn by everybody at once; who loses a seat tries the next one. */
export const SEAT_TRIES_MAX = 8
/** The constraint by which the table says that a session is full: {@link freeSeat} names a seat that there is not. */
const SESSION_FULL = 'bookings_seat_exists'
/** The constraint by which it says that somebody else took the seat in the same moment. */
const SEAT_LOST = 'bookings_seat'

const LIVE = sql.raw(LIVE_STATES.map((state) => `'${state}'`).join(', '))

export function sessionIdOf(
  bookingId: BookingId,
  serviceId: ServiceId,
  startsAt: Temporal.Instant,
  capacity: number,
): string {
  return capacity === 1 ? bookingId : stableId('session', serviceId, startsAt.toString())
}

/**
 * The lowest seat of a session that nobody has, as an SQL expression. When as many as `capacity` are taken, whatever their
 * numbers (the capacity may have been larger), it is one that the table refuses.
 */
export function freeSeat(sessionId: SQL, capacity: SQL): SQL<number> {
  return sql`case when ${capacity} = 1 then 1 else (
    select case when count(*) < ${capacity}
      then (select min(s) from generate_series(1, ${capacity}) s where s <> all(coalesce(array_agg(taken.seat), '{}')))
      else ${capacity} + 1 end
    from bookings taken where taken.session_id = ${sessionId} and taken.state in (${LIVE})) end`
}

export function isSessionFull(error: unknown): boolean {
  return violatedConstraint(error) === SESSION_FULL
}

export function isSeatLost(error: unknown): boolean {
  return violatedConstraint(error) === SEAT_LOST
}
