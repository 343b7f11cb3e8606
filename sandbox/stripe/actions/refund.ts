import type Stripe from 'stripe'
import { availableBalance, debitsRefused } from '../balance.ts'
import { cardByNumber } from '../cards.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import { checkPrecision, formatMoney } from '../money.ts'
import type { Metadata } from '../params.ts'
import type { Work } from '../work.ts'
import { closeInquiry } from './dispute.ts'
import { ASK_AGAIN_SECONDS, takeBack } from './refund-outcome.ts'
import { adviseWarnings } from './warning.ts'

/** How long the asynchronous test cards take to change their mind. */
const ASYNC_REFUND_SECONDS = 5
const PLAN_OF_CARD = { pending_then_succeeds: 'succeed', succeeds_then_fails: 'fail' } as const

export interface RefundRequest {
  amount?: number | undefined
  reason?: 'duplicate' | 'fraudulent' | 'requested_by_customer' | undefined
  metadata?: Metadata | undefined
}

export function refundCharge(work: Work, charge: Row<'charge'>, request: RefundRequest): Row<'refund'> {
  const amount = refundableAmount(work, charge.object, request.amount)
  const card = cardByNumber(charge.aside.card ?? '')?.refund
  const plan = isShort(work, charge.object.currency, amount) ? 'wait' : card && PLAN_OF_CARD[card]
  const pending = plan === 'wait' || plan === 'succeed'
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
    ...(pending && { pending_reason: plan === 'wait' ? 'insufficient_funds' : 'processing' }),
    reason: request.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: pending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  }
  if (plan !== 'wait') refund.balance_transaction = takeBack(work, charge.object, refund)
  const previous = { amount_refunded: charge.object.amount_refunded, refunded: charge.object.refunded }
  charge.object.amount_refunded += amount
  charge.object.refunded = charge.object.amount_refunded === charge.object.amount
  work.store.save(charge)
  const row = work.store.insert('refund', refund, {
    account: work.account,
    aside: plan ? { plan } : {},
    dueAt: plan ? work.now + (plan === 'wait' ? ASK_AGAIN_SECONDS : ASYNC_REFUND_SECONDS) : null,
  })
  emit(work, 'refund.created', refund)
  emit(work, 'charge.refunded', charge.object, previous)
  adviseWarnings(work, charge.object.id)
  // https://docs.stripe.com/disputes/how-disputes-work: a full refund resolves an inquiry.
  if (charge.object.refunded) closeInquiry(work, charge.object.id)
  return row
}

/**
 * https://docs.stripe.com/refunds: what the available balance does not cover is debited from the platform's bank, and
 * the balance is negative until then. Only when the bank refuses does the refund wait, and nothing has moved yet.
 */
function isShort(work: Work, currency: string, amount: number): boolean {
  return debitsRefused(work) && availableBalance(work, currency) < amount
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
