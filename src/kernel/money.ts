import { assert } from './assert.ts'
import { CURRENCY_EXPONENTS } from './currencies.ts'

/** An ISO 4217 code that this product knows the exponent of. */
export type Currency = keyof typeof CURRENCY_EXPONENTS

/** An exact amount: an integer count of the currency's minor unit (cents, yen, fils). Never a float. */
export interface Money {
  readonly amountMinor: bigint
  readonly currency: Currency
}

export function money(amountMinor: bigint | number, currency: Currency): Money {
  return { amountMinor: BigInt(amountMinor), currency }
}

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(CURRENCY_EXPONENTS, code)
}

/** Decimals of the currency: 2 for USD, 0 for JPY, 3 for KWD. */
export function exponentOf(currency: Currency): number {
  return CURRENCY_EXPONENTS[currency]
}

export function add(a: Money, b: Money): Money {
  assert(a.currency === b.currency, 'amounts of one currency are added')
  return { amountMinor: a.amountMinor + b.amountMinor, currency: a.currency }
}

export function subtract(a: Money, b: Money): Money {
  assert(a.currency === b.currency, 'amounts of one currency are subtracted')
  return { amountMinor: a.amountMinor - b.amountMinor, currency: a.currency }
}

/** One hundredth of a percent: 1000 is 10 %. */
export type BasisPoints = number

/** amount × basis points, rounded half up to a multiple of `stepMinor`. For amounts that are not negative. */
export function shareHalfUp(amountMinor: bigint, basisPoints: BasisPoints, stepMinor: bigint): bigint {
  assert(
    amountMinor >= 0n && Number.isInteger(basisPoints) && basisPoints >= 0,
    'a share of a non-negative amount',
  )
  return proportionHalfUp(amountMinor, BigInt(basisPoints), 10_000n, stepMinor)
}

/** amount × part / whole, rounded half up to a multiple of `stepMinor`: 1n is the minor unit, 10n the fils that can be charged. */
export function proportionHalfUp(
  amountMinor: bigint,
  part: bigint,
  whole: bigint,
  stepMinor: bigint,
): bigint {
  assert(
    amountMinor >= 0n && part >= 0n && whole > 0n && stepMinor > 0n,
    'a proportion of a non-negative amount',
  )
  const steps = whole * stepMinor
  return ((2n * amountMinor * part + steps) / (2n * steps)) * stepMinor
}

/** "10.00", "1500", "1.250": the exact decimal, without grouping or currency. */
export function toDecimalString({ amountMinor, currency }: Money): string {
  const exponent = exponentOf(currency)
  const sign = amountMinor < 0n ? '-' : ''
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(exponent + 1, '0')
  if (exponent === 0) return sign + digits
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}

/** Reads what {@link toDecimalString} writes, and shorter forms ("10", "10.5"). Null when it is not an amount of the currency. */
export function fromDecimalString(text: string, currency: Currency): Money | null {
  const match = /^(-?)(\d{1,16})(?:\.(\d+))?$/.exec(text.trim())
  const exponent = exponentOf(currency)
  const decimals = match?.[3] ?? ''
  if (!match || decimals.length > exponent) return null
  const amountMinor = BigInt(`${match[2]}${decimals.padEnd(exponent, '0')}`)
  return { amountMinor: match[1] ? -amountMinor : amountMinor, currency }
}

/** The one way money is shown to people: by Intl, in full ("$110.00", "−$5.00", "¥1,500", "KWD 1.250"). */
export function formatMoney(amount: Money, locale = 'en-US'): string {
  // Intl takes decimal strings exactly; a float would lose cents above 2^53.
  const text = formatterFor(locale, amount.currency).format(
    toDecimalString(amount) as Intl.StringNumericLiteral,
  )
  return text.replace('-', '−') // a minus, which is as wide as a figure, and no line breaks after it
}

// Making a formatter costs a hundred times more than using one.
const formatters = new Map<string, Intl.NumberFormat>()

function formatterFor(locale: string, currency: Currency): Intl.NumberFormat {
  const key = `${locale} ${currency}`
  const known = formatters.get(key)
  if (known) return known
  // Intl shows the forint and the rupee without their decimals, as shops write them; what is paid has them.
  const decimals = exponentOf(currency)
  const made = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  formatters.set(key, made)
  return made
}

/** Money at the JSON edge. */
export type MoneyJson = {
  amountMinor: number
  currency: string
}

export function moneyToJson({ amountMinor, currency }: Money): MoneyJson {
  const amount = Number(amountMinor)
  assert(Number.isSafeInteger(amount), 'an amount in JSON is a safe integer')
  return { amountMinor: amount, currency }
}
