import type Stripe from 'stripe'
import { move } from '../balance.ts'
import { cardByNumber } from '../cards.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import type { Row } from '../kinds.ts'
import { disputeFee } from '../money.ts'
import { buildDispute, EVIDENCE_SECONDS } from '../objects/dispute.ts'
import type { Work } from '../work.ts'

export function createDispute(
  work: Work,
  charge: Row<'charge'>,
  reason: string,
  inquiry: boolean,
): Row<'dispute'> {
  if (charge.object.status !== 'succeeded' || !charge.object.captured) {
    throw invalidRequest(`Charge ${charge.object.id} has not been captured and cannot be disputed.`)
  }
  if (charge.object.disputed) throw invalidRequest(`Charge ${charge.object.id} is disputed already.`)
  const dispute = buildDispute({ now: work.now, charge: charge.object, reason, inquiry })
  charge.object.disputed = true
  delete charge.aside.due
  work.store.save(charge, null)
  const row = work.store.insert('dispute', dispute, {
    account: work.account,
    aside: { withdrawn: false },
    dueAt: work.now + EVIDENCE_SECONDS,
  })
  if (!inquiry) withdraw(work, row)
  emit(work, 'charge.dispute.created', row.object)
  if (!inquiry) emit(work, 'charge.dispute.funds_withdrawn', row.object)
  return row
}

/** The card that paid decides that its charge is disputed, some moments later. */
export function disputeByCard(work: Work, charge: Row<'charge'>): void {
  const planned = cardByNumber(charge.aside.card ?? '')?.dispute
  delete charge.aside.due
  if (planned && !charge.object.disputed) createDispute(work, charge, planned.reason, planned.inquiry)
  else work.store.save(charge, null)
}

function withdraw(work: Work, row: Row<'dispute'>): void {
  const { object } = row
  const transaction = move(work, {
    amount: -object.amount,
    currency: object.currency,
    type: 'adjustment',
    reportingCategory: 'dispute',
    description: `Chargeback withdrawal for ${String(object.charge)}`,
    source: object.id,
    availableOn: work.now,
    fee: disputeFee(object.currency),
    feeDescription: 'Dispute fee',
  })
  object.balance_transactions.push(transaction.object)
  row.aside.withdrawn = true
  work.store.save(row)
}

/** A won dispute gives the amount back; the fee for receiving it stays with Stripe. */
function reinstate(work: Work, row: Row<'dispute'>): void {
  const { object } = row
  const transaction = move(work, {
    amount: object.amount,
    currency: object.currency,
    type: 'adjustment',
    reportingCategory: 'dispute_reversal',
    description: `Chargeback reversal for ${String(object.charge)}`,
    source: object.id,
    availableOn: work.now,
  })
  object.balance_transactions.push(transaction.object)
  row.aside.withdrawn = false
}

export type Verdict = 'lost' | 'won'
const OPEN = new Set<string>([
  'needs_response',
  'under_review',
  'warning_needs_response',
  'warning_under_review',
])

export function closeDispute(work: Work, row: Row<'dispute'>, verdict: Verdict): void {
  const { object } = row
  if (!OPEN.has(object.status))
    throw invalidRequest(`This dispute is already closed: its status is ${object.status}.`)
  object.status = object.status.startsWith('warning_') ? 'warning_closed' : verdict
  object.evidence_details.past_due = (object.evidence_details.due_by ?? Infinity) <= work.now
  const reinstated = verdict === 'won' && row.aside.withdrawn
  if (reinstated) reinstate(work, row)
  work.store.save(row, null)
  if (reinstated) emit(work, 'charge.dispute.funds_reinstated', object)
  emit(work, 'charge.dispute.closed', object)
}

export type EvidenceUpdate = { [K in keyof Stripe.Dispute.Evidence]?: string }

export function updateEvidence(
  work: Work,
  row: Row<'dispute'>,
  given: EvidenceUpdate,
  submit: boolean,
): void {
  const { object } = row
  if (!OPEN.has(object.status)) throw invalidRequest('This dispute is already closed')
  if (submit && object.evidence_details.submission_count > 0 && Object.keys(given).length === 0) {
    throw invalidRequest('Evidence has been submitted for this dispute already.')
  }
  Object.assign(object.evidence, given)
  object.evidence_details.has_evidence ||= Object.keys(given).length > 0
  if (!submit) {
    work.store.save(row)
    emit(work, 'charge.dispute.updated', object)
    return
  }
  object.evidence_details.submission_count += 1
  object.evidence_details.submission_method = 'manual'
  object.status = object.status.startsWith('warning_') ? 'warning_under_review' : 'under_review'
  work.store.save(row, null)
  emit(work, 'charge.dispute.updated', object)
  // https://docs.stripe.com/testing#evidence: these words decide at once; anything else waits for the operator.
  const words = Object.values(object.evidence)
  if (words.includes('winning_evidence')) closeDispute(work, row, 'won')
  else if (words.includes('losing_evidence')) closeDispute(work, row, 'lost')
}
