import type { Party } from '#src/kernel/actor.ts'
import type { BookingState } from '#src/kernel/booking-states.ts'
import { isBefore, type Temporal } from '#src/kernel/time.ts'

export { BOOKING_STATES, LIVE_STATES, type BookingState } from '#src/kernel/booking-states.ts'

interface Transition {
  readonly name: string
  readonly from: BookingState | null
  readonly to: BookingState
  readonly by: readonly Party[]
  /** The instant at which the booking makes this move by itself. */
  readonly itselfAt?: 'holdExpiresAt' | 'answerDueAt' | 'startsAt' | 'endsAt'
}

/**
 * The life of a booking: the one table. The database's booking_transitions and the drawing in docs/guides/bookings.md are
 * compared with it by a test, and so are the states of the API and of the constraints.
 */
export const TRANSITIONS = [
  { name: 'hold', from: null, to: 'held', by: ['customer', 'guest'] },
  { name: 'confirm', from: 'held', to: 'confirmed', by: ['system'] }, // paid, instant booking
  { name: 'request', from: 'held', to: 'awaiting_provider', by: ['system'] }, // authorized, request-to-book
  { name: 'expire', from: 'held', to: 'expired', by: ['system'], itselfAt: 'holdExpiresAt' },
  { name: 'cancel', from: 'held', to: 'cancelled', by: ['customer', 'guest', 'operator'] },
  { name: 'accept', from: 'awaiting_provider', to: 'confirmed', by: ['provider', 'operator'] },
  {
    name: 'decline',
    from: 'awaiting_provider',
    to: 'declined',
    by: ['provider', 'operator', 'system'],
    itselfAt: 'answerDueAt',
  },
  { name: 'cancel', from: 'awaiting_provider', to: 'cancelled', by: ['customer', 'guest', 'operator'] },
  {
    name: 'reschedule',
    from: 'awaiting_provider',
    to: 'awaiting_provider',
    by: ['customer', 'guest', 'operator'],
  },
  { name: 'reschedule', from: 'confirmed', to: 'confirmed', by: ['customer', 'guest', 'operator'] },
  { name: 'start', from: 'confirmed', to: 'in_progress', by: ['system'], itselfAt: 'startsAt' },
  {
    name: 'cancel',
    from: 'confirmed',
    to: 'cancelled',
    by: ['customer', 'guest', 'provider', 'operator', 'system'],
  },
  {
    name: 'report_no_show',
    from: 'confirmed',
    to: 'no_show',
    by: ['customer', 'guest', 'provider', 'operator'],
  },
  {
    name: 'complete',
    from: 'in_progress',
    to: 'completed',
    by: ['provider', 'operator', 'system'],
    itselfAt: 'endsAt',
  },
  {
    name: 'report_no_show',
    from: 'in_progress',
    to: 'no_show',
    by: ['customer', 'guest', 'provider', 'operator'],
  },
  {
    name: 'report_no_show',
    from: 'completed',
    to: 'no_show',
    by: ['customer', 'guest', 'provider', 'operator'],
  },
] as const satisfies readonly Transition[]

export type TransitionName = (typeof TRANSITIONS)[number]['name']

/** The transition of that name out of `from`, if `party` may make it. */
export function findTransition(
  name: TransitionName,
  from: BookingState | null,
  party: Party,
): Transition | null {
  const rows: readonly Transition[] = TRANSITIONS
  return rows.find((row) => row.name === name && row.from === from && row.by.includes(party)) ?? null
}

/** How long after the end a no-show can be reported; well before the money leaves escrow. */
const NO_SHOW_REPORT_HOURS = 24

export function isNoShowReportable(
  { endsAt }: { readonly endsAt: Temporal.Instant },
  now: Temporal.Instant,
): boolean {
  return isBefore(now, endsAt.add({ hours: NO_SHOW_REPORT_HOURS }))
}
