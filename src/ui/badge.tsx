import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import { TONES, type Tone } from './tone.ts'

/** A fact in a word or two. The words carry the meaning, the tone only repeats it. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1 rounded-full px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap',
        TONES[tone],
      )}
    >
      {children}
    </span>
  )
}

const STATES: Record<string, readonly [Tone, string]> = {
  held: ['info', 'Held for payment'],
  awaiting_provider: ['warning', 'Waiting for the provider'],
  confirmed: ['success', 'Confirmed'],
  in_progress: ['info', 'Under way'],
  completed: ['success', 'Completed'],
  expired: ['neutral', 'Not paid in time'],
  declined: ['danger', 'Declined'],
  cancelled: ['neutral', 'Cancelled'],
  no_show: ['danger', 'No-show'],
  unpaid: ['neutral', 'Not paid'],
  authorized: ['info', 'Reserved on the card'],
  captured: ['success', 'Paid'],
  voided: ['neutral', 'Released'],
  partially_refunded: ['info', 'Partly refunded'],
  refunded: ['info', 'Refunded'],
  disputed: ['warning', 'Disputed'],
  dispute_lost: ['danger', 'Dispute lost'],
  scheduled: ['info', 'Scheduled'],
  paid: ['success', 'Paid out'],
  failed: ['danger', 'Failed'],
  reversed: ['warning', 'Reversed'],
  draft: ['neutral', 'Draft'],
  in_review: ['warning', 'In review'],
  live: ['success', 'Live'],
  paused: ['neutral', 'Paused'],
  suspended: ['danger', 'Suspended'],
}

/** The words for a state by its API name: the same on badges, filters and in histories. */
export function stateWords(state: string): string {
  const plain = state.replaceAll('_', ' ')
  return STATES[state]?.[1] ?? plain.charAt(0).toUpperCase() + plain.slice(1)
}

/** The state of a booking, payment, payout or provider, by its API name, in plain words. */
export function StateBadge({ state }: { state: string }) {
  return <Badge tone={STATES[state]?.[0] ?? 'neutral'}>{stateWords(state)}</Badge>
}
