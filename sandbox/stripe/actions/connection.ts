import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import type { OAuthCode, Row } from '../kinds.ts'
import { randomLetters } from '../ids.ts'
import { buildAccount } from '../objects/account.ts'
import { controllerOf } from '../objects/account-controller.ts'
import type { Work } from '../work.ts'
import { finishWithTestData } from './onboarding.ts'

/** https://docs.stripe.com/connect/oauth-reference: a code can be used once, within five minutes. */
const CODE_LIFE_SECONDS = 5 * 60

/** An account that somebody has at Stripe already, and no platform with access to it yet. */
export function openStandardAccount(work: Work, country: string, email: string | null): Row<'account'> {
  const { type, controller } = controllerOf('standard', undefined)
  const account = buildAccount({
    now: work.now,
    type,
    country,
    email,
    defaultCurrency: undefined,
    controller,
  })
  const row = work.store.insert('account', account, {
    account: work.platform,
    aside: { disconnected: true },
  })
  finishWithTestData(work, row)
  return row
}

/** The person said yes. The account is connected only when the platform exchanges the code. */
export function issueCode(work: Work, account: Row<'account'>, scope: OAuthCode['scope']): Row<'oauth_code'> {
  const code: OAuthCode = {
    id: `ac_${randomLetters(32)}`,
    object: 'oauth_code',
    account: account.object.id,
    created: work.now,
    expires_at: work.now + CODE_LIFE_SECONDS,
    scope,
  }
  return work.store.insert('oauth_code', code, { account: work.platform, aside: { state: 'fresh' } })
}

export function connect(work: Work, row: Row<'account'>): void {
  if (!row.aside.disconnected) return
  delete row.aside.disconnected
  work.store.save(row)
  emit({ ...work, account: row.object.id }, 'account.application.authorized', applicationObject(work))
}

/** The last event of an account that the platform hears; afterwards it does not exist for it. */
export function deauthorize(work: Work, row: Row<'account'>): void {
  if (row.aside.disconnected)
    throw invalidRequest(`Account ${row.object.id} is not connected to the platform.`)
  emit({ ...work, account: row.object.id }, 'account.application.deauthorized', applicationObject(work))
  row.aside.disconnected = true
  work.store.save(row)
}

function applicationObject(work: Work) {
  return { id: work.application.clientId, object: 'application' as const, name: 'Ecosystem' }
}
