import type Stripe from 'stripe'
import { move } from '../balance.ts'
import { emit } from '../events.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import { checkPrecision } from '../money.ts'
import type { Work } from '../work.ts'

/** The platform adds money of its own, available at once: https://docs.stripe.com/connect/top-ups. */
export function topUp(work: Work, amount: number, currency: string): Row<'topup'> {
  checkPrecision(amount, currency, 'amount')
  const topup: Stripe.Topup = {
    id: newId('tu'),
    object: 'topup',
    amount,
    balance_transaction: null,
    created: work.now,
    currency,
    description: 'Added by hand',
    expected_availability_date: work.now,
    failure_code: null,
    failure_message: null,
    initiated_by: 'user',
    livemode: false,
    metadata: {},
    source: null,
    statement_descriptor: null,
    status: 'pending',
    transfer_group: null,
  }
  emit(work, 'topup.created', topup)
  topup.status = 'succeeded'
  topup.balance_transaction = move(work, {
    amount,
    currency,
    type: 'topup',
    reportingCategory: 'topup',
    description: topup.description,
    source: topup.id,
    availableOn: work.now,
  }).object.id
  const row = work.store.insert('topup', topup, { account: work.account, aside: {} })
  emit(work, 'topup.succeeded', topup)
  return row
}
