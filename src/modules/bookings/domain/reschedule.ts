import { mayAs, type Role } from '#src/kernel/rights.ts'
import type { CancellationPolicy } from '#src/kernel/service-terms.ts'
import { isBefore, type Temporal } from '#src/kernel/time.ts'
import { refundPercentAt } from './cancellation.ts'
import type { BookingState } from './lifecycle.ts'

export interface MovableBooking {
  readonly state: BookingState
  readonly startsAt: Temporal.Instant
  readonly minimumNoticeMinutes: number
  readonly cancellationPolicy: CancellationPolicy
  readonly refundPercentMax: number
}

export type RescheduleDecision =
  | { readonly refused: 'booking.wrong_state' | 'booking.too_late_to_reschedule' }
  | { readonly refused: null; readonly refundPercentMax: number }

/**
 * A booking may be moved while it is live and its present start is at least the minimum notice away. Moving does not buy
 * back a refund that time has already reduced: what a cancellation would give now is the most it can give later. Unless who
 * moves it may give everything back anyway.
 */
export function decideReschedule(
  booking: MovableBooking,
  role: Role,
  now: Temporal.Instant,
): RescheduleDecision {
  if (booking.state !== 'confirmed' && booking.state !== 'awaiting_provider')
    return { refused: 'booking.wrong_state' }
  const latest = booking.startsAt.subtract({ minutes: booking.minimumNoticeMinutes })
  if (isBefore(latest, now)) return { refused: 'booking.too_late_to_reschedule' }
  if (mayAs(role, 'booking.exceed_policy'))
    return { refused: null, refundPercentMax: booking.refundPercentMax }
  const percentNow = refundPercentAt(booking.cancellationPolicy, booking.startsAt, now)
  return { refused: null, refundPercentMax: Math.min(booking.refundPercentMax, percentNow) }
}
