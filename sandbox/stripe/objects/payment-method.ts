import { createHash } from 'node:crypto'
import type Stripe from 'stripe'
import type { TestCard } from '../cards.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import type { Work } from '../work.ts'

export interface Billing {
  email: string | null
  name: string | null
  country: string | null
  postalCode: string | null
  expMonth: number
  expYear: number
}

export const DEFAULT_BILLING: Billing = {
  email: null,
  name: null,
  country: null,
  postalCode: null,
  expMonth: 12,
  expYear: 2034,
}

export function billingAddress(billing: Billing): Stripe.Address | null {
  if (billing.country === null && billing.postalCode === null) return null
  return {
    city: null,
    country: billing.country,
    line1: null,
    line2: null,
    postal_code: billing.postalCode,
    state: null,
  }
}

export function cardFingerprint(card: TestCard): string {
  return createHash('sha256').update(card.number).digest('base64url').slice(0, 16)
}

export function createPaymentMethod(work: Work, card: TestCard, billing: Billing): Row<'payment_method'> {
  const method: Stripe.PaymentMethod = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'limited',
    billing_details: {
      address: billingAddress(billing),
      email: billing.email,
      name: billing.name,
      phone: null,
      tax_id: null,
    },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: 'pass', cvc_check: 'pass' },
      country: card.country,
      display_brand: card.brand,
      exp_month: billing.expMonth,
      exp_year: billing.expYear,
      fingerprint: cardFingerprint(card),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: work.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  }
  return work.store.insert('payment_method', method, { account: work.account, aside: { card: card.number } })
}
