import type { MoneyJson } from '#src/kernel/money.ts'

/** The lines of a price box: the service by itself, then each extra. The parts add up to `base`. */
export function priceLines(
  serviceName: string,
  { base, extras }: { base: MoneyJson; extras: readonly { name: string; price: MoneyJson }[] },
): { label: string; amount: MoneyJson }[] {
  const ofExtras = extras.reduce((sum, { price }) => sum + price.amountMinor, 0)
  return [
    { label: serviceName, amount: { amountMinor: base.amountMinor - ofExtras, currency: base.currency } },
    ...extras.map(({ name, price }) => ({ label: name, amount: price })),
  ]
}

/** The guest booking fee in percent, as it is named beside its amount. */
export function feePercent(config: { guestFee: number; platformFee: number }): number {
  return (config.guestFee - config.platformFee) / 100
}
