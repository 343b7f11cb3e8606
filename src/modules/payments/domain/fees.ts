import { assert } from '#src/kernel/assert.ts'
import { chargeStepOf } from '#src/kernel/charges.ts'
import { proportionHalfUp, shareHalfUp, type BasisPoints, type Currency } from '#src/kernel/money.ts'

/** The figures of a booking, minor units of one currency. Frozen when it is made: later prices and percentages change none. */
export interface PriceFigures {
  readonly currency: Currency
  /** The price of the service with its extras. */
  readonly baseMinor: bigint
  /** The platform's part of the base. */
  readonly commissionMinor: bigint
  /** What a guest pays on top of the base; 0 for a customer with an account. */
  readonly surchargeMinor: bigint
  /** baseMinor − commissionMinor */
  readonly providerNetMinor: bigint
  /** baseMinor + surchargeMinor: what the customer pays. */
  readonly totalMinor: bigint
}

export interface QuoteInput {
  readonly currency: Currency
  /** On the currency's charge step, and then so is every figure: total, shares and whatever is refunded can be moved. */
  readonly baseMinor: bigint
  readonly guest: boolean
  /** The platform's part of a booking made with an account. */
  readonly platformFee: BasisPoints
  /** The platform's whole part of a guest's booking: never less than `platformFee`. */
  readonly guestFee: BasisPoints
}

/**
 * The only fee calculation. Both shares round half up to the currency's charge step (a cent, a yen, ten fils), in the
 * platform's favour by at most half a step.
 */
export function quotePrice({ currency, baseMinor, guest, platformFee, guestFee }: QuoteInput): PriceFigures {
  assert(baseMinor > 0n, 'a price is positive')
  assert(platformFee <= guestFee, "the whole take on a guest's booking is at least the commission")
  assert(platformFee <= 10_000, 'the commission is at most the price')
  const stepMinor = chargeStepOf(currency)
  const commissionMinor = shareHalfUp(baseMinor, platformFee, stepMinor)
  const surchargeMinor = guest ? shareHalfUp(baseMinor, guestFee, stepMinor) - commissionMinor : 0n
  return {
    currency,
    baseMinor,
    commissionMinor,
    surchargeMinor,
    providerNetMinor: baseMinor - commissionMinor,
    totalMinor: baseMinor + surchargeMinor,
  }
}

/** How what is left of a payment is shared out. */
export interface Settlement {
  readonly providerNetMinor: bigint
  readonly commissionMinor: bigint
  readonly surchargeMinor: bigint
}

export interface RefundedParts {
  readonly baseRefundedMinor: bigint
  readonly surchargeRefundedMinor: bigint
}

/**
 * Shares out what is kept after refunds: the commission in proportion to the base that is kept, rounded half up to the
 * charge step; the rest of that base is the provider's. The parts always add up to what was paid less what was refunded.
 */
export function settlementOf(figures: PriceFigures, refunded: RefundedParts): Settlement {
  const keptBaseMinor = figures.baseMinor - refunded.baseRefundedMinor
  const surchargeMinor = figures.surchargeMinor - refunded.surchargeRefundedMinor
  assert(
    keptBaseMinor >= 0n && keptBaseMinor <= figures.baseMinor,
    'a refund of the price is within the price',
  )
  assert(
    surchargeMinor >= 0n && surchargeMinor <= figures.surchargeMinor,
    'a refund of the surcharge is within the surcharge',
  )
  const commissionMinor = proportionHalfUp(
    figures.commissionMinor,
    keptBaseMinor,
    figures.baseMinor,
    chargeStepOf(figures.currency),
  )
  return { providerNetMinor: keptBaseMinor - commissionMinor, commissionMinor, surchargeMinor }
}

export interface RefundParts {
  readonly basePartMinor: bigint
  readonly surchargePartMinor: bigint
}

/**
 * Which part of a refund of so much is price and which is surcharge: in proportion, half up to the charge step for the
 * surcharge, and never more of either than is left after `refunded`.
 */
export function splitRefund(
  figures: Pick<PriceFigures, 'currency' | 'baseMinor' | 'surchargeMinor'>,
  refunded: RefundedParts,
  amountMinor: bigint,
): RefundParts {
  const baseLeftMinor = figures.baseMinor - refunded.baseRefundedMinor
  const surchargeLeftMinor = figures.surchargeMinor - refunded.surchargeRefundedMinor
  assert(
    amountMinor > 0n && amountMinor <= baseLeftMinor + surchargeLeftMinor,
    'a refund is within what is left',
  )
  const inProportion = proportionHalfUp(
    amountMinor,
    figures.surchargeMinor,
    figures.baseMinor + figures.surchargeMinor,
    chargeStepOf(figures.currency),
  )
  const most = inProportion < surchargeLeftMinor ? inProportion : surchargeLeftMinor
  const least = amountMinor > baseLeftMinor ? amountMinor - baseLeftMinor : 0n
  const surchargePartMinor = most > least ? most : least
  return { basePartMinor: amountMinor - surchargePartMinor, surchargePartMinor }
}
