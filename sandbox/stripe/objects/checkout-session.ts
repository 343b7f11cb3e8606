import Stripe from 'stripe'
import { newId } from '../ids.ts'
import { mergeMetadata, type Metadata } from '../params.ts'
import type { Work } from '../work.ts'

interface LineItemRequest {
  metadata?: Metadata | '' | undefined
  price_data: {
    currency: string
    product_data: { name: string; description?: string | undefined }
    tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified' | undefined
    unit_amount: number
  }
  quantity: number
}

export function buildLineItem(now: number, request: LineItemRequest): Stripe.LineItem {
  const { price_data: price, quantity } = request
  const total = price.unit_amount * quantity
  return {
    id: newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: total,
    amount_tax: 0,
    amount_total: total,
    currency: price.currency,
    description: price.product_data.name,
    metadata: mergeMetadata(null, request.metadata),
    price: buildPrice(now, price),
    quantity,
  }
}

function buildPrice(now: number, price: LineItemRequest['price_data']): Stripe.Price {
  return {
    id: newId('price'),
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: now,
    currency: price.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: newId('prod', 14),
    recurring: null,
    tax_behavior: price.tax_behavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: price.unit_amount,
    unit_amount_decimal: Stripe.Decimal.from(price.unit_amount),
  }
}

export interface SessionFacts {
  params: {
    allow_promotion_codes?: boolean | undefined
    billing_address_collection?: 'auto' | 'required' | undefined
    cancel_url?: string | undefined
    client_reference_id?: string | undefined
    custom_text?: { submit?: { message: string } | '' | undefined } | undefined
    customer?: string | undefined
    customer_creation?: 'always' | 'if_required' | undefined
    customer_email?: string | undefined
    integration_identifier?: string | undefined
    locale?: string | undefined
    metadata?: Metadata | '' | undefined
    origin_context?: 'mobile_app' | 'web' | undefined
    submit_type?: 'auto' | 'book' | 'donate' | 'pay' | 'subscribe' | undefined
  }
  lineItems: Stripe.LineItem[]
  total: number
  currency: string
  expiresAt: number
  successUrl: string
}

export function buildSession(work: Work, facts: SessionFacts): Stripe.Checkout.Session {
  const { params } = facts
  const id = newId('cs_test', 60)
  const submit = params.custom_text?.submit
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: null,
    amount_subtotal: facts.total,
    amount_total: facts.total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: work.now,
    currency: facts.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: submit ? { message: submit.message } : null,
      terms_of_service_acceptance: null,
    },
    customer: params.customer ?? null,
    customer_account: null,
    customer_creation: params.customer === undefined ? (params.customer_creation ?? 'if_required') : null,
    customer_details:
      params.customer_email === undefined
        ? null
        : {
            address: null,
            business_name: null,
            email: params.customer_email,
            individual_name: null,
            name: null,
            phone: null,
            tax_exempt: 'none',
            tax_ids: null,
          },
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: facts.expiresAt,
    integration_identifier: params.integration_identifier ?? null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: { enabled: false },
    metadata: mergeMetadata(null, params.metadata),
    mode: 'payment',
    origin_context: params.origin_context ?? null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: facts.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${work.publicUrl}/c/pay/${id}`,
    wallet_options: null,
  }
}
