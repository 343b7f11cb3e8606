import { expect, test } from 'vitest'
import { isChargeable } from '#src/kernel/charges.ts'
import { CURRENCY_EXPONENTS } from '#src/kernel/currencies.ts'
import { money, type Currency } from '#src/kernel/money.ts'
import { priceProblemOf } from '#src/modules/catalog/index.ts'
import { demoListings } from './providers.ts'

test('the demonstration has prices that can be charged, in every currency something is sold in', () => {
  const settings = { platformFee: 1_000, guestFee: 2_000, MINIMUM_PRICE_MINOR: 500 }
  const problems = (Object.keys(CURRENCY_EXPONENTS) as Currency[])
    .filter(isChargeable)
    .flatMap((currency) => {
      const services = demoListings(currency).flatMap((listing) => listing.services)
      return services.flatMap(({ name, priceMinor, extras }) => {
        const withExtras = extras.reduce((sum, extra) => sum + extra.priceMinor, priceMinor)
        const wrong = [priceMinor, withExtras].some((minor) =>
          priceProblemOf(settings, money(minor, currency)),
        )
        return wrong ? [`${name}: ${priceMinor} ${currency}`] : []
      })
    })
  expect(problems).toEqual([])
})
