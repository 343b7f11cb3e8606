import type Stripe from 'stripe'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import type { Capability, Row } from '../kinds.ts'
import { buildBankAccount, currencyOfCountry, reviewAccount } from '../objects/account.ts'
import type { Work } from '../work.ts'

const CAPABILITIES = ['card_payments', 'legacy_payments', 'transfers'] as const satisfies Capability[]

/** Saves an account after a change and tells the Connect endpoint, in the account's own name. */
export function saveAccount(work: Work, row: Row<'account'>, previous: Stripe.Account): void {
  reviewAccount(row, work.now)
  work.store.save(row)
  const scoped: Work = { ...work, account: row.object.id }
  for (const name of CAPABILITIES) {
    const before = previous.capabilities?.[name]
    const after = row.object.capabilities?.[name]
    if (after === undefined || after === before) continue
    emit(scoped, 'capability.updated', {
      id: name,
      object: 'capability',
      account: row.object.id,
      requested: true,
      status: after,
    } as Stripe.Event.Data.Object)
  }
  emit(scoped, 'account.updated', row.object, {
    charges_enabled: previous.charges_enabled,
    details_submitted: previous.details_submitted,
    payouts_enabled: previous.payouts_enabled,
  })
}

/** The button "Use test data and finish": everything a verified individual would have typed. */
export function finishWithTestData(work: Work, row: Row<'account'>): void {
  const { object: account } = row
  const previous = structuredClone(account)
  const country = account.country ?? 'US'
  account.business_type ??= 'individual'
  row.aside.individual = {
    first_name: 'Jenny',
    last_name: 'Rosen',
    email: account.email ?? 'jenny.rosen@example.com',
    phone: '+10000000000',
    dob: { day: '1', month: '1', year: '1990' },
    address: { line1: 'address_full_match', city: 'Testville', postal_code: '10001', country },
    ...row.aside.individual,
  }
  account.business_profile ??= null
  if (account.business_profile) {
    account.business_profile.mcc ??= '7299'
    account.business_profile.url ??= 'https://accessible.stripe.com'
  }
  account.tos_acceptance = { date: work.now, ip: '127.0.0.1', user_agent: null, service_agreement: 'full' }
  account.capabilities = { card_payments: 'inactive', transfers: 'inactive', ...account.capabilities }
  if (account.external_accounts?.data.length === 0) {
    account.external_accounts.data.push(
      buildBankAccount({
        account: account.id,
        country,
        currency: account.default_currency ?? currencyOfCountry(country),
        last4: '6789',
        holderName: 'Jenny Rosen',
        holderType: 'individual',
        routingNumber: '110000000',
      }),
    )
  }
  account.details_submitted = true
  delete row.aside.restricted
  saveAccount(work, row, previous)
}

/** "Finish later": Stripe keeps what it was told and still wants the rest. */
export function leaveUnfinished(work: Work, row: Row<'account'>): void {
  const previous = structuredClone(row.object)
  row.object.business_type ??= 'individual'
  saveAccount(work, row, previous)
}

/** An operator's action: Stripe asks for a document and stops everything until it has one. */
export function restrictAccount(work: Work, row: Row<'account'>, restricted: boolean): void {
  const previous = structuredClone(row.object)
  row.aside.restricted = restricted
  saveAccount(work, row, previous)
}

/** An operator's action: https://docs.stripe.com/connect/account-capabilities, Stripe may take one away at any time. */
export function changeCapability(work: Work, row: Row<'account'>, named: string, lost: boolean): void {
  const name = CAPABILITIES.find((known) => known === named)
  if (!name || row.object.capabilities?.[name] === undefined)
    throw invalidRequest(`The account never asked for the capability "${named}".`)
  const previous = structuredClone(row.object)
  const others = (row.aside.lost ?? []).filter((other) => other !== name)
  row.aside.lost = lost ? [...others, name] : others
  saveAccount(work, row, previous)
}
