import { createPayout } from '../actions/payout.ts'
import { closeDispute, updateEvidence, type EvidenceUpdate } from '../actions/dispute.ts'
import { invalidRequest } from '../errors.ts'
import { listObjects } from '../lists.ts'
import { balanceObject } from '../objects/balance.ts'
import {
  choice,
  currency,
  expand,
  flag,
  hash,
  ignored,
  integer,
  listShape,
  mergeMetadata,
  metadata,
  range,
  required,
  text,
} from '../params.ts'
import { route } from '../router.ts'
import { need } from '../work.ts'

const balance = route('GET', '/v1/balance', { expand }, (work) => balanceObject(work))

const listTransactions = route(
  'GET',
  '/v1/balance_transactions',
  { ...listShape, created: range, currency: currency(), payout: text(), source: text(), type: text() },
  (work, params) =>
    listObjects(work, 'balance_transaction', '/v1/balance_transactions', params, {
      created: params.created,
      currency: params.currency,
      payout: params.payout,
      source: params.source,
      subtype: params.type,
    }),
)

const retrieveTransaction = route(
  'GET',
  '/v1/balance_transactions/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'balance_transaction', id).object,
)

const listPayouts = route(
  'GET',
  '/v1/payouts',
  { ...listShape, arrival_date: ignored(), created: range, destination: text(), status: text() },
  (work, params) =>
    listObjects(work, 'payout', '/v1/payouts', params, {
      created: params.created,
      destination: params.destination,
      status: params.status,
    }),
)

const retrievePayout = route(
  'GET',
  '/v1/payouts/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'payout', id).object,
)

const makePayout = route(
  'POST',
  '/v1/payouts',
  {
    amount: required(integer({ min: 1 })),
    currency: required(currency()),
    description: text(),
    destination: text(),
    expand,
    metadata,
    method: choice('standard'),
    payout_method: ignored(),
    source_type: choice('card'),
    statement_descriptor: text(22),
  },
  (work, params) =>
    createPayout(work, params.amount, params.currency, false, mergeMetadata(null, params.metadata)).object,
)

const listDisputes = route(
  'GET',
  '/v1/disputes',
  { ...listShape, charge: text(), created: range, payment_intent: text() },
  (work, params) =>
    listObjects(work, 'dispute', '/v1/disputes', params, {
      charge: params.charge,
      created: params.created,
      payment_intent: params.payment_intent,
    }),
)

const retrieveDispute = route(
  'GET',
  '/v1/disputes/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'dispute', id).object,
)

const word = text(20_000)
const evidence = hash({
  access_activity_log: word,
  billing_address: word,
  cancellation_policy: word,
  cancellation_policy_disclosure: word,
  cancellation_rebuttal: word,
  customer_communication: word,
  customer_email_address: word,
  customer_name: word,
  customer_purchase_ip: word,
  customer_signature: word,
  duplicate_charge_documentation: word,
  duplicate_charge_explanation: word,
  duplicate_charge_id: word,
  enhanced_evidence: ignored(),
  product_description: word,
  receipt: word,
  refund_policy: word,
  refund_policy_disclosure: word,
  refund_refusal_explanation: word,
  service_date: word,
  service_documentation: word,
  shipping_address: word,
  shipping_carrier: word,
  shipping_date: word,
  shipping_documentation: word,
  shipping_tracking_number: word,
  uncategorized_file: word,
  uncategorized_text: word,
})

const updateDispute = route(
  'POST',
  '/v1/disputes/:id',
  { evidence, expand, intended_submission_method: ignored(), metadata, submit: flag() },
  (work, params, [id = '']) => {
    const row = need(work, 'dispute', id)
    row.object.metadata = mergeMetadata(row.object.metadata, params.metadata)
    const { enhanced_evidence: _unused, ...given } = params.evidence ?? {}
    const texts = Object.values(given).filter((value) => typeof value === 'string')
    if (texts.join('').length > 150_000) {
      throw invalidRequest('The combined character count of all evidence fields is limited to 150,000.', {
        param: 'evidence',
      })
    }
    // Giving evidence submits it, unless the caller says `submit: false` to stage it.
    updateEvidence(work, row, given as EvidenceUpdate, params.submit ?? texts.length > 0)
    return row.object
  },
)

const close = route('POST', '/v1/disputes/:id/close', { expand }, (work, _params, [id = '']) => {
  const row = need(work, 'dispute', id)
  closeDispute(work, row, 'lost')
  return row.object
})

const listWarnings = route(
  'GET',
  '/v1/radar/early_fraud_warnings',
  { ...listShape, charge: text(), created: range, payment_intent: text() },
  (work, params) =>
    listObjects(work, 'early_fraud_warning', '/v1/radar/early_fraud_warnings', params, {
      charge: params.charge,
      created: params.created,
      payment_intent: params.payment_intent,
    }),
)

const retrieveWarning = route(
  'GET',
  '/v1/radar/early_fraud_warnings/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'early_fraud_warning', id).object,
)

const listTopups = route(
  'GET',
  '/v1/topups',
  { ...listShape, amount: ignored(), created: range, status: text() },
  (work, params) =>
    listObjects(work, 'topup', '/v1/topups', params, { created: params.created, status: params.status }),
)

const retrieveTopup = route(
  'GET',
  '/v1/topups/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'topup', id).object,
)

export const moneyRoutes = [
  balance,
  listTransactions,
  retrieveTransaction,
  listPayouts,
  retrievePayout,
  makePayout,
  listDisputes,
  retrieveDispute,
  updateDispute,
  close,
  listWarnings,
  retrieveWarning,
  listTopups,
  retrieveTopup,
]
