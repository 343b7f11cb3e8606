import type Stripe from 'stripe'
import { expireSession } from '../actions/checkout.ts'
import { invalidRequest } from '../errors.ts'
import { listObjects, listWithin } from '../lists.ts'
import { checkChargeAmount } from '../money.ts'
import { buildSession, buildLineItem } from '../objects/checkout-session.ts'
import {
  choice,
  clearable,
  currency,
  expand,
  flag,
  hash,
  ignored,
  integer,
  list,
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
import { DAY_SECONDS, need, type Work } from '../work.ts'

const SHORTEST_LIFE_SECONDS = 30 * 60
const LONGEST_LIFE_SECONDS = DAY_SECONDS

const lineItem = hash({
  adjustable_quantity: notSimulated(),
  metadata,
  price: notSimulated(),
  price_data: required(
    hash({
      currency: required(currency()),
      product: notSimulated(),
      product_data: required(
        hash({
          description: text(),
          images: list(text()),
          metadata,
          name: required(text()),
          tax_code: ignored(),
          tax_details: ignored(),
          unit_label: text(),
        }),
      ),
      recurring: notSimulated(),
      tax_behavior: choice('exclusive', 'inclusive', 'unspecified'),
      unit_amount: required(integer({ min: 0 })),
      unit_amount_decimal: notSimulated(),
    }),
  ),
  quantity: required(integer({ min: 1, max: 999_999 })),
  tax_rates: notSimulated(),
})

const createShape = {
  after_expiration: ignored(),
  allow_promotion_codes: flag(),
  allowed_payment_method_types: list(text()),
  automatic_tax: ignored(),
  billing_address_collection: choice('auto', 'required'),
  branding_settings: ignored(),
  cancel_url: url(),
  client_reference_id: text(200),
  consent_collection: ignored(),
  currency: currency(),
  custom_fields: notSimulated(),
  custom_text: hash({
    after_submit: ignored(),
    shipping_address: ignored(),
    submit: clearable(hash({ message: required(text(1200)) })),
    terms_of_service_acceptance: ignored(),
  }),
  customer: text(),
  customer_account: notSimulated(),
  customer_creation: choice('always', 'if_required'),
  customer_email: text(800),
  customer_update: ignored(),
  discounts: notSimulated(),
  excluded_payment_method_types: list(text()),
  expand,
  expires_at: integer(),
  integration_identifier: text(),
  invoice_creation: notSimulated(),
  line_items: required(list(lineItem)),
  locale: text(),
  managed_payments: notSimulated(),
  metadata,
  mode: required(choice('payment', 'setup', 'subscription')),
  name_collection: ignored(),
  optional_items: notSimulated(),
  origin_context: choice('mobile_app', 'web'),
  payment_intent_data: hash({
    application_fee_amount: notSimulated(),
    capture_method: choice('automatic', 'automatic_async', 'manual'),
    description: text(1000),
    metadata,
    on_behalf_of: notSimulated(),
    receipt_email: text(800),
    setup_future_usage: ignored(),
    shipping: ignored(),
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
    transfer_data: notSimulated(),
    transfer_group: text(),
  }),
  payment_method_collection: ignored(),
  payment_method_configuration: ignored(),
  payment_method_data: ignored(),
  payment_method_options: ignored(),
  permissions: ignored(),
  phone_number_collection: ignored(),
  redirect_on_completion: ignored(),
  return_url: url(),
  saved_payment_method_options: ignored(),
  setup_intent_data: notSimulated(),
  shipping_address_collection: notSimulated(),
  shipping_options: notSimulated(),
  submit_type: choice('auto', 'book', 'donate', 'pay', 'subscribe'),
  subscription_data: notSimulated(),
  success_url: url(),
  tax_id_collection: ignored(),
  ui_mode: choice('elements', 'embedded_page', 'form', 'hosted_page'),
  wallet_options: ignored(),
}

function lifeEnd(work: Work, given: number | undefined): number {
  const end = given ?? work.now + LONGEST_LIFE_SECONDS
  if (end - work.now < SHORTEST_LIFE_SECONDS) {
    throw invalidRequest(
      'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    )
  }
  if (end - work.now > LONGEST_LIFE_SECONDS) {
    throw invalidRequest(
      'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
      {
        param: 'expires_at',
      },
    )
  }
  return end
}

const create = route('POST', '/v1/checkout/sessions', createShape, (work, params) => {
  if (params.mode !== 'payment') {
    throw invalidRequest(`The sandbox simulates mode 'payment', not '${params.mode}'.`, { param: 'mode' })
  }
  if (params.ui_mode !== undefined && params.ui_mode !== 'hosted_page') {
    throw invalidRequest(`The sandbox simulates ui_mode 'hosted_page', not '${params.ui_mode}'.`, {
      param: 'ui_mode',
    })
  }
  if (params.success_url === undefined) {
    throw invalidRequest('Missing required param: success_url.', {
      code: 'parameter_missing',
      param: 'success_url',
    })
  }
  if (params.customer !== undefined) need(work, 'customer', params.customer, 'customer')
  if (params.customer !== undefined && params.customer_email !== undefined) {
    throw invalidRequest('You may only specify one of these parameters: customer, customer_email.')
  }
  if (params.customer_email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(params.customer_email)) {
    throw invalidRequest(`Invalid email address: ${params.customer_email}`, {
      code: 'email_invalid',
      param: 'customer_email',
    })
  }
  const lineItems = params.line_items.map((item) => buildLineItem(work.now, item))
  const first = lineItems[0]
  if (!first)
    throw invalidRequest('Missing required param: line_items.', {
      code: 'parameter_missing',
      param: 'line_items',
    })
  if (lineItems.some((item) => item.currency !== first.currency)) {
    throw invalidRequest('The line items must all use the same currency.', { param: 'line_items' })
  }
  const total = lineItems.reduce((sum, item) => sum + item.amount_total, 0)
  checkChargeAmount(total, first.currency, 'line_items')
  const expiresAt = lifeEnd(work, params.expires_at)
  const session = buildSession(work, {
    params,
    lineItems,
    total,
    currency: first.currency,
    expiresAt,
    successUrl: params.success_url,
  })
  const given = params.payment_intent_data
  const note = params.custom_text?.submit
  work.store.insert('session', session, {
    account: work.account,
    aside: {
      lineItems,
      paymentIntentData: {
        capture_method: given?.capture_method ?? 'automatic_async',
        description: given?.description ?? null,
        metadata: mergeMetadata(null, given?.metadata),
        receipt_email: given?.receipt_email ?? null,
        statement_descriptor: given?.statement_descriptor ?? null,
        statement_descriptor_suffix: given?.statement_descriptor_suffix ?? null,
        transfer_group: given?.transfer_group ?? null,
      },
      ...(note && { submitNote: note.message }),
    },
    dueAt: expiresAt,
  })
  return session
})

const retrieve = route(
  'GET',
  '/v1/checkout/sessions/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'session', id).object,
)

const update = route(
  'POST',
  '/v1/checkout/sessions/:id',
  {
    expand,
    metadata,
    collected_information: ignored(),
    shipping_options: notSimulated(),
    line_items: notSimulated(),
  },
  (work, params, [id = '']) => {
    const session = need(work, 'session', id)
    session.object.metadata = mergeMetadata(session.object.metadata, params.metadata)
    work.store.save(session)
    return session.object
  },
)

const listAll = route(
  'GET',
  '/v1/checkout/sessions',
  {
    ...listShape,
    created: range,
    customer: text(),
    customer_account: ignored(),
    customer_details: hash({ email: required(text()) }),
    payment_intent: text(),
    payment_link: ignored(),
    status: choice('complete', 'expired', 'open'),
    subscription: ignored(),
  },
  (work, params) =>
    listObjects(work, 'session', '/v1/checkout/sessions', params, {
      created: params.created,
      customer: params.customer,
      email: params.customer_details?.email,
      payment_intent: params.payment_intent,
      status: params.status,
    }),
)

const expire = route('POST', '/v1/checkout/sessions/:id/expire', { expand }, (work, _params, [id = '']) => {
  const session = need(work, 'session', id)
  expireSession(work, session)
  return session.object
})

const lineItems = route(
  'GET',
  '/v1/checkout/sessions/:id/line_items',
  listShape,
  (work, params, [id = '']) => {
    const session = need(work, 'session', id)
    return listWithin<Stripe.LineItem>(
      session.aside.lineItems,
      `/v1/checkout/sessions/${id}/line_items`,
      params,
    )
  },
)

export const checkoutSessionRoutes = [create, listAll, retrieve, update, expire, lineItems]
