// How long one booking can be, and how much one calendar holds: what forms and the API allow, and how far the reading of a
// calendar has to reach.

export const DURATION_MINUTES_MAX = 1_440
export const BUFFER_MINUTES_MAX = 480
export const EXTRA_MINUTES_MAX = 480
/** Of a service, and so of a booking. */
export const EXTRAS_MAX = 20

export const WINDOWS_A_DAY_MAX = 12
/** Nearly three years of other hours on every single day. All of them are shown at once. */
export const DATE_OVERRIDES_MAX = 1_000
/** Twenty years of one a week. All of them are shown at once, and whoever looks for a time reads those of that time. */
export const TIMES_OFF_MAX = 1_000
/** Each is fetched every quarter of an hour, for ever. */
export const FEEDS_MAX = 10
