import { createTransfer, reverseTransfer } from '../actions/transfer.ts'
import { emit } from '../events.ts'
import { resourceMissing } from '../errors.ts'
import { listObjects } from '../lists.ts'
import {
  choice,
  clearable,
  currency,
  expand,
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

const create = route(
  'POST',
  '/v1/transfers',
  {
    amount: integer({ min: 1 }),
    currency: required(currency()),
    description: text(),
    destination: required(text()),
    expand,
    metadata,
    source_transaction: text(),
    source_type: choice('bank_account', 'card', 'fpx'),
    transfer_group: text(),
  },
  (work, params) =>
    createTransfer(work, {
      amount: params.amount,
      currency: params.currency,
      description: params.description,
      destination: params.destination,
      metadata: mergeMetadata(null, params.metadata),
      sourceTransaction: params.source_transaction,
      transferGroup: params.transfer_group,
    }).object,
)

const retrieve = route(
  'GET',
  '/v1/transfers/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'transfer', id).object,
)

const update = route(
  'POST',
  '/v1/transfers/:id',
  { description: clearable(text()), expand, metadata },
  (work, params, [id = '']) => {
    const row = need(work, 'transfer', id)
    if (params.description !== undefined) row.object.description = params.description || null
    row.object.metadata = mergeMetadata(row.object.metadata, params.metadata)
    work.store.save(row)
    emit(work, 'transfer.updated', row.object)
    return row.object
  },
)

const listAll = route(
  'GET',
  '/v1/transfers',
  { ...listShape, created: range, destination: text(), transfer_group: text() },
  (work, params) =>
    listObjects(work, 'transfer', '/v1/transfers', params, {
      created: params.created,
      destination: params.destination,
      transfer_group: params.transfer_group,
    }),
)

const createReversal = route(
  'POST',
  '/v1/transfers/:id/reversals',
  { amount: integer({ min: 1 }), description: text(), expand, metadata, refund_application_fee: ignored() },
  (work, params, [id = '']) =>
    reverseTransfer(work, need(work, 'transfer', id), {
      amount: params.amount,
      description: params.description,
      metadata: mergeMetadata(null, params.metadata),
    }).object,
)

const listReversals = route('GET', '/v1/transfers/:id/reversals', listShape, (work, params, [id = '']) => {
  need(work, 'transfer', id)
  return listObjects(work, 'transfer_reversal', `/v1/transfers/${id}/reversals`, params, { source: id })
})

const retrieveReversal = route(
  'GET',
  '/v1/transfers/:id/reversals/:reversal',
  { expand },
  (work, _params, [id = '', reversal = '']) => {
    const { object } = need(work, 'transfer_reversal', reversal)
    if (object.transfer !== id) throw resourceMissing('transfer_reversal', reversal)
    return object
  },
)

export const transferRoutes = [
  create,
  listAll,
  retrieve,
  update,
  createReversal,
  listReversals,
  retrieveReversal,
]
