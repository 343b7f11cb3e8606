import { assert } from '#src/kernel/assert.ts'
import { splitRefund, type PriceFigures, type RefundedParts, type RefundParts } from './fees.ts'

export type DisputeStatus = 'inquiry' | 'inquiry_closed' | 'open' | 'won' | 'lost'

// An inquiry may grow into a dispute; a verdict is final. News may be old by the time it is read, and never leads back.
const RANK = { inquiry: 0, inquiry_closed: 1, open: 2, won: 3, lost: 3 } as const

/** What becomes of a dispute that was in one state and is seen in another. */
export function laterDisputeStatus(before: DisputeStatus, seen: DisputeStatus): DisputeStatus {
  return RANK[seen] > RANK[before] ? seen : before
}

export function isUndecided(status: DisputeStatus): boolean {
  return status === 'inquiry' || status === 'open'
}

/** What all disputes of a payment together say of it: a bank may come twice. */
export function disputeStateOf(statuses: readonly DisputeStatus[]): 'open' | 'lost' | null {
  if (statuses.some(isUndecided)) return 'open'
  return statuses.includes('lost') ? 'lost' : null
}

/** How a loss is borne, minor units: by the booking as a refund would have been, and beyond that by the platform. */
export interface LossShares extends RefundParts {
  readonly platformMinor: bigint
}

/**
 * A lost dispute takes from price and surcharge in proportion, and never more than is left of them after `refunded`: a bank
 * that takes what was refunded before takes it from the platform.
 */
export function shareLoss(
  figures: Pick<PriceFigures, 'currency' | 'baseMinor' | 'surchargeMinor'>,
  refunded: RefundedParts,
  lostMinor: bigint,
): LossShares {
  assert(lostMinor >= 0n, 'a loss is not negative')
  const leftMinor =
    figures.baseMinor + figures.surchargeMinor - refunded.baseRefundedMinor - refunded.surchargeRefundedMinor
  const borneMinor = lostMinor < leftMinor ? lostMinor : leftMinor
  const parts =
    borneMinor > 0n
      ? splitRefund(figures, refunded, borneMinor)
      : { basePartMinor: 0n, surchargePartMinor: 0n }
  return { ...parts, platformMinor: lostMinor - borneMinor }
}

/**
 * What a bank that gave `given` has not given of the refunds it did so instead of. It may have taken more of one part than they
 * promised: that counts against the other.
 */
export function restOfPromised(promised: readonly RefundParts[], given: RefundParts): RefundParts {
  const sum = (part: keyof RefundParts) => promised.reduce((total, refund) => total + refund[part], 0n)
  const baseMinor = sum('basePartMinor') - given.basePartMinor
  const surchargeMinor = sum('surchargePartMinor') - given.surchargePartMinor
  const restMinor = baseMinor + surchargeMinor
  if (restMinor <= 0n) return { basePartMinor: 0n, surchargePartMinor: 0n }
  if (baseMinor < 0n) return { basePartMinor: 0n, surchargePartMinor: restMinor }
  if (surchargeMinor < 0n) return { basePartMinor: restMinor, surchargePartMinor: 0n }
  return { basePartMinor: baseMinor, surchargePartMinor: surchargeMinor }
}
