import type Stripe from 'stripe'
import { availableBalance, move } from '../balance.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import { checkPrecision, formatMoney } from '../money.ts'
import { buildDestinationPayment } from '../objects/charge.ts'
import { buildDestinationRefund, buildReversal } from '../objects/transfer-reversal.ts'
import type { Metadata } from '../params.ts'
import { need, needAccount, type Work } from '../work.ts'

export interface TransferRequest {
  destination: string
  amount?: number | undefined
  currency?: string | undefined
  description?: string | undefined
  metadata?: Metadata | undefined
  sourceTransaction?: string | undefined
  transferGroup?: string | undefined
}

export function createTransfer(work: Work, request: TransferRequest): Row<'transfer'> {
  const destination = needAccount(work, request.destination, 'destination')
  if (destination.object.capabilities?.transfers !== 'active') {
    throw invalidRequest(
      'Your destination account needs to have at least one of the following capabilities enabled: transfers, ' +
        'crypto_transfers, legacy_payments',
      { code: 'insufficient_capabilities_for_transfer', param: 'destination' },
    )
  }
  const source = request.sourceTransaction
    ? need(work, 'charge', request.sourceTransaction, 'source_transaction')
    : undefined
  const { amount, currency } = amountOf(request, source)
  const availableOn = source
    ? reserveSource(work, source, amount, currency)
    : reserveBalance(work, amount, currency)
  const transferGroup = groupOf(work, request.transferGroup, source)
  const id = newId('tr')
  const payment = buildDestinationPayment({ now: work.now, amount, currency, transfer: id, transferGroup })
  const transaction = move(work, {
    amount: -amount,
    currency,
    type: 'transfer',
    reportingCategory: 'transfer',
    description: request.description ?? null,
    source: id,
    availableOn,
  })
  const connected: Work = { ...work, account: destination.object.id }
  payment.balance_transaction = move(connected, {
    amount,
    currency,
    type: 'payment',
    reportingCategory: 'charge',
    description: request.description ?? null,
    source: payment.id,
    availableOn,
  }).object.id
  connected.store.insert('charge', payment, { account: connected.account, aside: {} })
  const transfer: Stripe.Transfer = {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: transaction.object.id,
    created: work.now,
    currency,
    description: request.description ?? null,
    destination: destination.object.id,
    destination_payment: payment.id,
    livemode: false,
    metadata: request.metadata ?? {},
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: source?.object.id ?? null,
    source_type: 'card',
    transfer_group: transferGroup,
  }
  const row = work.store.insert('transfer', transfer, { account: work.account, aside: {} })
  emit(work, 'transfer.created', transfer)
  return row
}

function amountOf(
  request: TransferRequest,
  source: Row<'charge'> | undefined,
): { amount: number; currency: string } {
  const currency = request.currency ?? source?.object.currency
  const amount = request.amount ?? source?.object.amount_captured
  if (currency === undefined) {
    throw invalidRequest('Missing required param: currency.', {
      code: 'parameter_missing',
      param: 'currency',
    })
  }
  if (amount === undefined) {
    throw invalidRequest('Missing required param: amount.', { code: 'parameter_missing', param: 'amount' })
  }
  checkPrecision(amount, currency, 'amount')
  return { amount, currency }
}

/**
 * A transfer tied to a charge succeeds whatever the balance is, and its money arrives when the charge's does; in
 * exchange, all transfers of one charge together never exceed it.
 */
function reserveSource(work: Work, source: Row<'charge'>, amount: number, currency: string): number {
  const charge = source.object
  if (charge.status !== 'succeeded' || !charge.captured) {
    throw invalidRequest(`The source_transaction ${charge.id} must be a successful, captured charge.`, {
      param: 'source_transaction',
    })
  }
  if (charge.currency !== currency) {
    throw invalidRequest(
      `The currency of source_transaction's balance transaction (${charge.currency}) must be the same as the ` +
        `transfer currency (${currency})`,
      { param: 'currency' },
    )
  }
  const already = source.aside.transferred ?? 0
  if (already + amount > charge.amount_captured) {
    throw invalidRequest(
      'Transfers using this transaction as a source must not exceed the source amount of ' +
        `${formatMoney(charge.amount_captured, currency)}. ` +
        `(There is already a transfer using this source, amounting to a total of ${formatMoney(already, currency)}.)`,
      { param: 'amount' },
    )
  }
  source.aside.transferred = already + amount
  work.store.save(source)
  const settled = need(work, 'balance_transaction', String(charge.balance_transaction)).object
  return Math.max(settled.available_on, work.now)
}

function reserveBalance(work: Work, amount: number, currency: string): number {
  if (availableBalance(work, currency) >= amount) return work.now
  throw invalidRequest(
    'You have insufficient available funds in your Stripe account. Try adding funds directly to your available ' +
      'balance by creating Charges using the 4000000000000077 test card. ' +
      'See: https://stripe.com/docs/testing#available-balance',
    { code: 'balance_insufficient' },
  )
}

function groupOf(work: Work, given: string | undefined, source: Row<'charge'> | undefined): string | null {
  if (!source) return given ?? null
  const { transfer_group: existing } = source.object
  if (existing !== null && given !== undefined && existing !== given) {
    throw invalidRequest(
      `The transfer_group '${given}' differs from the transfer_group of the source_transaction, '${existing}'.`,
      { param: 'transfer_group' },
    )
  }
  if (existing !== null) return existing
  source.object.transfer_group = given ?? `group_${source.object.id}`
  work.store.save(source)
  return source.object.transfer_group
}

export interface ReversalRequest {
  amount?: number | undefined
  description?: string | undefined
  metadata?: Metadata | undefined
}

export function reverseTransfer(
  work: Work,
  transfer: Row<'transfer'>,
  request: ReversalRequest,
): Row<'transfer_reversal'> {
  const { object } = transfer
  const remaining = object.amount - object.amount_reversed
  if (remaining === 0)
    throw invalidRequest(`Transfer ${object.id} is already fully reversed.`, { param: 'id' })
  const amount = request.amount ?? remaining
  checkPrecision(amount, object.currency, 'amount')
  if (amount > remaining) {
    throw invalidRequest(
      `Transfer reversal amount (${formatMoney(amount, object.currency)}) is greater than unreversed amount on ` +
        `transfer (${formatMoney(remaining, object.currency)})`,
      { param: 'amount' },
    )
  }
  const connected: Work = { ...work, account: needAccount(work, String(object.destination)).object.id }
  const payment = need(connected, 'charge', String(object.destination_payment))
  const settled = need(connected, 'balance_transaction', String(payment.object.balance_transaction)).object
  const availableOn = Math.max(settled.available_on, work.now)
  if (availableOn === work.now && availableBalance(connected, object.currency) < amount) {
    throw invalidRequest("The connected account's available balance is too low to reverse this transfer.", {
      code: 'balance_insufficient',
    })
  }
  const reversal = buildReversal(work.now, object, amount, request)
  const refund = buildDestinationRefund(work.now, payment.object, amount)
  reversal.destination_payment_refund = refund.id
  reversal.balance_transaction = move(work, {
    amount,
    currency: object.currency,
    type: 'transfer_refund',
    reportingCategory: 'transfer_reversal',
    description: `REFUND FOR TRANSFER${request.description ? ` (${request.description})` : ''}`,
    source: reversal.id,
    availableOn,
  }).object.id
  refund.balance_transaction = move(connected, {
    amount: -amount,
    currency: object.currency,
    type: 'payment_refund',
    reportingCategory: 'refund',
    description: 'REFUND FOR PAYMENT',
    source: refund.id,
    availableOn,
  }).object.id
  work.store.insert('refund', refund, { account: connected.account, aside: {} })
  payment.object.amount_refunded += amount
  payment.object.refunded = payment.object.amount_refunded === payment.object.amount
  work.store.save(payment)
  const row = work.store.insert('transfer_reversal', reversal, { account: work.account, aside: {} })
  object.amount_reversed += amount
  object.reversed = object.amount_reversed === object.amount
  // Stripe embeds the ten newest; the rest are in the list endpoint.
  object.reversals.has_more ||= object.reversals.data.length === 10
  object.reversals.data = [structuredClone(reversal), ...object.reversals.data].slice(0, 10)
  work.store.save(transfer)
  if (typeof object.source_transaction === 'string') giveBackSource(work, object.source_transaction, amount)
  emit(work, 'transfer.reversed', object)
  return row
}

function giveBackSource(work: Work, chargeId: string, amount: number): void {
  const charge = need(work, 'charge', chargeId)
  charge.aside.transferred = (charge.aside.transferred ?? 0) - amount
  work.store.save(charge)
}
