import { cancelRefund } from '../actions/refund-outcome.ts'
import { refundCharge } from '../actions/refund.ts'
import { emit } from '../events.ts'
import { invalidRequest } from '../errors.ts'
import type { Row } from '../kinds.ts'
import { listObjects } from '../lists.ts'
import {
  choice,
  expand,
  ignored,
  integer,
  listShape,
  mergeMetadata,
  metadata,
  notSimulated,
  range,
  required,
  text,
} from '../params.ts'
import { route } from '../router.ts'
import { need, type Work } from '../work.ts'

const retrieveCharge = route(
  'GET',
  '/v1/charges/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'charge', id).object,
)

const listCharges = route(
  'GET',
  '/v1/charges',
  { ...listShape, created: range, customer: text(), payment_intent: text(), transfer_group: text() },
  (work, params) =>
    listObjects(work, 'charge', '/v1/charges', params, {
      created: params.created,
      customer: params.customer,
      payment_intent: params.payment_intent,
      transfer_group: params.transfer_group,
    }),
)

const updateCharge = route(
  'POST',
  '/v1/charges/:id',
  {
    customer: ignored(),
    description: text(1000),
    expand,
    fraud_details: ignored(),
    metadata,
    receipt_email: text(800),
    shipping: ignored(),
    transfer_group: text(),
  },
  (work, params, [id = '']) => {
    const row = need(work, 'charge', id)
    if (params.description !== undefined) row.object.description = params.description
    if (params.receipt_email !== undefined) row.object.receipt_email = params.receipt_email
    if (params.transfer_group !== undefined) row.object.transfer_group = params.transfer_group
    row.object.metadata = mergeMetadata(row.object.metadata, params.metadata)
    work.store.save(row)
    emit(work, 'charge.updated', row.object)
    return row.object
  },
)

function chargeToRefund(work: Work, charge: string | undefined, intent: string | undefined): Row<'charge'> {
  if (charge !== undefined) return need(work, 'charge', charge, 'charge')
  if (intent === undefined) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
    )
  }
  const { object } = need(work, 'payment_intent', intent, 'payment_intent')
  if (object.status !== 'succeeded' || typeof object.latest_charge !== 'string') {
    throw invalidRequest(`This PaymentIntent (${intent}) does not have a successful charge to refund.`, {
      param: 'payment_intent',
    })
  }
  return need(work, 'charge', object.latest_charge)
}

const createRefund = route(
  'POST',
  '/v1/refunds',
  {
    amount: integer({ min: 1 }),
    charge: text(),
    currency: notSimulated(),
    customer: notSimulated(),
    expand,
    instructions_email: ignored(),
    metadata,
    origin: notSimulated(),
    payment_intent: text(),
    reason: choice('duplicate', 'fraudulent', 'requested_by_customer'),
    refund_application_fee: ignored(),
    // Only destination charges have a transfer of their own to reverse; here transfers are reversed by themselves.
    reverse_transfer: notSimulated(),
  },
  (work, params) =>
    refundCharge(work, chargeToRefund(work, params.charge, params.payment_intent), {
      amount: params.amount,
      reason: params.reason,
      metadata: mergeMetadata(null, params.metadata),
    }).object,
)

const retrieveRefund = route(
  'GET',
  '/v1/refunds/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'refund', id).object,
)

const updateRefund = route(
  'POST',
  '/v1/refunds/:id',
  { expand, metadata: required(metadata) },
  (work, params, [id = '']) => {
    const row = need(work, 'refund', id)
    row.object.metadata = mergeMetadata(row.object.metadata, params.metadata)
    work.store.save(row)
    emit(work, 'refund.updated', row.object)
    emit(work, 'charge.refund.updated', row.object)
    return row.object
  },
)

const listRefunds = route(
  'GET',
  '/v1/refunds',
  { ...listShape, charge: text(), created: range, payment_intent: text() },
  (work, params) =>
    listObjects(work, 'refund', '/v1/refunds', params, {
      charge: params.charge,
      created: params.created,
      payment_intent: params.payment_intent,
    }),
)

const refundsOfCharge = route('GET', '/v1/charges/:id/refunds', listShape, (work, params, [id = '']) => {
  need(work, 'charge', id)
  return listObjects(work, 'refund', `/v1/charges/${id}/refunds`, params, { charge: id })
})

const cancel = route('POST', '/v1/refunds/:id/cancel', { expand }, (work, _params, [id = '']) => {
  const row = need(work, 'refund', id)
  cancelRefund(work, row)
  return row.object
})

export const chargeRoutes = [retrieveCharge, listCharges, updateCharge, refundsOfCharge]
export const refundRoutes = [createRefund, listRefunds, retrieveRefund, updateRefund, cancel]
