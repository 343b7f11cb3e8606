import type Stripe from 'stripe'
import { newId } from './ids.ts'
import type { Row } from './kinds.ts'
import type { Work } from './work.ts'

export interface Movement {
  amount: number
  currency: string
  type: Stripe.BalanceTransaction['type']
  reportingCategory: string
  description: string | null
  source: string
  /** When the funds can be used; now or earlier means at once. */
  availableOn: number
  fee?: number
  feeDescription?: string
  payout?: string
}

/** The only way money moves: one balance transaction and the account's running balance, in one transaction. */
export function move(work: Work, movement: Movement): Row<'balance_transaction'> {
  const fee = movement.fee ?? 0
  const pending = movement.availableOn > work.now
  const transaction: Stripe.BalanceTransaction = {
    id: newId('txn'),
    object: 'balance_transaction',
    amount: movement.amount,
    available_on: movement.availableOn,
    balance_type: 'payments',
    created: work.now,
    currency: movement.currency,
    description: movement.description,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [
            {
              amount: fee,
              application: null,
              currency: movement.currency,
              description: movement.feeDescription ?? 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: movement.amount - fee,
    reporting_category: movement.reportingCategory,
    source: movement.source,
    status: pending ? 'pending' : 'available',
    type: movement.type,
  }
  addToBalance(work, movement.currency, pending ? 0 : transaction.net, pending ? transaction.net : 0)
  return work.store.insert('balance_transaction', transaction, {
    account: work.account,
    aside: {},
    dueAt: pending ? movement.availableOn : null,
    ...(movement.payout && { payout: movement.payout }),
  })
}

export function addToBalance(work: Work, currency: string, available: number, pending: number): void {
  work.store
    .prepare(
      `INSERT INTO balances (account, currency, available, pending) VALUES (?, ?, ?, ?)
       ON CONFLICT (account, currency)
       DO UPDATE SET available = available + excluded.available, pending = pending + excluded.pending`,
    )
    .run(work.account, currency, available, pending)
}

/** Whether the platform's bank lets Stripe take what the balance is short of; it does unless an operator said no. */
export function debitsRefused(work: Work): boolean {
  if (work.account !== work.platform) return false
  return work.store.prepare("SELECT 1 FROM facts WHERE name = 'debits_refused'").get() !== undefined
}

export function refuseDebits(work: Work, refused: boolean): void {
  work.store
    .prepare(
      refused
        ? "INSERT OR IGNORE INTO facts (name, value) VALUES ('debits_refused', '1')"
        : "DELETE FROM facts WHERE name = 'debits_refused'",
    )
    .run()
}

export interface BalanceRow {
  currency: string
  available: number
  pending: number
}

export function balancesOf(work: Work): BalanceRow[] {
  return work.store
    .prepare('SELECT currency, available, pending FROM balances WHERE account = ? ORDER BY currency')
    .all(work.account) as unknown as BalanceRow[]
}

export function availableBalance(work: Work, currency: string): number {
  return balancesOf(work).find((row) => row.currency === currency)?.available ?? 0
}
