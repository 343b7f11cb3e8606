import { Temporal } from './time.ts'

/** What PostgreSQL takes for an offset without summer time. tzdata has them only as other names of Brussels, Athens and Lisbon. */
const ABBREVIATIONS = /^(CET|EET|MET|WET)$/i

/** An IANA name. Offsets like +05:30 are refused: they know nothing of summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name) || ABBREVIATIONS.test(name)) return false
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
