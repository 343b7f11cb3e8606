import type { Currency } from '#src/kernel/money.ts'

export type PaymentStatus =
  | 'unpaid'
  | 'authorized'
  | 'captured'
  | 'voided'
  | 'partially_refunded'
  | 'refunded'
  | 'disputed'
  | 'dispute_lost'

/** What we have written down. */
export interface KnownPayment {
  readonly id: string
  readonly bookingId: string
  readonly status: PaymentStatus
  readonly currency: Currency
  readonly amountMinor: bigint
  readonly paymentIntentId: string | null
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  readonly processingFeeMinor: bigint | null
  readonly lastError: string | null
}

/** What the gateway says now. */
export interface SeenPayment {
  readonly intentId: string
  readonly status: 'unpaid' | 'processing' | 'authorized' | 'captured' | 'canceled'
  readonly amountMinor: bigint
  readonly currency: Currency
  readonly paymentId: string | null
  readonly bookingId: string | null
  readonly decline: string | null
  readonly charge: {
    readonly id: string
    readonly capturedMinor: bigint
    readonly feeMinor: bigint | null
    readonly settledCurrency: Currency | null
  } | null
}

export type PaymentNews =
  | { readonly type: 'payment.authorized' }
  | { readonly type: 'payment.captured' }
  | { readonly type: 'payment.voided' }
  | { readonly type: 'payment.failed'; readonly reason: string }

/** What follows from what is seen: new values, and what there is to tell. Applying it to its own result gives nothing to tell. */
export interface PaymentChange {
  readonly status: PaymentStatus
  readonly capturedMinor: bigint
  readonly processingFeeMinor: bigint | null
  readonly lastError: string | null
  readonly news: readonly PaymentNews[]
}

/** Why a payment at the gateway cannot be the one we asked for; null when it can. */
export function mismatchOf(known: KnownPayment, seen: SeenPayment): string | null {
  if (known.paymentIntentId !== null && seen.intentId !== known.paymentIntentId)
    return 'another payment than before'
  if (seen.paymentId !== known.id) return 'made for another payment'
  if (seen.bookingId !== known.bookingId) return 'made for another booking'
  if (seen.currency !== known.currency) return `asked in ${seen.currency} and not in ${known.currency}`
  if (seen.amountMinor !== known.amountMinor)
    return `asked for ${seen.amountMinor} and not for ${known.amountMinor}`
  if (seen.status !== 'captured' || seen.charge === null) return null
  if (seen.charge.capturedMinor !== known.amountMinor)
    return `captured ${seen.charge.capturedMinor} of ${known.amountMinor}`
  const settled = seen.charge.settledCurrency
  if (settled !== null && settled !== known.currency)
    return `settled in ${settled} and not in ${known.currency}`
  return null
}

// News may be old by the time it is read: a payment moves forward along this order and never back.
const RANK = { unpaid: 0, authorized: 1, captured: 2, voided: 2 } as const
type Stage = keyof typeof RANK

/** Decides what has become of a payment. For one that matches ({@link mismatchOf}). */
export function decideChange(known: KnownPayment, seen: SeenPayment): PaymentChange {
  const before = stageOf(known.status)
  const now = laterStage(before, stageSeen(before, seen))
  const capturedMinor = now === 'captured' ? known.amountMinor : 0n
  const status =
    now === 'captured' ? statusOfCaptured(capturedMinor, known.refundedMinor, disputeOf(known.status)) : now
  const declined = now === 'unpaid' ? seen.decline : null
  return {
    status,
    capturedMinor,
    processingFeeMinor:
      known.processingFeeMinor ?? (now === 'captured' ? (seen.charge?.feeMinor ?? null) : null),
    lastError: declined,
    news: [
      ...stageNews(before, now),
      ...(declined !== null && declined !== known.lastError
        ? [{ type: 'payment.failed', reason: declined } as const]
        : []),
    ],
  }
}

/** A dispute says more than a refund does; a refund says more than the capture. */
export function statusOfCaptured(
  capturedMinor: bigint,
  refundedMinor: bigint,
  dispute: 'open' | 'lost' | null,
): PaymentStatus {
  if (dispute === 'open') return 'disputed'
  if (dispute === 'lost') return 'dispute_lost'
  if (refundedMinor === 0n) return 'captured'
  return refundedMinor < capturedMinor ? 'partially_refunded' : 'refunded'
}

export function disputeOf(status: PaymentStatus): 'open' | 'lost' | null {
  if (status === 'disputed') return 'open'
  return status === 'dispute_lost' ? 'lost' : null
}

function stageOf(status: PaymentStatus): Stage {
  return status === 'unpaid' || status === 'authorized' || status === 'voided' ? status : 'captured'
}

function stageSeen(before: Stage, seen: SeenPayment): Stage {
  switch (seen.status) {
    case 'authorized':
    case 'captured':
      return seen.status
    case 'canceled':
      return before === 'authorized' ? 'voided' : before // never paid and closed: it stays unpaid
    case 'unpaid':
    case 'processing':
      return 'unpaid'
  }
}

function laterStage(before: Stage, seen: Stage): Stage {
  return RANK[seen] > RANK[before] ? seen : before
}

function stageNews(before: Stage, now: Stage): PaymentNews[] {
  return before === now || now === 'unpaid' ? [] : [{ type: `payment.${now}` }]
}
