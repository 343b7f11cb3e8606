import type Stripe from 'stripe'
import { move } from '../balance.ts'
import { cardByNumber } from '../cards.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import { checkPrecision, formatMoney } from '../money.ts'
import type { Metadata } from '../params.ts'
import { need, type Work } from '../work.ts'

/** How long the asynchronous test cards take to change their mind. */
const ASYNC_REFUND_SECONDS = 5

export interface RefundRequest {
  amount?: number | undefined
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer' | undefined
  metadata?: Metadata | undefined
}

export function refundCharge(work: Work, charge: Row<'charge'>, request: RefundRequest): Row<'refund'> {
  const amount = refundableAmount(work, charge.object, request.amount)
  const plan = cardByNumber(charge.aside.card ?? '')?.refund
  const pending = plan === 'pending_then_succeeds'
  const refund: Stripe.Refund = {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.object.id,
    created: work.now,
    currency: charge.object.currency,
    customer: charge.object.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: {
        reference: '',
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
    },
    metadata: request.metadata ?? {},
    payment_intent: charge.object.payment_intent,
    payment_method: charge.object.payment_method,
    ...(pending && { pending_reason: 'processing' }),
    reason: request.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: pending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  }
  refund.balance_transaction = takeBack(work, charge.object, refund)
  const previous = { amount_refunded: charge.object.amount_refunded, refunded: charge.object.refunded }
  charge.object.amount_refunded += amount
  charge.object.refunded = charge.object.amount_refunded === charge.object.amount
  work.store.save(charge)
  const row = work.store.insert('refund', refund, {
    account: work.account,
    aside: plan ? { plan: pending ? 'succeed' : 'fail' } : {},
    dueAt: plan ? work.now + ASYNC_REFUND_SECONDS : null,
  })
  emit(work, 'refund.created', refund)
  emit(work, 'charge.refunded', charge.object, previous)
  return row
}

function refundableAmount(work: Work, charge: Stripe.Charge, requested: number | undefined): number {
  if (!charge.captured || charge.status !== 'succeeded') {
    throw invalidRequest(`Charge ${charge.id} has not been captured and has nothing to refund.`, {
      param: 'charge',
    })
  }
  if (charge.disputed && chargedBack(work, charge.id)) {
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    })
  }
  const remaining = charge.amount - charge.amount_refunded
  if (remaining === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    })
  }
  const amount = requested ?? remaining
  checkPrecision(amount, charge.currency, 'amount')
  if (amount <= remaining) return amount
  const said = (minor: number) => formatMoney(minor, charge.currency)
  throw invalidRequest(
    charge.amount_refunded > 0
      ? `Refund amount (${said(amount)}) is greater than unrefunded amount on charge (${said(remaining)})`
      : `Refund amount (${said(amount)}) is greater than charge amount (${said(charge.amount)})`,
    { param: 'amount' },
  )
}

/** A dispute that is open or lost has taken the money already; a won one or an inquiry has not. */
function chargedBack(work: Work, charge: string): boolean {
  const { rows } = work.store.list('dispute', work.account, { charge }, { limit: 100 })
  return rows.some(({ object }) => object.status !== 'won' && !object.status.startsWith('warning_'))
}

/** Stripe keeps its fee: the whole refund leaves the balance, from the pending part while the charge is pending. */
function takeBack(work: Work, charge: Stripe.Charge, refund: Stripe.Refund): string {
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
  refund.aside = {}
  if (plan === 'fail') return failRefund(work, refund, 'lost_or_stolen_card', 'failed')
  if (plan !== 'succeed' || refund.object.status !== 'pending') return work.store.save(refund, null)
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

/** The money comes back to the platform and the charge is refundable again. */
function failRefund(work: Work, refund: Row<'refund'>, reason: string, status: 'canceled' | 'failed'): void {
  const charge = need(work, 'charge', String(refund.object.charge))
  const previous = { status: refund.object.status }
  const returned = move(work, {
    amount: refund.object.amount,
    currency: refund.object.currency,
    type: 'refund_failure',
    reportingCategory: 'refund_failure',
    description: `REFUND FAILURE FOR CHARGE${charge.object.description ? ` (${charge.object.description})` : ''}`,
    source: refund.object.id,
    availableOn: work.now,
  })
  refund.object.status = status
  refund.object.failure_reason = reason
  refund.object.failure_balance_transaction = returned.object.id
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
