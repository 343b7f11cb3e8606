import type { Temporal } from '#src/kernel/time.ts'

/** The worker pays within minutes of the date; what is later by more than this was not kept as promised. */
const LATE_AFTER_HOURS = 24

export interface PromisedPayout {
  readonly dueAt: Temporal.Instant
  readonly paidAt: Temporal.Instant | null
  /** Why the payout waits or failed, in words for the provider. */
  readonly waitReason: string | null
  /** Nothing is to be sent: everything was given back. */
  readonly nothingDue: boolean
}

/** Why a promised date was not kept, or is not being kept; null when it was, or may still be. */
export function slipReason(
  { dueAt, paidAt, waitReason, nothingDue }: PromisedPayout,
  now: Temporal.Instant,
): string | null {
  if (waitReason !== null) return waitReason
  if (nothingDue) return null
  const late = (paidAt ?? now).epochMilliseconds - dueAt.epochMilliseconds > LATE_AFTER_HOURS * 3_600_000
  if (!late) return null
  return paidAt ? 'It was sent later than promised.' : 'It is being sent.'
}
