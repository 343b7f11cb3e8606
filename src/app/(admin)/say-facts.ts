import { isCurrency, money, moneyToJson } from '#src/kernel/money.ts'
import { sayMoney } from '#src/ui/format.ts'

/** How an amount was worked out: "base + guest fee: base $100.00, guest fee $10.00". Units stand at the end of the names. */
export function sayFacts(
  { formula, ...inputs }: { readonly formula: string; readonly [input: string]: string | number },
  currency: string,
  locale: string,
): string {
  // Amounts first: PostgreSQL keeps the names in an order of its own.
  const inOrder = Object.entries(inputs).toSorted(([, one], [, other]) => rank(one) - rank(other))
  const said = inOrder.map(([name, value]) => sayInput(name, value, currency, locale))
  return said.length === 0 ? formula : `${formula}: ${said.join(', ')}`
}

function rank(value: string | number): number {
  return typeof value === 'number' ? 0 : 1
}

function sayInput(name: string, value: string | number, currency: string, locale: string): string {
  if (name.endsWith('Minor') && typeof value === 'number' && isCurrency(currency))
    return `${wordsOf(name.slice(0, -'Minor'.length))} ${sayMoney(moneyToJson(money(value, currency)), locale)}`
  if (name.endsWith('BasisPoints') && typeof value === 'number')
    return `${wordsOf(name.slice(0, -'BasisPoints'.length))} ${value / 100} %`
  return `${wordsOf(name)} ${value}`
}

// "guestFee" → "guest fee"
function wordsOf(name: string): string {
  return name.replaceAll(/([A-Z])/g, ' $1').toLowerCase()
}
