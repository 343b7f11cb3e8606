import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CURRENCY_EXPONENTS } from './currencies.ts'
import {
  add,
  formatMoney,
  fromDecimalString,
  money,
  proportionHalfUp,
  shareHalfUp,
  subtract,
  toDecimalString,
  type Currency,
} from './money.ts'

const currencies = fc.constantFrom(...(Object.keys(CURRENCY_EXPONENTS) as Currency[]))
const minor = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })

/**
 * All currencies of ISO 4217 list one whose minor unit is not a hundredth, without the funds and units of account that nobody
 * pays with (CLF, UYI, UYW, and those with none). Typed from the standard and not from our table.
 */
const NOT_HUNDREDTHS = {
  BHD: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
}

describe('every currency', () => {
  it('has the exponent of ISO 4217', () => {
    const exponents: Readonly<Record<string, number>> = CURRENCY_EXPONENTS
    const others = Object.entries(exponents).filter(([, exponent]) => exponent !== 2)
    expect(Object.fromEntries(others)).toEqual(NOT_HUNDREDTHS)
    for (const code of [
      'AUD',
      'BRL',
      'CAD',
      'CHF',
      'CNY',
      'EUR',
      'GBP',
      'HUF',
      'IDR',
      'INR',
      'MGA',
      'MRU',
      'USD',
    ])
      expect([code, exponents[code]]).toEqual([code, 2])
  })

  it('is written as a decimal and read back without losing a unit', () => {
    fc.assert(
      fc.property(minor, currencies, (amountMinor, currency) => {
        const amount = money(amountMinor, currency)
        expect(fromDecimalString(toDecimalString(amount), currency)).toEqual(amount)
      }),
    )
  })

  it('is shown to people with every unit, also beyond what a float can hold', () => {
    expect(formatMoney(money(11_000, 'USD'))).toBe('$110.00')
    expect(formatMoney(money(1_500, 'JPY'))).toBe('¥1,500')
    expect(formatMoney(money(1_250, 'KWD')).replace(/\s/, ' ')).toBe('KWD 1.250')
    expect(formatMoney(money(123_450, 'HUF')).replace(/\s/, ' ')).toBe('HUF 1,234.50')
    expect(formatMoney(money(9_007_199_254_740_993_01n, 'USD'))).toBe('$9,007,199,254,740,993.01')
  })
})

it('shows the decimals of ISO 4217 in every currency, whatever Intl holds for usual', () => {
  const shown = (Object.keys(CURRENCY_EXPONENTS) as Currency[]).map((currency) => {
    const [, decimals = ''] = /\.(\d+)$/.exec(formatMoney(money(1_234_567, currency))) ?? []
    return [currency, decimals.length]
  })
  expect(Object.fromEntries(shown)).toEqual(CURRENCY_EXPONENTS)
})

it.each(['', 'abc', '1.', '.5', '1e3', '1,00', '10.001', '- 1', '١'])(
  'reads no amount of dollars out of %j',
  (text) => {
    expect(fromDecimalString(text, 'USD')).toBeNull()
  },
)

it('adds and subtracts within one currency only', () => {
  expect(add(money(1, 'USD'), money(2, 'USD'))).toEqual(money(3, 'USD'))
  expect(subtract(money(1, 'USD'), money(2, 'USD'))).toEqual(money(-1, 'USD'))
  expect(() => add(money(1, 'USD'), money(1, 'EUR'))).toThrow('one currency')
})

describe('shares', () => {
  it('round half up', () => {
    expect(shareHalfUp(105n, 1_000, 1n)).toBe(11n)
    expect(shareHalfUp(104n, 1_000, 1n)).toBe(10n)
    expect(shareHalfUp(1n, 5_000, 1n)).toBe(1n)
    // Of fils, to what can be charged: 0.505 and 0.495 are 0.51 and 0.50.
    expect([shareHalfUp(5_050n, 1_000, 10n), shareHalfUp(4_940n, 1_000, 10n)]).toEqual([510n, 490n])
  })

  it('are multiples of the step, and never further from the exact value than half of it', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n }),
        fc.bigInt({ min: 0n, max: 10n ** 6n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        fc.constantFrom(1n, 10n, 100n),
        (amount, part, whole, step) => {
          const share = proportionHalfUp(amount, part, whole, step)
          const twiceTheError = 2n * (share * whole - amount * part)
          expect(share % step).toBe(0n)
          expect(twiceTheError <= whole * step && twiceTheError > -whole * step).toBe(true)
        },
      ),
    )
  })
})
