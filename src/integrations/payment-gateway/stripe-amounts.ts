import { assert } from '#src/kernel/assert.ts'
import { exponentOf, isCurrency, type Currency } from '#src/kernel/money.ts'

// Where Stripe counts in other units than ISO 4217 says (https://docs.stripe.com/currencies#special-cases): króna and
// Ugandan shilling have kept two decimals there, which are always 00; the ariary has none. Forint and Taiwan dollar are
// charged with both of theirs: only a payout to a bank is in whole ones, and that is between Stripe and the provider.
const STRIPE_EXPONENTS: Partial<Record<Currency, number>> = { ISK: 2, MGA: 0, UGX: 2 }

/** Our minor units as the integer Stripe wants. */
export function toStripeAmount(amountMinor: bigint | number, currency: Currency): number {
  const scaled = rescale(BigInt(amountMinor), exponentOf(currency), exponentAtStripe(currency))
  const amount = Number(scaled)
  assert(Number.isSafeInteger(amount), 'an amount for Stripe is a safe integer')
  return amount
}

/** An integer of Stripe's in our minor units. */
export function fromStripeAmount(amount: number, currency: Currency): bigint {
  assert(Number.isSafeInteger(amount), "Stripe's amounts are integers")
  return rescale(BigInt(amount), exponentAtStripe(currency), exponentOf(currency))
}

/** Stripe writes currencies in lower case. */
export function currencyFromStripe(code: string): Currency {
  const currency = code.toUpperCase()
  assert(isCurrency(currency), `${code} is a currency we know`)
  return currency
}

function exponentAtStripe(currency: Currency): number {
  return STRIPE_EXPONENTS[currency] ?? exponentOf(currency)
}

function rescale(amount: bigint, from: number, to: number): bigint {
  if (to >= from) return amount * 10n ** BigInt(to - from)
  const unit = 10n ** BigInt(from - to)
  assert(amount % unit === 0n, 'an amount is a whole number of the units that both sides know')
  return amount / unit
}
