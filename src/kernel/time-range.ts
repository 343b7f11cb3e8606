import { isBefore, type Temporal } from './time.ts'

/** Half-open: `start` belongs to the range, `end` does not. Ranges that touch do not overlap. Never empty. */
export interface TimeRange {
  readonly start: Temporal.Instant
  readonly end: Temporal.Instant
}

/** An empty or reversed range is a bug of the caller: it would silently block, or free, nothing. */
export function timeRange(start: Temporal.Instant, end: Temporal.Instant): TimeRange {
  if (!isBefore(start, end)) throw new RangeError(`a time range must end after it starts: ${start} to ${end}`)
  return { start, end }
}

export function overlaps(one: TimeRange, other: TimeRange): boolean {
  return isBefore(one.start, other.end) && isBefore(other.start, one.end)
}
