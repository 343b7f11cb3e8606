import { assert } from '#src/kernel/assert.ts'

/** Where a payout stands, minor units. */
export interface Standing {
  /** What the provider has earned with the booking, after refunds and lost disputes. */
  readonly earnedMinor: bigint
  /** What was transferred and not taken back: so much can be. */
  readonly transferredMinor: bigint
  /** What of earlier transfers was kept for what the provider owed. */
  readonly nettedMinor: bigint
  /** What was kept from other payouts because the provider had too much of this one. */
  readonly recoveredMinor: bigint
  /** What the provider owes us from other bookings and is not being recovered already. */
  readonly debtMinor: bigint
  /** The account had less than was to be taken back: it is not asked again for the same. */
  readonly pullRefused: boolean
}

export type Plan =
  | { readonly kind: 'transfer'; readonly amountMinor: bigint; readonly nettedMinor: bigint }
  | { readonly kind: 'reversal'; readonly amountMinor: bigint }
  | null

export type Moved = Pick<Standing, 'transferredMinor' | 'nettedMinor' | 'recoveredMinor'>

/** What of a payout the provider has: sent to them, or kept for what they owed, less what they have given back of it. */
export function hasMinorOf({ transferredMinor, nettedMinor, recoveredMinor }: Moved): bigint {
  return transferredMinor + nettedMinor - recoveredMinor
}

/**
 * The next step by which the provider comes to have what they have earned: more is transferred, less what they owe; too much
 * is taken back, as far as it is there. Null when nothing is to be done, or nothing can be.
 */
export function planMovement(standing: Standing): Plan {
  const { earnedMinor, transferredMinor, nettedMinor, recoveredMinor, debtMinor, pullRefused } = standing
  assert(
    transferredMinor >= 0n && nettedMinor >= 0n && recoveredMinor >= 0n && debtMinor >= 0n,
    'what was moved is not negative',
  )
  const missingMinor = earnedMinor - hasMinorOf(standing)
  if (missingMinor > 0n) {
    const kept = debtMinor < missingMinor ? debtMinor : missingMinor
    return { kind: 'transfer', amountMinor: missingMinor - kept, nettedMinor: kept }
  }
  const tooMuchMinor = -missingMinor
  const pulledMinor = tooMuchMinor < transferredMinor ? tooMuchMinor : transferredMinor
  return pulledMinor > 0n && !pullRefused ? { kind: 'reversal', amountMinor: pulledMinor } : null
}

/** What becomes of a payout when nothing is under way. */
export function settledStatus(
  standing: Moved & Pick<Standing, 'earnedMinor'>,
): 'none' | 'scheduled' | 'paid' {
  const { earnedMinor } = standing
  const hasMinor = hasMinorOf(standing)
  if (earnedMinor === 0n && hasMinor === 0n) return 'none'
  return hasMinor >= earnedMinor ? 'paid' : 'scheduled'
}
