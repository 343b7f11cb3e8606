import { invalidRequest } from './errors.ts'

/** https://docs.stripe.com/currencies#zero-decimal */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '))
/** https://docs.stripe.com/currencies#three-decimal: the last digit of an amount must be 0. */
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '))

const TWO_DECIMAL = new Set(
  (
    'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny ' +
    'cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd ' +
    'kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr ' +
    'nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd ' +
    'twd tzs uah uyu uzs wst xcd yer zar zmw'
  ).split(' '),
)

/** https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units. */
const MINIMUM_CHARGE: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  ars: 50,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  cop: 200_000,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  krw: 1000,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  rub: 4500,
  sek: 300,
  sgd: 50,
  thb: 1000,
}
const MAXIMUM_CHARGE = 99_999_999

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

/** Half a minor unit rounds up, as on Stripe's invoices; what is left is the merchant's. */
export function processingFee(amount: number, currency: string): number {
  const rule = FEES[currency] ?? DEFAULT_FEE
  const fixed =
    FEES[currency] || decimalsOf(currency) === 2 ? rule.fixed : decimalsOf(currency) === 3 ? 90 : 30
  return Math.min(amount, Math.floor((amount * rule.basisPoints + 5000) / 10_000) + fixed)
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
  if (amount > MAXIMUM_CHARGE) {
    throw invalidRequest(`Amount must be no more than ${formatMoney(MAXIMUM_CHARGE, currency)}`, {
      code: 'amount_too_large',
      param,
    })
  }
}

export function checkPrecision(amount: number, currency: string, param: string): void {
  if (decimalsOf(currency) !== 3 || amount % 10 === 0) return
  throw invalidRequest(
    `Invalid ${param}: ${currency.toUpperCase()} amounts have three decimals and must end in 0, got ${amount}.`,
    { code: 'parameter_invalid_integer', param },
  )
}

export function formatMoney(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals)
}
