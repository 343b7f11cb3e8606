import type { Temporal } from '#src/kernel/time.ts'
import { SLIP_SENTENCES, WAIT_SENTENCES, type SlipCode, type WaitCode } from './payout-rules.ts'

/** The worker pays within minutes of the date; what is later by more than this was not kept as promised. */
const LATE_AFTER_HOURS = 24

export interface PromisedPayout {
  readonly dueAt: Temporal.Instant
  readonly paidAt: Temporal.Instant | null
  /** What it waits for now. */
  readonly waitsFor: WaitCode | null
  /** What it waited for when its date had come. */
  readonly slippedFor: SlipCode | null
  /** Nothing is to be sent: everything was given back. */
  readonly nothingDue: boolean
}

/** Why a promised date was not kept, or is not being kept, in words for the provider; null when it was, or may still be. */
export function slipReason(promised: PromisedPayout, now: Temporal.Instant): string | null {
  const { dueAt, paidAt, waitsFor, slippedFor, nothingDue } = promised
  if (paidAt === null) {
    if (waitsFor !== null) return WAIT_SENTENCES[waitsFor]
    return !nothingDue && isLate(dueAt, now) ? 'It is being sent.' : null
  }
  const before = isLate(dueAt, paidAt)
    ? slippedFor === null
      ? 'It was sent later than promised.'
      : SLIP_SENTENCES[slippedFor]
    : null
  const since = waitsFor && sinceSent(waitsFor)
  return [before, since].filter(Boolean).join(' ') || null
}

/** What has come up since it was sent. The customer's refund is no business of a provider who has the money. */
function sinceSent(waitsFor: WaitCode): string | null {
  if (waitsFor === 'refund_failed') return null
  if (waitsFor === 'disputed')
    return 'The customer disputes the payment. If the dispute is lost, what was sent is taken back.'
  return WAIT_SENTENCES[waitsFor]
}

function isLate(dueAt: Temporal.Instant, at: Temporal.Instant): boolean {
  return at.epochMilliseconds - dueAt.epochMilliseconds > LATE_AFTER_HOURS * 3_600_000
}
