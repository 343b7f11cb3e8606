import type Stripe from 'stripe'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'

type Individual = Record<string, unknown>

const CURRENCY_OF_COUNTRY: Readonly<Record<string, string>> = {
  AE: 'aed',
  AU: 'aud',
  BR: 'brl',
  CA: 'cad',
  CH: 'chf',
  CZ: 'czk',
  DK: 'dkk',
  GB: 'gbp',
  HK: 'hkd',
  HU: 'huf',
  IN: 'inr',
  JP: 'jpy',
  MX: 'mxn',
  MY: 'myr',
  NO: 'nok',
  NP: 'npr',
  NZ: 'nzd',
  PL: 'pln',
  RO: 'ron',
  SE: 'sek',
  SG: 'sgd',
  TH: 'thb',
  US: 'usd',
}

export function currencyOfCountry(country: string): string {
  return CURRENCY_OF_COUNTRY[country] ?? 'eur'
}

export interface AccountFacts {
  now: number
  type: 'custom' | 'express' | 'none' | 'standard'
  country: string
  email: string | null
  defaultCurrency: string | undefined
  controller: Stripe.Account.Controller
}

export function buildAccount(facts: AccountFacts): Stripe.Account {
  const id = newId('acct', 16)
  return {
    id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: null,
      product_description: null,
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: null,
    capabilities: {},
    charges_enabled: false,
    controller: facts.controller,
    country: facts.country,
    created: facts.now,
    default_currency: facts.defaultCurrency ?? currencyOfCountry(facts.country),
    details_submitted: false,
    email: facts.email,
    external_accounts: {
      object: 'list',
      data: [],
      has_more: false,
      url: `/v1/accounts/${id}/external_accounts`,
    },
    future_requirements: noRequirements(),
    groups: { payments_pricing: null },
    metadata: {},
    payouts_enabled: false,
    requirements: noRequirements(),
    settings: {
      bacs_debit_payments: { display_name: null, service_user_number: null },
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_issuing: { tos_acceptance: { date: null, ip: null } },
      card_payments: {
        decline_on: { avs_failure: false, cvc_failure: false },
        statement_descriptor_prefix: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      dashboard: { display_name: null, timezone: 'Etc/UTC' },
      invoices: { default_account_tax_ids: null, hosted_payment_method_save: null },
      payments: {
        statement_descriptor: null,
        statement_descriptor_kana: null,
        statement_descriptor_kanji: null,
        statement_descriptor_prefix_kana: null,
        statement_descriptor_prefix_kanji: null,
      },
      payouts: {
        debit_negative_balances: facts.controller.losses?.payments === 'stripe',
        schedule: { delay_days: 2, interval: 'daily' },
        statement_descriptor: null,
      },
      sepa_debit_payments: {},
    },
    tos_acceptance: { date: null, ip: null, user_agent: null },
    type: facts.type,
  }
}

function noRequirements(): Stripe.Account.Requirements & Stripe.Account.FutureRequirements {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: [],
    disabled_reason: null,
    errors: [],
    eventually_due: [],
    past_due: [],
    pending_verification: [],
  }
}

export function buildBankAccount(facts: {
  account: string
  country: string
  currency: string
  last4: string
  holderName: string | null
  holderType: string | null
  routingNumber: string | null
}): Stripe.BankAccount {
  return {
    id: newId('ba'),
    object: 'bank_account',
    account: facts.account,
    account_holder_name: facts.holderName,
    account_holder_type: facts.holderType,
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: 'STRIPE TEST BANK',
    country: facts.country,
    currency: facts.currency,
    default_for_currency: true,
    fingerprint: newId('fp', 12),
    future_requirements: null,
    last4: facts.last4,
    metadata: {},
    requirements: null,
    routing_number: facts.routingNumber,
    status: 'new',
  }
}

/** What Stripe still wants to know before it pays anyone, in its own names. */
function missing(row: Row<'account'>): string[] {
  const { object: account, aside } = row
  const due: string[] = []
  const wantsCards = account.capabilities?.card_payments !== undefined
  if (wantsCards && !account.business_profile?.mcc) due.push('business_profile.mcc')
  if (wantsCards && !account.business_profile?.url && !account.business_profile?.product_description) {
    due.push('business_profile.url')
  }
  if (!account.business_type) due.push('business_type')
  if (!account.external_accounts?.data.length) due.push('external_account')
  if (account.business_type === 'individual' || !account.business_type)
    due.push(...missingOfPerson(aside.individual))
  if (!account.tos_acceptance?.date) due.push('tos_acceptance.date')
  if (!account.tos_acceptance?.ip) due.push('tos_acceptance.ip')
  return due
}

const PERSON_FIELDS = [
  'first_name',
  'last_name',
  'dob.day',
  'dob.month',
  'dob.year',
  'address.line1',
  'address.city',
  'address.postal_code',
] as const

function missingOfPerson(individual: Individual | undefined): string[] {
  return PERSON_FIELDS.filter((path) => !textAt(individual, path)).map((path) => `individual.${path}`)
}

export function textAt(individual: Individual | undefined, path: string): string | null {
  let value: unknown = individual
  for (const part of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Individual)[part] : undefined
  }
  return typeof value === 'string' && value !== '' ? value : null
}

/** Derives everything Stripe derives: requirements, capabilities, and what the account may do. */
export function reviewAccount(row: Row<'account'>, now: number): void {
  const { object: account, aside } = row
  const due = missing(row)
  const restricted = aside.restricted === true
  const enabled = due.length === 0 && !restricted
  account.requirements = {
    ...noRequirements(),
    currently_due: restricted ? ['individual.verification.document'] : due,
    eventually_due: restricted ? ['individual.verification.document'] : due,
    past_due: restricted ? ['individual.verification.document'] : due,
    disabled_reason: enabled ? null : 'requirements.past_due',
    ...(restricted && { current_deadline: now }),
  }
  // `tos_acceptance` is the last thing anyone gives: by the form, or by the platform for a custom account.
  account.details_submitted ||= due.length === 0
  account.charges_enabled = enabled && !aside.lost?.includes('card_payments')
  account.payouts_enabled = enabled
  for (const name of ['card_payments', 'transfers', 'legacy_payments'] as const) {
    if (account.capabilities?.[name] !== undefined)
      account.capabilities[name] = enabled && !aside.lost?.includes(name) ? 'active' : 'inactive'
  }
  if (account.business_type === 'individual' && aside.individual) {
    account.individual = personOf(account, aside.individual, now)
  }
}

function personOf(account: Stripe.Account, individual: Individual, now: number): Stripe.Person {
  const at = (path: string) => textAt(individual, path)
  const number = (path: string) => (at(path) === null ? null : Number(at(path)))
  return {
    id: account.individual?.id ?? newId('person'),
    object: 'person',
    account: account.id,
    address: {
      city: at('address.city'),
      country: at('address.country') ?? account.country ?? null,
      line1: at('address.line1'),
      line2: at('address.line2'),
      postal_code: at('address.postal_code'),
      state: at('address.state'),
    },
    created: account.individual?.created ?? now,
    dob: { day: number('dob.day'), month: number('dob.month'), year: number('dob.year') },
    email: at('email'),
    first_name: at('first_name'),
    future_requirements: null,
    id_number_provided: at('id_number') !== null || account.individual?.id_number_provided === true,
    last_name: at('last_name'),
    metadata: {},
    phone: at('phone'),
    relationship: {
      authorizer: null,
      director: false,
      executive: false,
      legal_guardian: null,
      owner: false,
      percent_ownership: null,
      representative: true,
      title: null,
    },
    requirements: {
      alternatives: [],
      currently_due: [],
      errors: [],
      eventually_due: [],
      past_due: [],
      pending_verification: [],
    },
    ssn_last_4_provided: at('ssn_last_4') !== null || account.individual?.ssn_last_4_provided === true,
    verification: {
      additional_document: null,
      details: null,
      details_code: null,
      document: { back: null, details: null, details_code: null, front: null },
      status: account.charges_enabled ? 'verified' : 'unverified',
    },
  }
}
