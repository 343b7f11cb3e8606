import { expireSession } from './actions/checkout.ts'
import { disputeByCard, closeDispute } from './actions/dispute.ts'
import { cancelIntent } from './actions/pay.ts'
import { finishPayout, makeAvailable } from './actions/payout.ts'
import { finishRefund } from './actions/refund-outcome.ts'
import type { Kind, Row } from './kinds.ts'
import type { Work } from './work.ts'

/** Rows handled in one transaction, so that a jump of months does not hold one for seconds. */
const BATCH = 500
/** Does what came due by now. True when something was done and there may be more. */
export function passTime(work: Work): boolean {
  const rows = work.store.due(work.now, BATCH)
  if (rows.length === 0) return false
  work.store.transaction(() => {
    makeAvailable(
      work,
      rows.filter((row) => isKind(row, 'balance_transaction')),
    )
    for (const { object } of rows) {
      // Read again: what came due before it may have changed it, as a dispute fails the refunds of its charge.
      const row = work.store.findAny(object.id)
      if (row) settleRow({ ...work, account: row.account }, row)
    }
  })
  return true
}

function isKind<K extends Kind>(row: Row<Kind>, kind: K): row is Row<Kind> & Row<K> {
  return row.kind === kind
}

function settleRow(work: Work, row: Row<Kind>): void {
  if (isKind(row, 'balance_transaction')) return
  if (isKind(row, 'session')) return expireSession(work, row)
  if (isKind(row, 'payment_intent')) return cancelIntent(work, row, 'automatic')
  if (isKind(row, 'refund')) return finishRefund(work, row)
  if (isKind(row, 'charge')) return disputeByCard(work, row)
  if (isKind(row, 'dispute')) return closeDispute(work, row, 'lost')
  if (isKind(row, 'payout')) return finishPayout(work, row)
  work.store.save(row, null)
}
