import type Stripe from 'stripe'
import { addToBalance, availableBalance, balancesOf, move } from '../balance.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import { newId } from '../ids.ts'
import type { Row } from '../kinds.ts'
import { payablePart } from '../money.ts'
import { DAY_SECONDS, type Work } from '../work.ts'
import { balanceObject } from '../objects/balance.ts'

/** Far more than two days of a demonstration bring; a bound on one transaction. */
const MOST_SETTLED_AT_ONCE = 10_000

/** `work.account` is the account that is paid out. */
export function createPayout(
  work: Work,
  amount: number,
  currency: string,
  automatic: boolean,
  metadata = {},
): Row<'payout'> {
  if (amount > availableBalance(work, currency)) {
    throw invalidRequest('You have insufficient funds in your Stripe account for this transfer.', {
      code: 'balance_insufficient',
      param: 'amount',
    })
  }
  if (payablePart(amount, currency) !== amount) {
    throw invalidRequest(`Payouts in ${currency.toUpperCase()} must be evenly divisible by 100.`, {
      param: 'amount',
    })
  }
  const account = work.store.find('account', work.account)
  const bank = account?.object.external_accounts?.data.find((entry) => entry.currency === currency)
  if (account && !bank) {
    throw invalidRequest(`Sorry, you don't have any external accounts in that currency (${currency}).`, {
      param: 'currency',
    })
  }
  const id = newId('po')
  const payout: Stripe.Payout = {
    id,
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: work.now + DAY_SECONDS,
    automatic,
    balance_transaction: null,
    created: work.now,
    currency,
    description: automatic ? 'STRIPE PAYOUT' : null,
    destination: bank?.id ?? null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata,
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: automatic ? 'completed' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  }
  if (automatic) {
    work.store
      .prepare(
        `UPDATE objects SET payout = ? WHERE kind = 'balance_transaction' AND account = ? AND currency = ?
           AND payout IS NULL AND status = 'available'`,
      )
      .run(id, work.account, currency)
  }
  payout.balance_transaction = move(work, {
    amount: -amount,
    currency,
    type: 'payout',
    reportingCategory: 'payout',
    description: payout.description,
    source: id,
    availableOn: work.now,
    payout: id,
  }).object.id
  const failure = account?.aside.payoutFailure
  const row = work.store.insert('payout', payout, {
    account: work.account,
    aside: failure ? { failure } : {},
    dueAt: payout.arrival_date,
  })
  emit(work, 'payout.created', payout)
  return row
}

/** https://docs.stripe.com/api/payouts/failures */
const FAILURES: Record<string, string> = {
  account_closed: 'The bank account has been closed.',
  account_frozen: 'The bank account has been frozen.',
  bank_account_restricted:
    'The bank account has restrictions on either the type, or the number, of payouts allowed.',
  could_not_process: 'The bank could not process this payout.',
  debit_not_authorized: 'Debit transactions are not approved on your bank account.',
  insufficient_funds: 'Your Stripe account has insufficient funds to cover the payout.',
  invalid_currency: 'The bank was unable to process this payout because of its currency.',
  invalid_account_number: 'The routing number seems correct, but the account number is invalid.',
  no_account: 'The bank account details on file are probably incorrect.',
}

const UNDER_WAY = new Set<string>(['in_transit', 'pending'])

/** The day of arrival: the bank takes the money, or sends it back. */
export function finishPayout(work: Work, row: Row<'payout'>): void {
  const { failure } = row.aside
  if (failure === undefined) payPayout(work, row)
  else failPayout(work, row, failure)
}

export function payPayout(work: Work, row: Row<'payout'>): void {
  const { object } = row
  if (!UNDER_WAY.has(object.status))
    throw invalidRequest(`This payout is over already: it is ${object.status}.`)
  object.status = 'paid'
  work.store.save(row, null)
  emit(work, 'payout.paid', object)
}

/** A bank may send money back that it had taken: https://docs.stripe.com/payouts, a paid payout can fail days later. */
export function failPayout(work: Work, row: Row<'payout'>, failure: string): void {
  const { object } = row
  if (!UNDER_WAY.has(object.status) && object.status !== 'paid')
    throw invalidRequest(`This payout is over already: it is ${object.status}.`)
  if (!Object.hasOwn(FAILURES, failure))
    throw invalidRequest(`A payout fails for one of these reasons: ${Object.keys(FAILURES).join(', ')}.`)
  const back = move(work, {
    amount: object.amount,
    currency: object.currency,
    type: 'payout_failure',
    reportingCategory: 'payout_reversal',
    description: 'PAYOUT FAILURE',
    source: object.id,
    availableOn: work.now,
  })
  object.status = 'failed'
  object.failure_code = failure
  object.failure_message = FAILURES[failure] ?? null
  object.failure_balance_transaction = back.object.id
  work.store.save(row, null)
  emit(work, 'payout.failed', object)
  distrustBank(work, String(object.destination))
}

/** https://docs.stripe.com/api/external_account_bank_accounts/object: no scheduled payouts until it is replaced. */
function distrustBank(work: Work, id: string): void {
  const account = work.store.find('account', work.account)
  const bank = account?.object.external_accounts?.data.find((entry) => entry.id === id)
  if (!account || bank?.object !== 'bank_account') return
  bank.status = 'errored'
  work.store.save(account)
  emit(work, 'account.external_account.updated', bank)
}

/** An operator's action: all that is available leaves for the bank. Returns the payouts, one for each currency. */
export function payOutNow(work: Work): Row<'payout'>[] {
  const payouts = balancesOf(work)
    .map(({ currency, available }) => ({ currency, amount: payablePart(available, currency) }))
    .filter(({ amount }) => amount > 0)
    .map(({ currency, amount }) => createPayout(work, amount, currency, false))
  if (payouts.length > 0) return payouts
  throw invalidRequest('There is nothing available to pay out.')
}

/** An operator's action: the days that pending money waits have passed for this account. */
export function settleNow(work: Work): void {
  const { rows } = work.store.list(
    'balance_transaction',
    work.account,
    { status: 'pending' },
    { limit: MOST_SETTLED_AT_ONCE },
  )
  if (rows.length === 0) throw invalidRequest('There is nothing pending to settle.')
  for (const row of rows) row.object.available_on = work.now
  makeAvailable(work, rows)
}

/** Pending funds whose day has come become available; connected accounts on a daily schedule are then paid out. */
export function makeAvailable(work: Work, rows: Row<'balance_transaction'>[]): void {
  const accounts = new Set<string>()
  for (const row of rows) {
    row.object.status = 'available'
    work.store.save(row, null)
    addToBalance({ ...work, account: row.account }, row.object.currency, row.object.net, -row.object.net)
    accounts.add(row.account)
  }
  for (const account of accounts) {
    const scoped: Work = { ...work, account }
    emit(scoped, 'balance.available', balanceObject(scoped))
    if (account !== work.platform) payOutAll(scoped)
  }
}

function payOutAll(work: Work): void {
  const account = work.store.find('account', work.account)?.object
  if (!account?.payouts_enabled || account.settings?.payouts?.schedule.interval === 'manual') return
  for (const { currency, available } of balancesOf(work)) {
    const bank = account.external_accounts?.data.some(
      (entry) => entry.currency === currency && entry.status !== 'errored',
    )
    const amount = payablePart(available, currency)
    if (amount > 0 && bank) createPayout(work, amount, currency, true)
  }
}
