import { cancelIntent, capture, confirmWith, unexpectedState } from '../actions/pay.ts'
import { cardByPaymentMethod } from '../cards.ts'
import { invalidRequest, resourceMissing, StripeApiError } from '../errors.ts'
import { emit } from '../events.ts'
import type { Row } from '../kinds.ts'
import { listObjects } from '../lists.ts'
import { checkChargeAmount } from '../money.ts'
import { buildPaymentIntent } from '../objects/payment-intent.ts'
import { createPaymentMethod, DEFAULT_BILLING } from '../objects/payment-method.ts'
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
  notSimulated,
  range,
  required,
  text,
  url,
} from '../params.ts'
import { route } from '../router.ts'
import { need, type Work } from '../work.ts'

/** Parameters of create, update and confirm that change nothing the sandbox simulates. */
const shared = {
  amount_details: ignored(),
  application_fee_amount: notSimulated(),
  customer_account: notSimulated(),
  excluded_payment_method_types: ignored(),
  expand,
  hooks: ignored(),
  payment_details: ignored(),
  payment_method: text(),
  payment_method_configuration: ignored(),
  payment_method_data: notSimulated(),
  payment_method_options: ignored(),
  receipt_email: text(800),
  setup_future_usage: ignored(),
  shipping: ignored(),
}
const confirming = {
  confirmation_token: notSimulated(),
  error_on_requires_action: flag(),
  mandate: notSimulated(),
  mandate_data: notSimulated(),
  off_session: ignored(),
  radar_options: ignored(),
  return_url: url(),
  use_stripe_sdk: ignored(),
}

/** Confirms with a test payment method; a decline answers 402 and what happened stays recorded. */
function confirm(
  work: Work,
  intent: Row<'payment_intent'>,
  paymentMethod: string | undefined,
  returnUrl?: string,
): void {
  const { status } = intent.object
  if (status !== 'requires_payment_method' && status !== 'requires_confirmation')
    throw unexpectedState(intent.object, 'confirm')
  const id =
    paymentMethod ??
    (typeof intent.object.payment_method === 'string' ? intent.object.payment_method : undefined)
  if (id === undefined) {
    throw invalidRequest(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the " +
        'PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.',
      { code: 'payment_intent_unexpected_state' },
    )
  }
  if (intent.aside.session !== undefined) {
    throw invalidRequest('This PaymentIntent belongs to a Checkout Session and is confirmed on its page.')
  }
  if (returnUrl !== undefined) intent.aside.returnUrl = returnUrl
  const attempt = confirmWith(work, intent, methodFor(work, id))
  if (attempt !== 'declined') return
  const error = intent.object.last_payment_error
  throw new StripeApiError(
    402,
    {
      type: 'card_error',
      message: error?.message ?? 'Your card was declined.',
      code: error?.code ?? 'card_declined',
      ...(error?.charge && { charge: error.charge }),
      ...(error?.decline_code && { decline_code: error.decline_code }),
      payment_intent: intent.object,
      payment_method: error?.payment_method,
    },
    true,
  )
}

function methodFor(work: Work, id: string): Row<'payment_method'> {
  const card = cardByPaymentMethod(id)
  if (card) return createPaymentMethod(work, card, DEFAULT_BILLING)
  const stored = work.store.find('payment_method', id)
  if (!stored) throw resourceMissing('PaymentMethod', id, 'payment_method', false)
  return stored
}

const create = route(
  'POST',
  '/v1/payment_intents',
  {
    ...shared,
    ...confirming,
    allowed_payment_method_types: ignored(),
    amount: required(integer({ min: 0 })),
    automatic_payment_methods: hash({
      allow_redirects: choice('always', 'never'),
      enabled: required(flag()),
    }),
    capture_method: choice('automatic', 'automatic_async', 'manual'),
    confirm: flag(),
    confirmation_method: choice('automatic'),
    currency: required(currency()),
    customer: text(),
    description: text(1000),
    metadata,
    on_behalf_of: notSimulated(),
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
    transfer_data: notSimulated(),
    transfer_group: text(),
  },
  (work, params) => {
    checkChargeAmount(params.amount, params.currency, 'amount')
    if (params.customer !== undefined) need(work, 'customer', params.customer, 'customer')
    const intent = buildPaymentIntent({
      now: work.now,
      amount: params.amount,
      currency: params.currency,
      customer: params.customer ?? null,
      automaticMethods: params.automatic_payment_methods?.enabled ?? true,
      capture_method: params.capture_method ?? 'automatic_async',
      description: params.description ?? null,
      metadata: mergeMetadata(null, params.metadata),
      receipt_email: params.receipt_email ?? null,
      statement_descriptor: params.statement_descriptor ?? null,
      statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
      transfer_group: params.transfer_group ?? null,
    })
    const row = work.store.insert('payment_intent', intent, { account: work.account, aside: {} })
    if (params.payment_method !== undefined) {
      intent.payment_method = methodFor(work, params.payment_method).object.id
      intent.status = 'requires_confirmation'
      work.store.save(row)
    }
    emit(work, 'payment_intent.created', intent)
    if (params.confirm) confirm(work, row, undefined, params.return_url)
    return row.object
  },
)

const retrieve = route(
  'GET',
  '/v1/payment_intents/:id',
  { expand, client_secret: ignored() },
  (work, _params, [id = '']) => need(work, 'payment_intent', id).object,
)

const update = route(
  'POST',
  '/v1/payment_intents/:id',
  {
    ...shared,
    amount: integer({ min: 1 }),
    capture_method: ignored(),
    currency: notSimulated(),
    customer: text(),
    description: text(1000),
    metadata,
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
    transfer_data: notSimulated(),
    transfer_group: text(),
  },
  (work, params, [id = '']) => {
    const row = need(work, 'payment_intent', id)
    const { object } = row
    if (params.amount !== undefined) {
      if (!object.status.startsWith('requires_') || object.status === 'requires_capture')
        throw unexpectedState(object, 'update')
      checkChargeAmount(params.amount, object.currency, 'amount')
      object.amount = params.amount
    }
    if (params.description !== undefined) object.description = params.description
    if (params.receipt_email !== undefined) object.receipt_email = params.receipt_email
    if (params.transfer_group !== undefined) object.transfer_group = params.transfer_group
    if (params.payment_method !== undefined) {
      object.payment_method = methodFor(work, params.payment_method).object.id
      if (object.status === 'requires_payment_method') object.status = 'requires_confirmation'
    }
    object.metadata = mergeMetadata(object.metadata, params.metadata)
    work.store.save(row)
    return object
  },
)

const listAll = route(
  'GET',
  '/v1/payment_intents',
  { ...listShape, created: range, customer: text(), customer_account: ignored() },
  (work, params) =>
    listObjects(work, 'payment_intent', '/v1/payment_intents', params, {
      created: params.created,
      customer: params.customer,
    }),
)

const confirmIntent = route(
  'POST',
  '/v1/payment_intents/:id/confirm',
  {
    ...shared,
    ...confirming,
    amount_to_confirm: notSimulated(),
    capture_method: choice('automatic', 'automatic_async', 'manual'),
  },
  (work, params, [id = '']) => {
    const row = need(work, 'payment_intent', id)
    if (params.capture_method !== undefined) row.object.capture_method = params.capture_method
    if (params.receipt_email !== undefined) row.object.receipt_email = params.receipt_email
    confirm(work, row, params.payment_method, params.return_url)
    return row.object
  },
)

const captureIntent = route(
  'POST',
  '/v1/payment_intents/:id/capture',
  {
    amount_to_capture: integer({ min: 1 }),
    application_fee_amount: notSimulated(),
    expand,
    final_capture: flag(),
    hooks: ignored(),
    metadata,
    payment_details: ignored(),
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
    transfer_data: notSimulated(),
  },
  (work, params, [id = '']) => {
    const row = need(work, 'payment_intent', id)
    row.object.metadata = mergeMetadata(row.object.metadata, params.metadata)
    capture(work, row, params.amount_to_capture)
    return row.object
  },
)

const cancel = route(
  'POST',
  '/v1/payment_intents/:id/cancel',
  { cancellation_reason: choice('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'), expand },
  (work, params, [id = '']) => {
    const row = need(work, 'payment_intent', id)
    const session = row.aside.session && work.store.find('session', row.aside.session)
    if (session && session.object.status === 'open') {
      throw invalidRequest(
        'You cannot cancel the PaymentIntent for a Checkout Session. Expire the Checkout Session instead.',
      )
    }
    cancelIntent(work, row, params.cancellation_reason ?? null)
    return row.object
  },
)

export const paymentIntentRoutes = [create, listAll, retrieve, update, confirmIntent, captureIntent, cancel]
