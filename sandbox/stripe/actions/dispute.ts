import type Stripe from 'stripe'
import { move } from '../balance.ts'
import { cardByNumber } from '../cards.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import type { Row } from '../kinds.ts'
import { disputeFee, formatMoney } from '../money.ts'
import { buildDispute, EVIDENCE_SECONDS, INQUIRY_SECONDS } from '../objects/dispute.ts'
import type { Work } from '../work.ts'
import { failWaitingRefunds } from './refund-outcome.ts'
import { adviseWarnings } from './warning.ts'

/** https://docs.stripe.com/disputes/categories, those of cards. */
const REASONS = [
  'credit_not_processed',
  'duplicate',
  'fraudulent',
  'general',
  'product_not_received',
  'product_unacceptable',
  'subscription_canceled',
  'unrecognized',
]

export interface DisputeRequest {
  reason: string
  /** The bank only asks: no money moves unless it is escalated. */
  inquiry: boolean
  /** All that was captured, if it is not given. */
  amount?: number | undefined
}

export function createDispute(
  work: Work,
  charge: Row<'charge'>,
  { reason, inquiry, amount = charge.object.amount_captured }: DisputeRequest,
): Row<'dispute'> {
  if (charge.object.status !== 'succeeded' || !charge.object.captured) {
    throw invalidRequest(`Charge ${charge.object.id} has not been captured and cannot be disputed.`)
  }
  if (charge.object.disputed) throw invalidRequest(`Charge ${charge.object.id} is disputed already.`)
  if (amount > charge.object.amount_captured) {
    const captured = formatMoney(charge.object.amount_captured, charge.object.currency)
    throw invalidRequest(`A cardholder cannot dispute more than the ${captured} that were taken.`)
  }
  if (!REASONS.includes(reason)) {
    throw invalidRequest(`A dispute has one of these reasons: ${REASONS.join(', ')}.`)
  }
  const dispute = buildDispute({ now: work.now, charge: charge.object, amount, reason, inquiry })
  charge.object.disputed = true
  delete charge.aside.due
  work.store.save(charge, null)
  const row = work.store.insert('dispute', dispute, {
    account: work.account,
    aside: { withdrawn: false },
    dueAt: work.now + (inquiry ? INQUIRY_SECONDS : EVIDENCE_SECONDS),
  })
  if (!inquiry) failWaitingRefunds(work, charge.object.id)
  if (!inquiry) withdraw(work, row)
  emit(work, 'charge.dispute.created', row.object)
  if (!inquiry) emit(work, 'charge.dispute.funds_withdrawn', row.object)
  adviseWarnings(work, charge.object.id)
  return row
}

/** https://docs.stripe.com/disputes/how-disputes-work: the bank was not convinced, and the same dispute takes the money. */
export function escalateInquiry(work: Work, row: Row<'dispute'>): void {
  const { object } = row
  if (!object.status.startsWith('warning_') || object.status === 'warning_closed')
    throw invalidRequest(`Only an open inquiry can be escalated: this dispute is ${object.status}.`)
  const previous = { status: object.status }
  object.status = 'needs_response'
  object.is_charge_refundable = false
  object.evidence_details.due_by = work.now + EVIDENCE_SECONDS
  // The chargeback is answered anew; what was said to the inquiry is not sent again.
  object.evidence_details.submission_count = 0
  object.evidence_details.submission_method = 'not_submitted'
  if (object.payment_method_details?.card) object.payment_method_details.card.case_type = 'chargeback'
  failWaitingRefunds(work, String(object.charge))
  withdraw(work, row)
  work.store.save(row, work.now + EVIDENCE_SECONDS)
  emit(work, 'charge.dispute.funds_withdrawn', object)
  emit(work, 'charge.dispute.updated', object, previous)
}

/** A charge that is refunded in full leaves its inquiry nothing to ask. */
export function closeInquiry(work: Work, charge: string): void {
  const { rows } = work.store.list('dispute', work.account, { charge }, { limit: 1 })
  for (const row of rows) {
    if (row.object.status.startsWith('warning_') && OPEN.has(row.object.status))
      closeDispute(work, row, 'won')
  }
}

/** The card that paid decides that its charge is disputed, some moments later. */
export function disputeByCard(work: Work, charge: Row<'charge'>): void {
  const planned = cardByNumber(charge.aside.card ?? '')?.dispute
  delete charge.aside.due
  if (planned && !charge.object.disputed) createDispute(work, charge, planned)
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
  const inquiry = object.status.startsWith('warning_')
  object.status = inquiry ? 'warning_under_review' : 'under_review'
  work.store.save(row, inquiry ? undefined : null)
  emit(work, 'charge.dispute.updated', object)
  // https://docs.stripe.com/testing#evidence: these words decide at once; anything else waits for the operator.
  const words = Object.values(object.evidence)
  if (words.includes('winning_evidence')) closeDispute(work, row, 'won')
  else if (words.includes('losing_evidence')) closeDispute(work, row, 'lost')
}
