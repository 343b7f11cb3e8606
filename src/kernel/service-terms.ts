/** On what terms a service is booked: the words that every module, the API and the pages use. What a policy gives back is the business of bookings. */
export const CANCELLATION_POLICIES = ['flexible', 'moderate', 'strict', 'non_refundable'] as const
export type CancellationPolicy = (typeof CANCELLATION_POLICIES)[number]

export const BOOKING_MODES = ['instant', 'request'] as const
export type BookingMode = (typeof BOOKING_MODES)[number]

export const LOCATION_KINDS = ['on_site', 'online'] as const
export type LocationKind = (typeof LOCATION_KINDS)[number]
