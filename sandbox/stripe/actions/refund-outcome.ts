import type Stripe from 'stripe'
import { availableBalance, debitsRefused, move } from '../balance.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import type { Row } from '../kinds.ts'
import { need, type Work } from '../work.ts'

/** A refund that waits for money looks at the balance this often. */
export const ASK_AGAIN_SECONDS = 1

/** https://docs.stripe.com/api/refunds/object: `failure_reason`. */
const FAILURES = [
  'charge_for_pending_refund_disputed',
  'declined',
  'expired_or_canceled_card',
  'insufficient_funds',
  'lost_or_stolen_card',
  'merchant_request',
  'unknown',
] as const

/** Stripe keeps its fee: the whole refund leaves the balance, from the pending part while the charge is pending. */
export function takeBack(work: Work, charge: Stripe.Charge, refund: Stripe.Refund): string {
  const original = need(work, 'balance_transaction', String(charge.balance_transaction)).object
  return move(work, {
    amount: -refund.amount,
    currency: refund.currency,
    type: 'refund',
    reportingCategory: 'refund',
    description: `REFUND FOR CHARGE${charge.description ? ` (${charge.description})` : ''}`,
    source: refund.id,
    availableOn: Math.max(original.available_on, work.now),
  }).object.id
}

/** The bank's later answer to a refund with an asynchronous test card. */
export function finishRefund(work: Work, refund: Row<'refund'>): void {
  const { plan } = refund.aside
  if (plan === 'wait') return sendWhenCovered(work, refund)
  refund.aside = {}
  if (plan === 'fail') return failRefund(work, refund, 'lost_or_stolen_card', 'failed')
  if (plan !== 'succeed' || refund.object.status !== 'pending') return work.store.save(refund, null)
  succeed(work, refund)
}

/** Refunds that wait for money go out in the order they were asked for, each when the balance covers all of it. */
function sendWhenCovered(work: Work, refund: Row<'refund'>): void {
  const { object } = refund
  if (debitsRefused(work) && availableBalance(work, object.currency) < object.amount) {
    return work.store.save(refund, work.now + ASK_AGAIN_SECONDS)
  }
  object.balance_transaction = takeBack(work, need(work, 'charge', String(object.charge)).object, object)
  succeed(work, refund)
}

function succeed(work: Work, refund: Row<'refund'>): void {
  refund.aside = {}
  refund.object.status = 'succeeded'
  delete refund.object.pending_reason
  work.store.save(refund, null)
  emit(work, 'refund.updated', refund.object, { status: 'pending' })
  emit(work, 'charge.refund.updated', refund.object, { status: 'pending' })
}

export function cancelRefund(work: Work, refund: Row<'refund'>): void {
  if (refund.object.status !== 'requires_action' && refund.object.status !== 'pending') {
    throw invalidRequest(`You cannot cancel a refund in state ${refund.object.status}.`, {})
  }
  failRefund(work, refund, 'merchant_request', 'canceled')
}

/** An operator's action: the bank's answer comes now. */
export function settleRefund(work: Work, refund: Row<'refund'>, failure: string | null): void {
  const { object } = refund
  if (failure === null) {
    if (object.status !== 'pending')
      throw invalidRequest(`This refund is not pending: it is ${object.status}.`)
    if (refund.aside.plan !== 'wait') return succeed(work, refund)
    throw invalidRequest('This refund waits for money in the balance of the platform. Top it up instead.')
  }
  if (object.status !== 'pending' && object.status !== 'succeeded') {
    throw invalidRequest(`This refund is over already: it is ${object.status}.`)
  }
  if (!(FAILURES as readonly string[]).includes(failure)) {
    throw invalidRequest(`A refund fails for one of these reasons: ${FAILURES.join(', ')}.`)
  }
  failRefund(work, refund, failure, 'failed')
}

/** A refund that never left fails when its charge is disputed: the bank has the money already. */
export function failWaitingRefunds(work: Work, charge: string): void {
  const { rows } = work.store.list('refund', work.account, { charge, status: 'pending' }, { limit: 100 })
  for (const row of rows) {
    if (row.aside.plan === 'wait') failRefund(work, row, 'charge_for_pending_refund_disputed', 'failed')
  }
}

/** Money that left comes back to the platform, and the charge is refundable again. */
function failRefund(work: Work, refund: Row<'refund'>, reason: string, status: 'canceled' | 'failed'): void {
  const charge = need(work, 'charge', String(refund.object.charge))
  const previous = { status: refund.object.status }
  refund.object.status = status
  refund.object.failure_reason = reason
  if (refund.object.balance_transaction !== null) {
    refund.object.failure_balance_transaction = giveBack(work, charge.object, refund.object)
  }
  delete refund.object.pending_reason
  refund.aside = {}
  work.store.save(refund, null)
  charge.object.amount_refunded -= refund.object.amount
  charge.object.refunded = false
  work.store.save(charge)
  emit(work, 'refund.updated', refund.object, previous)
  emit(work, 'charge.refund.updated', refund.object, previous)
  if (status === 'failed') emit(work, 'refund.failed', refund.object, previous)
}

function giveBack(work: Work, charge: Stripe.Charge, refund: Stripe.Refund): string {
  return move(work, {
    amount: refund.amount,
    currency: refund.currency,
    type: 'refund_failure',
    reportingCategory: 'refund_failure',
    description: `REFUND FAILURE FOR CHARGE${charge.description ? ` (${charge.description})` : ''}`,
    source: refund.id,
    availableOn: work.now,
  }).object.id
}
