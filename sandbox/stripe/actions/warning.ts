import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import type { Work } from '../work.ts'

/**
 * The issuer reports a payment as fraud: https://docs.stripe.com/api/radar/early_fraud_warnings. It moves no money and
 * no dispute need follow; a refund in time is what prevents one.
 */
export function warnOfFraud(work: Work, charge: Row<'charge'>): Row<'early_fraud_warning'> {
  const { object } = charge
  if (object.status !== 'succeeded' || !object.captured)
    throw invalidRequest(`Charge ${object.id} has not been captured: there is nothing to warn of.`)
  const row = work.store.insert(
    'early_fraud_warning',
    {
      id: newId('issfr'),
      object: 'radar.early_fraud_warning',
      actionable: !object.refunded && !object.disputed,
      charge: object.id,
      created: work.now,
      fraud_type: 'made_with_stolen_card',
      livemode: false,
      ...(typeof object.payment_intent === 'string' && { payment_intent: object.payment_intent }),
    },
    { account: work.account, aside: {} },
  )
  emit(work, 'radar.early_fraud_warning.created', row.object)
  return row
}

/** Once the charge is refunded in full or disputed, nothing can be done about a warning any more. */
export function adviseWarnings(work: Work, chargeId: string): void {
  const charge = work.store.find('charge', chargeId)?.object
  if (!charge || !(charge.refunded || charge.disputed)) return
  const { rows } = work.store.list('early_fraud_warning', work.account, { charge: chargeId }, { limit: 100 })
  for (const row of rows) {
    if (!row.object.actionable) continue
    row.object.actionable = false
    work.store.save(row)
    emit(work, 'radar.early_fraud_warning.updated', row.object, { actionable: true })
  }
}
