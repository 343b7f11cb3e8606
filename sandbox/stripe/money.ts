import { invalidRequest } from './errors.ts'

/** https://docs.stripe.com/currencies#zero-decimal, without the special case among them. */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
/** https://docs.stripe.com/currencies#three-decimal: the last digit of an amount must be 0. */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '))

/** https://docs.stripe.com/currencies#special-cases: written with two decimals, which are always 00. */
const WHOLE_IN_HUNDREDTHS = new Set('isk ugx'.split(' '))

const TWO_DECIMAL = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny ' +
    'cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd ' +
    'kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr ' +
    'nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd ' +
    'twd tzs uah ugx uyu uzs wst xcd yer zar zmw'
  ).split(' '),
)

/** https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units. */
const MINIMUM_CHARGE: Readonly<Record<string, number>> = {
  aed: 200,
  czk: 1500,
  dkk: 250,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  mxn: 1000,
  myr: 200,
  nok: 300,
  pln: 200,
  ron: 200,
  sek: 300,
  thb: 1000,
}
const MAXIMUM_CHARGE = 99_999_999
/** Of cards, in the currencies that have more than eight digits. */
const HIGHER_MAXIMUM_CHARGE: Readonly<Record<string, number>> = {
  cop: 999_999_999_999,
  huf: 999_999_999_999,
  idr: 999_999_999_999,
  inr: 999_999_999,
  jpy: 9_999_999_999,
  lbp: 99_999_999_999_999,
}

export interface FeeRule {
  /** Hundredths of a percent of the charge. */
  basisPoints: number
  /** Minor units added to every charge. */
  fixed: number
}

/** Stripe's list prices for a domestic card, by currency; others pay the default. */
const FEES: Readonly<Record<string, FeeRule>> = {
  usd: { basisPoints: 290, fixed: 30 },
  cad: { basisPoints: 290, fixed: 30 },
  eur: { basisPoints: 150, fixed: 25 },
  gbp: { basisPoints: 150, fixed: 20 },
  aud: { basisPoints: 170, fixed: 30 },
  jpy: { basisPoints: 360, fixed: 0 },
}
const DEFAULT_FEE: FeeRule = { basisPoints: 290, fixed: 30 }

export function decimalsOf(currency: string): 0 | 2 | 3 {
  if (ZERO_DECIMAL.has(currency)) return 0
  return THREE_DECIMAL.has(currency) ? 3 : 2
}

export function isCurrency(currency: string): boolean {
  return TWO_DECIMAL.has(currency) || ZERO_DECIMAL.has(currency) || THREE_DECIMAL.has(currency)
}

/** Half a minor unit rounds up, as on Stripe's invoices; what is left is the merchant's. Of whole units, the next one. */
export function processingFee(amount: number, currency: string): number {
  const rule = FEES[currency] ?? DEFAULT_FEE
  const fixed =
    FEES[currency] || decimalsOf(currency) === 2 ? rule.fixed : decimalsOf(currency) === 3 ? 90 : 30
  const fee = Math.floor((amount * rule.basisPoints + 5000) / 10_000) + fixed
  return Math.min(amount, WHOLE_IN_HUNDREDTHS.has(currency) ? Math.ceil(fee / 100) * 100 : fee)
}

export const DISPUTE_FEE_IN_MAJOR_UNITS = 15

export function disputeFee(currency: string): number {
  return DISPUTE_FEE_IN_MAJOR_UNITS * 10 ** decimalsOf(currency)
}

export function checkChargeAmount(amount: number, currency: string, param: string): void {
  checkPrecision(amount, currency, param)
  const minimum = MINIMUM_CHARGE[currency] ?? (decimalsOf(currency) === 3 ? 100 : 50)
  if (amount < minimum) {
    throw invalidRequest(
      `Amount must be at least ${formatMoney(minimum, currency)} ${currency}. See ` +
        'https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts.',
      { code: 'amount_too_small', param },
    )
  }
  const maximum = HIGHER_MAXIMUM_CHARGE[currency] ?? MAXIMUM_CHARGE
  if (amount > maximum) {
    throw invalidRequest(`Amount must be no more than ${formatMoney(maximum, currency)}`, {
      code: 'amount_too_large',
      param,
    })
  }
}

/** Charged with two decimals, and paid out to a bank in whole units: https://docs.stripe.com/currencies#special-cases. */
const PAID_OUT_WHOLE = new Set('huf isk twd ugx'.split(' '))

/** What of a balance can go to a bank. */
export function payablePart(available: number, currency: string): number {
  return PAID_OUT_WHOLE.has(currency) ? available - (available % 100) : available
}

export function checkPrecision(amount: number, currency: string, param: string): void {
  if (WHOLE_IN_HUNDREDTHS.has(currency) && amount % 100 !== 0) {
    throw invalidRequest(
      `Invalid amount. Currency ${currency.toUpperCase()} has become effectively zero-decimal and charged amounts must be ` +
        'evenly divisible by 100. See https://docs.stripe.com/currencies#special-cases for more information.',
      { code: 'invalid_charge_amount_no_decimal_compatible', param },
    )
  }
  if (decimalsOf(currency) !== 3 || amount % 10 === 0) return
  throw invalidRequest(
    `Invalid ${param}: ${currency.toUpperCase()} amounts have three decimals and must end in 0, got ${amount}.`,
    { code: 'parameter_invalid_integer', param },
  )
}

/** By currency, of which there are few: making one takes longer than all else that a page needs. */
const formats = new Map<string, Intl.NumberFormat>()

export function formatMoney(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const format =
    formats.get(currency) ??
    new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: currency.toUpperCase(),
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
  formats.set(currency, format)
  return format.format(amount / 10 ** decimals)
}
