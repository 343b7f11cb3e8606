import type { Currency } from '#src/kernel/money.ts'

/** On which side of an account its balance normally stands. */
export type Side = 'debit' | 'credit'

interface ChartEntry {
  readonly side: Side
  /** Whether each provider has one. */
  readonly perProvider: boolean
  readonly holds: string
}

/** The chart of accounts. A code is never renamed: rows keep it for ever. */
export const CHART = {
  stripe_balance: {
    side: 'debit',
    perProvider: false,
    holds: 'Our money at Stripe, available or on its way there',
  },
  bank: { side: 'debit', perProvider: false, holds: 'Paid out of Stripe to our bank, less what was paid in' },
  escrow: {
    side: 'credit',
    perProvider: false,
    holds: "Customers' money whose service is not given or whose escrow is not over",
  },
  provider_payable: {
    side: 'credit',
    perProvider: true,
    holds: 'Earned by the provider and not yet passed on; below zero, what the provider owes us',
  },
  disputed_funds: {
    side: 'debit',
    perProvider: false,
    holds: 'Taken by a bank while it decides a dispute',
  },
  commission_revenue: { side: 'credit', perProvider: false, holds: "The platform's part of the prices" },
  surcharge_revenue: { side: 'credit', perProvider: false, holds: 'What guests paid on top' },
  processing_fees: { side: 'debit', perProvider: false, holds: "Stripe's fees, the platform's cost" },
  dispute_fees: {
    side: 'debit',
    perProvider: false,
    holds: "Stripe's fees for disputes, the platform's cost",
  },
  losses: {
    side: 'debit',
    perProvider: false,
    holds: 'What the platform lost: more was taken than was left',
  },
  outside_payments: {
    side: 'credit',
    perProvider: false,
    holds: 'Given back to customers in another way than through Stripe',
  },
} as const satisfies Record<string, ChartEntry>

export type AccountCode = keyof typeof CHART

type PerProviderCode = {
  [Code in AccountCode]: (typeof CHART)[Code]['perProvider'] extends true ? Code : never
}[AccountCode]

/** One account: its code, and its provider where each has one of their own. */
export type Account =
  | { readonly code: Exclude<AccountCode, PerProviderCode> }
  | { readonly code: PerProviderCode; readonly ownerId: string }

export function ownerOf(account: Account): string | null {
  return 'ownerId' in account ? account.ownerId : null
}

/** What makes an account the same account; its id follows from it. */
export function accountName(account: Account, currency: Currency): string {
  return `${account.code}:${ownerOf(account) ?? ''}:${currency}`
}
