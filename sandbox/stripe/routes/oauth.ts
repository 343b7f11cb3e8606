import type Stripe from 'stripe'
import { connect, deauthorize } from '../actions/connection.ts'
import { invalidRequest, OAuthRefusal } from '../errors.ts'
import type { Row } from '../kinds.ts'
import { ignored, text } from '../params.ts'
import { route } from '../router.ts'
import type { Work } from '../work.ts'

// https://docs.stripe.com/connect/oauth-reference. A token and a refresh token carry the letters of the code they were
// given for, so that one look finds all three.

const token = route(
  'POST',
  '/oauth/token',
  {
    assert_capabilities: ignored(),
    client_secret: ignored(),
    code: text(),
    grant_type: text(),
    refresh_token: text(),
    scope: text(),
  },
  (work, params) => {
    if (params.grant_type === 'authorization_code') return exchange(work, params.code)
    if (params.grant_type === 'refresh_token') return refresh(work, params.refresh_token)
    if (params.grant_type === undefined) throw new OAuthRefusal('invalid_request', 'No grant type specified')
    throw new OAuthRefusal('unsupported_grant_type', `Unsupported grant type: ${params.grant_type}`)
  },
)

function exchange(work: Work, id: string | undefined): Stripe.OAuthToken {
  if (id === undefined) throw new OAuthRefusal('invalid_request', 'No authorization code provided')
  const code = work.store.find('oauth_code', id)
  if (!code) throw new OAuthRefusal('invalid_grant', `Authorization code does not exist: ${id}`)
  if (code.aside.state !== 'fresh') {
    code.aside.state = 'revoked'
    work.store.save(code)
    throw new OAuthRefusal(
      'invalid_grant',
      'This authorization code has already been used. All tokens issued with this code have been revoked.',
      true,
    )
  }
  if (code.object.expires_at <= work.now)
    throw new OAuthRefusal('invalid_grant', `Authorization code expired: ${id}`)
  const account = work.store.find('account', code.object.account)
  if (!account)
    throw new OAuthRefusal('invalid_grant', `The account of this authorization code is gone: ${id}`)
  code.aside.state = 'used'
  work.store.save(code)
  connect(work, account)
  return tokenOf(code)
}

function refresh(work: Work, refreshToken: string | undefined): Stripe.OAuthToken {
  if (refreshToken === undefined) throw new OAuthRefusal('invalid_request', 'No refresh token provided')
  const code = work.store.find('oauth_code', refreshToken.replace(/^rt_/, 'ac_'))
  if (!code || code.aside.state !== 'used' || isDisconnected(work, code))
    throw new OAuthRefusal('invalid_grant', `Refresh token does not exist: ${refreshToken}`)
  return tokenOf(code)
}

function tokenOf({ object }: Row<'oauth_code'>): Stripe.OAuthToken {
  const letters = object.id.slice('ac_'.length)
  return {
    access_token: `sk_test_${letters}`,
    livemode: false,
    refresh_token: `rt_${letters}`,
    token_type: 'bearer',
    stripe_publishable_key: `pk_test_${letters}`,
    stripe_user_id: object.account,
    scope: object.scope,
  }
}

/** The account that an access token speaks for; undefined for a key of the platform's own. */
export function accountOfToken(work: Work, key: string): string | undefined {
  const code = work.store.find('oauth_code', key.replace(/^sk_test_/, 'ac_'))
  if (!code) return undefined
  if (code.aside.state === 'used' && !isDisconnected(work, code)) return code.object.account
  throw invalidRequest(
    'Expired API Key provided: the account has been disconnected from the platform, or its token was revoked.',
    { code: 'platform_api_key_expired' },
    401,
  )
}

function isDisconnected(work: Work, code: Row<'oauth_code'>): boolean {
  return work.store.find('account', code.object.account)?.aside.disconnected !== undefined
}

const leave = route(
  'POST',
  '/oauth/deauthorize',
  { client_id: text(), stripe_user_id: text() },
  (work, { client_id: clientId, stripe_user_id: id }) => {
    if (clientId === undefined) throw new OAuthRefusal('invalid_request', 'No client_id specified')
    if (clientId !== work.application.clientId)
      throw new OAuthRefusal('invalid_client', `No such application: '${clientId}'`)
    if (id === undefined) throw new OAuthRefusal('invalid_request', 'No stripe_user_id specified')
    const account = work.store.find('account', id)
    if (!account || account.aside.disconnected) {
      throw new OAuthRefusal(
        'invalid_client',
        `This application is not connected to stripe account ${id}, or that account does not exist.`,
      )
    }
    deauthorize(work, account)
    return { stripe_user_id: id }
  },
)

export const oauthRoutes = [token, leave]
