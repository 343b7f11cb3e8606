import { expect, test } from 'vitest'
import { sayFacts } from './say-facts.ts'

test('facts are said with their units: money of the currency, percentages, words', () => {
  expect(
    sayFacts({ formula: 'base + guest fee', baseMinor: 10_000, guestFeeMinor: 1_000 }, 'USD', 'en-US'),
  ).toBe('base + guest fee: base $100.00, guest fee $10.00')
  expect(
    sayFacts(
      { formula: 'half-up(base × percent)', baseMinor: 1_500, percentBasisPoints: 1_250 },
      'JPY',
      'en-US',
    ),
  ).toBe('half-up(base × percent): base ¥1,500, percent 12.5 %')
  expect(sayFacts({ formula: 'as Stripe says', balanceTransaction: 'txn_1' }, 'USD', 'en-US')).toBe(
    'as Stripe says: balance transaction txn_1',
  )
  expect(
    sayFacts({ formula: 'base + guest fee', cause: 'cancellation', baseMinor: 2_000 }, 'USD', 'en-US'),
  ).toBe('base + guest fee: base $20.00, cause cancellation')
  expect(sayFacts({ formula: 'all of it' }, 'USD', 'en-US')).toBe('all of it')
})
