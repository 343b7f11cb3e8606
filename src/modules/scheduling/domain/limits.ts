// How long one booking can be: what forms and the API allow, and how far the reading of a calendar has to reach.

export const DURATION_MINUTES_MAX = 1_440
export const BUFFER_MINUTES_MAX = 480
export const EXTRA_MINUTES_MAX = 480
/** Of a service, and so of a booking. */
export const EXTRAS_MAX = 20
