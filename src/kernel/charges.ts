import { exponentOf, type Currency } from './money.ts'

// What a card can be charged, by currency (https://docs.stripe.com/currencies). It is vocabulary and no detail of the
// gateway: a price, a fee or a refund that is off the step could be written down and never be moved.

/** Codes of ISO 4217 that the gateway does not charge in. */
const NOT_CHARGED: ReadonlySet<Currency> = new Set<Currency>([
  ...(['BTN', 'CUP', 'ERN', 'GHS', 'IQD', 'IRR', 'KPW', 'LYD', 'MRU', 'SDG'] as const),
  ...(['SSP', 'STN', 'SVC', 'SYP', 'TMT', 'VED', 'VES', 'XCG', 'ZWG'] as const),
])

/** Fils and baisa are charged in tens: the last of three decimals must be 0. */
const THREE_DECIMAL_STEP_MINOR = 10n
/** The ariary is charged in whole units, though ISO 4217 gives it two decimals. */
const WHOLE_UNIT_STEPS_MINOR: Readonly<Partial<Record<Currency, bigint>>> = { MGA: 100n }

/** As documented: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. */
const CHARGE_MINIMUMS_MINOR: Readonly<Partial<Record<Currency, bigint>>> = {
  AED: 200n,
  CZK: 1_500n,
  DKK: 250n,
  GBP: 30n,
  HKD: 400n,
  HUF: 17_500n,
  MXN: 1_000n,
  MYR: 200n,
  NOK: 300n,
  PLN: 200n,
  RON: 200n,
  SEK: 300n,
  THB: 1_000n,
}
/**
 * The documented minimum of most currencies: 0.50 of those with two decimals, 50 yen or won. Where nothing is documented it
 * is a guess; the gateway has the last word, and its no is a refusal at checkout.
 */
const CHARGE_MINIMUM_UNITS = { withDecimals: 50n, whole: 50n }
/** A tenth of a dinar is worth what half a dollar is. */
const THREE_DECIMAL_MINIMUM_MINOR = 100n

/** As documented for cards; every other currency has eight digits. */
const CHARGE_MAXIMUMS_MINOR: Readonly<Partial<Record<Currency, bigint>>> = {
  COP: 999_999_999_999n,
  HUF: 999_999_999_999n,
  IDR: 999_999_999_999n,
  INR: 999_999_999n,
  JPY: 9_999_999_999n,
  LBP: 99_999_999_999_999n,
  // Eight digits of the gateway's own units: it counts króna and shilling in hundredths, the ariary in whole ones.
  ISK: 999_999n,
  MGA: 9_999_999_900n,
  UGX: 999_999n,
}
const CHARGE_MAXIMUM_MINOR = 99_999_999n

/** Whether something can be sold in it. */
export function isChargeable(currency: Currency): boolean {
  return !NOT_CHARGED.has(currency)
}

/** The smallest amount, in minor units, of which every charge, refund and transfer is a multiple: 1 cent, 1 yen, 10 fils. */
export function chargeStepOf(currency: Currency): bigint {
  return WHOLE_UNIT_STEPS_MINOR[currency] ?? (exponentOf(currency) === 3 ? THREE_DECIMAL_STEP_MINOR : 1n)
}

/** The least a card can be charged, in minor units; on the step. */
export function chargeMinimumOf(currency: Currency): bigint {
  const documented = CHARGE_MINIMUMS_MINOR[currency]
  if (documented !== undefined) return documented
  const whole = WHOLE_UNIT_STEPS_MINOR[currency]
  if (whole !== undefined) return CHARGE_MINIMUM_UNITS.whole * whole
  if (exponentOf(currency) === 3) return THREE_DECIMAL_MINIMUM_MINOR
  return exponentOf(currency) === 0 ? CHARGE_MINIMUM_UNITS.whole : CHARGE_MINIMUM_UNITS.withDecimals
}

/** The most a card can be charged, in minor units; on the step. */
export function chargeMaximumOf(currency: Currency): bigint {
  const most = CHARGE_MAXIMUMS_MINOR[currency] ?? CHARGE_MAXIMUM_MINOR
  return most - (most % chargeStepOf(currency))
}

/** Whether a card can be charged exactly this, and all of it can be given back. */
export function canBeCharged(amountMinor: bigint, currency: Currency): boolean {
  return (
    isChargeable(currency) &&
    amountMinor % chargeStepOf(currency) === 0n &&
    amountMinor >= chargeMinimumOf(currency) &&
    amountMinor <= chargeMaximumOf(currency)
  )
}

/**
 * The least a service may cost, in minor units and on the step: `hundredths` of the currency's unit, and never less than a
 * card can be charged. Where there are no decimals they are whole units, since a yen is worth about a cent: 500 is 5.00 USD,
 * 5.000 KWD, 500 JPY, and in HUF the 175.00 that can be charged.
 */
export function minimumPriceOf(currency: Currency, hundredths: number): bigint {
  const scale = exponentOf(currency) === 3 ? 10n : 1n
  const step = chargeStepOf(currency)
  const wantedMinor = ((BigInt(hundredths) * scale + step - 1n) / step) * step
  const leastMinor = chargeMinimumOf(currency)
  return wantedMinor > leastMinor ? wantedMinor : leastMinor
}
