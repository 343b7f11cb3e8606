export { bookingClaimedWith } from './claim-booking.ts'
export { findBookingFacts, getBookingFacts, type BookingFacts } from './facts.ts'
export { bookingOfGuestKey, findGuestKey, guestManageUrl } from './guest-links.ts'
export {
  datedPolicy,
  refundParts,
  type CancellationPolicy,
  type DatedPolicyStep,
} from './domain/cancellation.ts'
export { BOOKING_STATES, type BookingState } from './domain/lifecycle.ts'
export { partyOf } from './domain/party.ts'
export { listBookings, type BookingListItem, type ListBookings } from './reads.ts'
export type { Booking } from './tables.ts'
