import type { Kind, Row } from './kinds.ts'
import { invalidRequest, resourceMissing } from './errors.ts'
import type { Store } from './store.ts'

/** What one API call, page or tick of the clock works with: the store inside its transaction, and now. */
export interface Work {
  store: Store
  /** Sandbox time, Unix seconds. */
  now: number
  /** The platform's own id, or the connected account the caller speaks for (`Stripe-Account`). */
  account: string
  platform: string
  /** Where the hosted pages live, without a slash at the end. */
  publicUrl: string
  application: Application
  requestId: string | null
  idempotencyKey: string | null
}

/** The platform as others connect to it: https://docs.stripe.com/connect/oauth-reference. */
export interface Application {
  clientId: string
  /** Where people may be sent back to; the first when nobody says. */
  redirectUris: readonly string[]
}

export const DAY_SECONDS = 86_400

const SAID: Record<Kind, string> = {
  account: 'account',
  account_link: 'account_link',
  balance_transaction: 'balance_transaction',
  charge: 'charge',
  customer: 'customer',
  dispute: 'dispute',
  early_fraud_warning: 'issuer_fraud_record',
  event: 'event',
  oauth_code: 'authorization code',
  payment_intent: 'payment_intent',
  payment_method: 'PaymentMethod',
  payout: 'payout',
  refund: 'refund',
  session: 'checkout.session',
  topup: 'topup',
  transfer: 'transfer',
  transfer_reversal: 'transfer_reversal',
  webhook_endpoint: 'webhook_endpoint',
}

/** An object in the path, or (with `param`) one named by a parameter. Another account's object does not exist. */
export function need<K extends Kind>(work: Work, kind: K, id: string, param?: string): Row<K> {
  const row = work.store.find(kind, id)
  if (!row || row.account !== work.account)
    throw resourceMissing(SAID[kind], id, param ?? 'id', param === undefined)
  return row
}

/** A connected account. One that left looks like one that never was. */
export function needAccount(work: Work, id: string, param?: string): Row<'account'> {
  const row = work.store.find('account', id)
  if (row && !row.aside.disconnected) return row
  if (param) throw resourceMissing('destination', id, param, false)
  throw invalidRequest(
    `The provided key does not have access to account '${id}' (or that account does not exist). ` +
      'Application access may have been revoked.',
    { code: 'account_invalid' },
    403,
  )
}
