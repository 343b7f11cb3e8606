import type Stripe from 'stripe'
import { saveAccount } from '../actions/onboarding.ts'
import { balancesOf } from '../balance.ts'
import type { FormValue } from '../encoding.ts'
import { invalidRequest } from '../errors.ts'
import type { Row } from '../kinds.ts'
import { listObjects } from '../lists.ts'
import {
  buildAccount,
  buildBankAccount,
  currencyOfCountry,
  reviewAccount,
  textAt,
} from '../objects/account.ts'
import { buildPlatformAccount } from '../objects/platform-account.ts'
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
  text,
} from '../params.ts'
import { route } from '../router.ts'
import { needAccount } from '../work.ts'
import { controllerOf } from '../objects/account-controller.ts'

const capability = hash({ requested: flag() })
const details = {
  business_profile: hash({
    annual_revenue: ignored(),
    estimated_worker_count: ignored(),
    mcc: text(4),
    minority_owned_business_designation: ignored(),
    monthly_estimated_revenue: ignored(),
    name: text(),
    product_description: text(40_000),
    specified_commercial_transactions_act_url: text(),
    support_address: ignored(),
    support_email: text(),
    support_phone: text(),
    support_url: text(),
    url: text(),
  }),
  business_type: choice('company', 'government_entity', 'individual', 'non_profit'),
  capabilities: hash({ card_payments: capability, legacy_payments: capability, transfers: capability }),
  company: ignored(),
  default_currency: currency(),
  documents: ignored(),
  email: text(800),
  expand,
  external_account: ignored(),
  groups: ignored(),
  individual: ignored(),
  metadata,
  settings: ignored(),
  tos_acceptance: hash({ date: integer(), ip: text(), service_agreement: text(), user_agent: text() }),
}
type Details = Parameters<Parameters<typeof route<typeof details>>[3]>[1]

function apply(row: Row<'account'>, params: Details): void {
  const { object: account } = row
  const { business_profile: profile, tos_acceptance: terms } = params
  if (profile && account.business_profile) {
    for (const key of [
      'mcc',
      'name',
      'product_description',
      'support_email',
      'support_phone',
      'support_url',
      'url',
    ] as const) {
      if (profile[key] !== undefined) account.business_profile[key] = profile[key]
    }
  }
  if (params.business_type) account.business_type = params.business_type
  if (params.email !== undefined) account.email = params.email
  if (params.default_currency !== undefined) account.default_currency = params.default_currency
  account.metadata = mergeMetadata(account.metadata ?? {}, params.metadata)
  for (const [name, asked] of Object.entries(params.capabilities ?? {})) {
    const key = name as 'card_payments' | 'legacy_payments' | 'transfers'
    if (asked?.requested) account.capabilities = { [key]: 'inactive' as const, ...account.capabilities }
  }
  if (terms) {
    const accepted = terms.date !== undefined || terms.ip !== undefined
    if (accepted && account.controller?.requirement_collection === 'stripe') {
      throw invalidRequest(
        'You cannot accept the Terms of Service on behalf of accounts whose requirements Stripe collects ' +
          '(Standard and Express).',
        { param: 'tos_acceptance' },
      )
    }
    account.tos_acceptance = { ...account.tos_acceptance, ...definedOnly(terms) }
  }
  if (typeof params.individual === 'object' && !Array.isArray(params.individual)) {
    row.aside.individual = mergeHash(row.aside.individual ?? {}, params.individual)
  }
  if (params.external_account !== undefined) addBank(row, params.external_account)
  applySchedule(account, params.settings)
}

function definedOnly<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}

function mergeHash(
  into: Record<string, unknown>,
  given: { [key: string]: FormValue },
): Record<string, unknown> {
  const merged = { ...into }
  for (const [key, value] of Object.entries(given)) {
    const existing = merged[key]
    merged[key] =
      typeof value === 'object' && !Array.isArray(value) && typeof existing === 'object' && existing !== null
        ? mergeHash(existing as Record<string, unknown>, value)
        : value
  }
  return merged
}

function applySchedule(account: Stripe.Account, settings: FormValue | undefined): void {
  if (typeof settings !== 'object' || Array.isArray(settings) || !account.settings?.payouts) return
  const interval = textAt(settings, 'payouts.schedule.interval')
  if (interval) account.settings.payouts.schedule.interval = interval
}

/** https://docs.stripe.com/connect/testing#account-numbers */
const FAILING_ACCOUNT_NUMBERS: Record<string, string> = {
  '000111111113': 'account_closed',
  '000111111116': 'no_account',
  '000222222227': 'insufficient_funds',
  '000333333335': 'debit_not_authorized',
  '000444444440': 'invalid_currency',
}

function addBank(row: Row<'account'>, given: FormValue): void {
  const { object: account } = row
  const bank = typeof given === 'string' ? {} : (given as Record<string, unknown>)
  const country = textAt(bank, 'country') ?? account.country ?? 'US'
  const number = textAt(bank, 'account_number') ?? '000123456789'
  const holderType = textAt(bank, 'account_holder_type')
  const failure = FAILING_ACCOUNT_NUMBERS[number]
  if (failure) row.aside.payoutFailure = failure
  else delete row.aside.payoutFailure
  account.external_accounts?.data.splice(
    0,
    1,
    buildBankAccount({
      account: account.id,
      country,
      currency: textAt(bank, 'currency')?.toLowerCase() ?? currencyOfCountry(country),
      last4: number.slice(-4),
      holderName: textAt(bank, 'account_holder_name'),
      holderType,
      routingNumber: textAt(bank, 'routing_number'),
    }),
  )
}

const create = route(
  'POST',
  '/v1/accounts',
  {
    ...details,
    controller: hash({
      fees: hash({ payer: choice('account', 'application') }),
      losses: hash({ payments: choice('application', 'stripe') }),
      requirement_collection: choice('application', 'stripe'),
      stripe_dashboard: hash({ type: choice('express', 'full', 'none') }),
    }),
    country: text(2),
    type: choice('custom', 'express', 'standard'),
  },
  (work, params) => {
    const { type, controller } = controllerOf(params.type, params.controller)
    const account = buildAccount({
      now: work.now,
      type,
      country: (params.country ?? 'US').toUpperCase(),
      email: params.email ?? null,
      defaultCurrency: params.default_currency,
      controller,
    })
    const row = work.store.insert('account', account, { account: work.platform, aside: {} })
    apply(row, params)
    reviewAccount(row, work.now)
    work.store.save(row)
    return account
  },
)

const retrieve = route('GET', '/v1/accounts/:id', { expand }, (work, _params, [id = '']) =>
  id === work.platform ? buildPlatformAccount(work.platform) : needAccount(work, id).object,
)

const retrieveCurrent = route('GET', '/v1/account', { expand }, (work) =>
  work.account === work.platform
    ? buildPlatformAccount(work.platform)
    : needAccount(work, work.account).object,
)

const update = route('POST', '/v1/accounts/:id', details, (work, params, [id = '']) => {
  const row = needAccount(work, id)
  const previous = structuredClone(row.object)
  apply(row, params)
  saveAccount(work, row, previous)
  return row.object
})

const listAll = route('GET', '/v1/accounts', { ...listShape, created: range }, (work, params) =>
  listObjects(work, 'account', '/v1/accounts', params, { created: params.created, status: 'connected' }),
)

const remove = route('DELETE', '/v1/accounts/:id', {}, (work, _params, [id = '']) => {
  needAccount(work, id)
  if (balancesOf({ ...work, account: id }).some((row) => row.available !== 0 || row.pending !== 0)) {
    throw invalidRequest(`Account ${id} has a balance and cannot be deleted.`)
  }
  work.store.remove(id)
  return { id, object: 'account', deleted: true }
})

export const accountRoutes = [create, listAll, retrieveCurrent, retrieve, update, remove]
