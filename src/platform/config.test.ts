import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

const GIVEN = {
  DATABASE_URL: 'postgres://localhost/shop',
  AUTH_SECRET: 'a'.repeat(32),
  LINK_SECRET: 'b'.repeat(32),
  STRIPE_SECRET_KEY: 'sk_test_shop',
  STRIPE_WEBHOOK_SECRET: 'whsec_one',
  STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_two',
}
const currenciesOf = (settings: Record<string, string>) => {
  const { CURRENCY, currencies } = readConfig({ ...GIVEN, ...settings })
  return [CURRENCY, [...currencies]]
}

describe('the secret of a webhook endpoint', () => {
  const secretsOf = (given: string) =>
    readConfig({ ...GIVEN, STRIPE_WEBHOOK_SECRET: given }).STRIPE_WEBHOOK_SECRET

  test('is one, or old and new while it is being changed', () => {
    expect(secretsOf('whsec_one')).toEqual(['whsec_one'])
    expect(secretsOf('whsec_old, whsec_new')).toEqual(['whsec_old', 'whsec_new'])
  })

  test.each(['sk_test_one', 'whsec_old,', 'whsec_old,new', 'whsec_'])('is not %s', (given) => {
    expect(() => secretsOf(given)).toThrow('STRIPE_WEBHOOK_SECRET is not valid')
  })
})

describe('what is sold in', () => {
  test('is the one currency, unless more are named', () => {
    expect(currenciesOf({})).toEqual(['USD', ['USD']])
    expect(currenciesOf({ CURRENCY: 'JPY' })).toEqual(['JPY', ['JPY']])
    expect(currenciesOf({ CURRENCY: 'EUR', CURRENCIES: 'CHF, EUR,EUR' })).toEqual(['EUR', ['CHF', 'EUR']])
  })

  test.each([
    ['nobody knows', { CURRENCY: 'EURO' }, 'CURRENCY is not valid'],
    ['is written small', { CURRENCIES: 'USD,eur' }, 'CURRENCIES is not valid'],
    ['no card is charged in', { CURRENCIES: 'USD,LYD' }, 'CURRENCIES is not valid'],
    ['is missing between two commas', { CURRENCIES: 'USD,,EUR' }, 'CURRENCIES is not valid'],
    ['new providers would not be allowed', { CURRENCIES: 'EUR' }, 'CURRENCIES does not hold CURRENCY'],
  ])('is refused at boot when a code %s', (_, settings, problem) => {
    expect(() => readConfig({ ...GIVEN, ...settings })).toThrow(problem)
  })

  test('is refused together with everything else that is wrong', () => {
    const wrong = { ...GIVEN, CURRENCY: 'XAU', PORT: 'none' }
    expect(() => readConfig(wrong)).toThrow(/PORT is not valid[^]*CURRENCY is not valid/)
  })
})

describe('the rate at which Stripe is asked', () => {
  const rateOf = (settings: Record<string, string>) =>
    readConfig({ ...GIVEN, ...settings }).stripeCallsPerSecond

  test('is below what Stripe takes, in live mode and in test mode, unless another is named', () => {
    expect(rateOf({})).toBe(20)
    const live = { NODE_ENV: 'production', NEXT_PUBLIC_APP_URL: 'https://shop.example', MAILER: 'mailbox' }
    expect(rateOf({ ...live, STRIPE_SECRET_KEY: 'rk_live_shop' })).toBe(80)
    expect(rateOf({ STRIPE_CALLS_PER_SECOND: '7' })).toBe(7)
  })

  test.each(['0', '-1', '2.5', 'many'])('is not %s', (given) => {
    expect(() => rateOf({ STRIPE_CALLS_PER_SECOND: given })).toThrow('STRIPE_CALLS_PER_SECOND is not valid')
  })
})

test('a token for the metrics is no word that somebody guesses', () => {
  expect(() => readConfig({ ...GIVEN, METRICS_TOKEN: 'prometheus' })).toThrow('METRICS_TOKEN is not valid')
})

describe('a marketplace that takes money', () => {
  const live = { ...GIVEN, STRIPE_SECRET_KEY: 'sk_live_shop' }
  const named = { NEXT_PUBLIC_APP_URL: 'https://shop.example', MAILER: 'mailbox' }
  const problemsOf = (given: Record<string, string>) => {
    try {
      readConfig(given)
      return []
    } catch (error) {
      return (error as Error).message.split('\n').slice(1)
    }
  }

  test('is in production, and says where it is and how it sends mail', () => {
    expect(problemsOf(live)).toEqual([
      '  - NODE_ENV has to be production with a live STRIPE_SECRET_KEY',
      '  - NEXT_PUBLIC_APP_URL is missing',
      '  - MAILER is missing',
    ])
    expect(problemsOf({ ...live, NODE_ENV: 'production', ...named })).toEqual([])
  })

  test('is rehearsed under the same rules, but a demo needs nothing', () => {
    const rehearsed = { ...GIVEN, NODE_ENV: 'production' }
    expect(problemsOf(rehearsed)).toEqual(['  - NEXT_PUBLIC_APP_URL is missing', '  - MAILER is missing'])
    expect(problemsOf({ ...rehearsed, DEMO_MODE: '1' })).toEqual([])
    expect(problemsOf(GIVEN)).toEqual([])
  })
})
