/** The states of a booking: the words that every module, the API and the pages use. How it gets from one to another is the business of bookings. */
export const BOOKING_STATES = [
  'held',
  'awaiting_provider',
  'confirmed',
  'in_progress',
  'completed',
  'expired',
  'declined',
  'cancelled',
  'no_show',
] as const
export type BookingState = (typeof BOOKING_STATES)[number]

/** States in which the time is taken; the exclusion constraint covers exactly these. */
export const LIVE_STATES = [
  'held',
  'awaiting_provider',
  'confirmed',
  'in_progress',
] as const satisfies readonly BookingState[]

export function isLive(state: BookingState): boolean {
  const live: readonly BookingState[] = LIVE_STATES
  return live.includes(state)
}
