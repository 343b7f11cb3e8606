import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chargeStepOf } from '#src/kernel/charges.ts'
import { CURRENCY_EXPONENTS } from '#src/kernel/currencies.ts'
import type { Currency } from '#src/kernel/money.ts'
import { currencyFromStripe, fromStripeAmount, toStripeAmount } from './stripe-amounts.ts'

test.each<[bigint, Currency, number]>([
  [11_000n, 'USD', 11_000],
  [1_500n, 'JPY', 1_500],
  [1_250n, 'KWD', 1_250],
  [5n, 'ISK', 500], // no decimals in ISO 4217, two at Stripe
  [5n, 'UGX', 500], // no decimals in ISO 4217, two at Stripe
  [500n, 'MGA', 5], // two in ISO 4217, none at Stripe
  [17_550n, 'HUF', 17_550],
  [80_045n, 'TWD', 80_045],
])('%s minor units of %s are %s at Stripe', (amountMinor, currency, amount) => {
  expect(toStripeAmount(amountMinor, currency)).toBe(amount)
  expect(fromStripeAmount(amount, currency)).toBe(amountMinor)
})

test('an amount comes back from Stripe as it went, in every currency', () => {
  const currencies = Object.keys(CURRENCY_EXPONENTS) as Currency[]
  fc.assert(
    fc.property(
      fc.constantFrom(...currencies),
      fc.bigInt({ min: 1n, max: 99_999_999n }),
      (currency, whole) => {
        const amountMinor = whole * chargeStepOf(currency)
        expect(fromStripeAmount(toStripeAmount(amountMinor, currency), currency)).toBe(amountMinor)
      },
    ),
  )
})

test('a currency is read whatever its case, and an unknown one is not guessed at', () => {
  expect(currencyFromStripe('usd')).toBe('USD')
  expect(() => currencyFromStripe('xyz')).toThrow('a currency we know')
})

test('a part that Stripe cannot hold is refused, not rounded', () => {
  expect(() => toStripeAmount(501n, 'MGA')).toThrow('a whole number')
})
