import type { MoneyJson } from '#src/kernel/money.ts'
import { sayMoney } from './format.ts'

/** An amount with its currency. */
export function Money({ amount, locale }: { amount: MoneyJson; locale?: string }) {
  return <span className="tabular whitespace-nowrap">{sayMoney(amount, locale)}</span>
}
