import { describe, expect, test } from 'vitest'
import {
  canBeCharged,
  chargeMaximumOf,
  chargeMinimumOf,
  chargeStepOf,
  isChargeable,
  minimumPriceOf,
} from './charges.ts'
import { CURRENCY_EXPONENTS } from './currencies.ts'
import type { Currency } from './money.ts'

const CURRENCIES = Object.keys(CURRENCY_EXPONENTS) as Currency[]

describe('every currency', () => {
  test('has a step, a least and a most that are multiples of it, and room between them', () => {
    const odd = CURRENCIES.filter((currency) => {
      const [step, least, most] = [chargeStepOf, chargeMinimumOf, chargeMaximumOf].map((of) => of(currency))
      if (step === undefined || least === undefined || most === undefined) return true
      return step <= 0n || least % step !== 0n || most % step !== 0n || least <= 0n || least * 100n > most
    })
    expect(odd).toEqual([])
  })

  test('has a minimum price that can be charged, and that follows the setting upwards', () => {
    const odd = CURRENCIES.filter((currency) => {
      const prices = [1, 333, 500, 10_000].map((hundredths) => minimumPriceOf(currency, hundredths))
      const inOrder = prices.every((price, index) => index === 0 || price >= (prices[index - 1] ?? 0n))
      const payable = prices.every((price) => !isChargeable(currency) || canBeCharged(price, currency))
      return !inOrder || !payable
    })
    expect(odd).toEqual([])
  })
})

test.each<[Currency, bigint]>([
  ['USD', 1n],
  ['JPY', 1n],
  ['HUF', 1n], // only payouts to a bank are in whole forint
  ['ISK', 1n],
  ['UGX', 1n],
  ['KWD', 10n],
  ['MGA', 100n],
])('an amount of %s is charged in steps of %s minor units', (currency, step) => {
  expect(chargeStepOf(currency)).toBe(step)
})

test.each<[Currency, bigint]>([
  ['USD', 500n],
  ['KWD', 5_000n],
  ['JPY', 500n],
  ['HUF', 17_500n],
  ['MXN', 1_000n],
  ['GBP', 500n],
  ['MGA', 5_000n],
])('the usual minimum price in %s is %s minor units', (currency, minor) => {
  expect(minimumPriceOf(currency, 500)).toBe(minor)
})

test.each<[string, bigint, Currency, boolean]>([
  ['55.00 HUF, below what a card is charged', 5_500n, 'HUF', false],
  ['175.00 HUF', 17_500n, 'HUF', true],
  ['5.637 KWD, between two steps', 5_637n, 'KWD', false],
  ['5.640 KWD', 5_640n, 'KWD', true],
  ['a million shillings, more digits than there are', 1_000_000n, 'UGX', false],
  ['a million yen', 1_000_000n, 'JPY', true],
  ['what no card is charged in', 10_000n, 'LYD', false],
])('%s: %s %s can be charged: %s', (_, amountMinor, currency, expected) => {
  expect(canBeCharged(amountMinor, currency)).toBe(expected)
})
