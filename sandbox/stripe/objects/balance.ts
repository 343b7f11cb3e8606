import type Stripe from 'stripe'
import { balancesOf } from '../balance.ts'
import type { Work } from '../work.ts'

export function balanceObject(work: Work): Stripe.Balance {
  const rows = balancesOf(work)
  // Stripe always names a currency, with zero when nothing has moved yet.
  const shown = rows.length > 0 ? rows : [{ currency: 'usd', available: 0, pending: 0 }]
  const amounts = (which: 'available' | 'pending') =>
    shown.map((row) => ({ amount: row[which], currency: row.currency, source_types: { card: row[which] } }))
  return {
    object: 'balance',
    available: amounts('available'),
    livemode: false,
    pending: amounts('pending'),
    refund_and_dispute_prefunding: {
      available: shown.map(({ currency }) => ({ amount: 0, currency })),
      pending: shown.map(({ currency }) => ({ amount: 0, currency })),
    },
  }
}
