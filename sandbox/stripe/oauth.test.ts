import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  byHand,
  clientFor,
  paid,
  pass,
  postForm,
  readyAccount,
  refusalOf,
  startHeardSandbox,
  type HeardSandbox,
  type Receiver,
} from './testing/sandbox.ts'

const CLIENT = 'ca_of_the_tests'
const CALLBACK = 'http://app.test/stripe/callback?from=connect'
const OTHER_CALLBACK = 'http://app.test/elsewhere'
let connect: Receiver
let sandbox: HeardSandbox
let stripe: Stripe
beforeEach(async () => {
  sandbox = await startHeardSandbox({
    connectClientId: CLIENT,
    oauthRedirectUris: [CALLBACK, OTHER_CALLBACK],
  })
  ;({ stripe, connect } = sandbox)
})
afterEach(() => sandbox.close())

/** The SDK writes https and no port whatever its options say; its path and query are what counts. */
function authorizeUrl(params: Stripe.OAuthAuthorizeUrlParams = {}): string {
  const written = new URL(stripe.oauth.authorizeUrl({ client_id: CLIENT, ...params }))
  return new URL(written.pathname + written.search, sandbox.url).href
}

/** Opens the page, and sends what its form holds with the person's answer. Returns where it leads. */
async function answer(params: Stripe.OAuthAuthorizeUrlParams, given: Record<string, string>): Promise<URL> {
  const page = await (await fetch(authorizeUrl(params))).text()
  const hidden = [...page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  const kept = Object.fromEntries(
    hidden.map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    ]),
  )
  const response = await postForm(`${sandbox.url}/oauth/authorize`, { ...kept, ...given })
  expect(response.status).toBe(303)
  return new URL(response.headers.get('location') ?? '')
}

async function newCode(account = 'new'): Promise<string> {
  const target = await answer({}, { answer: 'connect', account })
  return target.searchParams.get('code') ?? ''
}

async function connected(): Promise<Stripe.OAuthToken & { stripe_user_id: string }> {
  const token = await stripe.oauth.token({ grant_type: 'authorization_code', code: await newCode() })
  return { ...token, stripe_user_id: token.stripe_user_id ?? '' }
}

const heard = (type: string) => connect.events.filter((event) => event.type === type)

describe('the page that connects an account', () => {
  test('leads back to the registered address it was asked for, with code and state', async () => {
    const first = await answer({ state: 'a b&c="d"' }, { answer: 'connect', account: 'new' })
    expect(first.origin + first.pathname).toBe('http://app.test/stripe/callback')
    expect(Object.fromEntries(first.searchParams)).toEqual({
      from: 'connect',
      scope: 'read_write',
      code: expect.stringMatching(/^ac_\w{32}$/),
      state: 'a b&c="d"',
    })
    const second = await answer({ redirect_uri: OTHER_CALLBACK }, { answer: 'connect', account: 'new' })
    expect(second.origin + second.pathname).toBe(OTHER_CALLBACK)
    expect(second.searchParams.has('state')).toBe(false)
  })

  test('denied, leads back with access_denied and the state, and connects nothing', async () => {
    const target = await answer({ state: 'xyz' }, { answer: 'deny', account: 'new' })
    expect(Object.fromEntries(target.searchParams)).toEqual({
      from: 'connect',
      error: 'access_denied',
      error_description: 'The user denied your request',
      state: 'xyz',
    })
    expect((await stripe.accounts.list()).data).toEqual([])
  })

  test.each([
    [
      'an address that is not registered',
      { redirect_uri: 'http://app.test/stripe/callback' },
      'Invalid redirect URI',
    ],
    ['an address that only begins like one', { redirect_uri: `${CALLBACK}&more=1` }, 'Invalid redirect URI'],
    ['another application', { client_id: 'ca_other' }, 'No application matches'],
  ])('leads nobody anywhere for %s', async (_case, params, sentence) => {
    const page = await fetch(authorizeUrl(params), { redirect: 'manual' })
    expect(page.status).toBe(400)
    expect((await page.text()).replaceAll('&#39;', "'")).toContain(sentence)
    const pressed = await postForm(`${sandbox.url}/oauth/authorize`, {
      client_id: CLIENT,
      response_type: 'code',
      answer: 'connect',
      account: 'new',
      ...params,
    })
    expect(pressed.status).toBe(400)
  })

  test('tells the platform which parameter was wrong', async () => {
    const at = async (params: Stripe.OAuthAuthorizeUrlParams) =>
      new URL((await fetch(authorizeUrl(params), { redirect: 'manual' })).headers.get('location') ?? '')
    expect((await at({ scope: 'all' })).searchParams.get('error')).toBe('invalid_scope')
    const token = authorizeUrl().replace('response_type=code', 'response_type=token')
    const location = (await fetch(token, { redirect: 'manual' })).headers.get('location') ?? ''
    expect(new URL(location).searchParams.get('error')).toBe('unsupported_response_type')
  })

  test('offers the accounts that have a full dashboard, and no others', async () => {
    const standard = await stripe.accounts.create({ type: 'standard', email: 'own@example.com' })
    const custom = await readyAccount(stripe)
    const page = await (await fetch(authorizeUrl())).text()
    expect(page).toContain(standard.id)
    expect(page).not.toContain(custom.id)
    const chosen = await postForm(`${sandbox.url}/oauth/authorize`, {
      client_id: CLIENT,
      response_type: 'code',
      answer: 'connect',
      account: custom.id,
    })
    expect(chosen.status).toBe(422)
  })

  test('prefills what the platform knows of the person', async () => {
    const known = { stripe_user: { email: 'ana@example.com', country: 'NP' } }
    const page = await (await fetch(authorizeUrl(known))).text()
    expect(page).toContain('value="ana@example.com"')
    expect(page).toMatch(/<option value="NP" selected>/)
    const target = await answer(known, {
      answer: 'connect',
      account: 'new',
      'stripe_user[email]': 'ana@example.com',
      'stripe_user[country]': 'NP',
    })
    const token = await stripe.oauth.token({
      grant_type: 'authorization_code',
      code: target.searchParams.get('code') ?? '',
    })
    expect(await stripe.accounts.retrieve(token.stripe_user_id ?? '')).toMatchObject({
      email: 'ana@example.com',
      country: 'NP',
    })
  })
})

describe('a code', () => {
  test('gives access to a Standard account that can be paid, and only then', async () => {
    const code = await newCode()
    expect((await stripe.accounts.list()).data).toEqual([])
    const token = await stripe.oauth.token({ grant_type: 'authorization_code', code })
    expect(token).toMatchObject({
      access_token: expect.stringMatching(/^sk_test_/),
      livemode: false,
      refresh_token: expect.stringMatching(/^rt_/),
      scope: 'read_write',
      stripe_publishable_key: expect.stringMatching(/^pk_test_/),
      token_type: 'bearer',
    })
    const destination = token.stripe_user_id ?? ''
    expect(await stripe.accounts.retrieve(destination)).toMatchObject({
      type: 'standard',
      charges_enabled: true,
      payouts_enabled: true,
      capabilities: { transfers: 'active' },
    })
    expect((await stripe.accounts.list()).data).toHaveLength(1)
    const charge = await paid(stripe)
    await expect(
      stripe.transfers.create({ amount: 9000, currency: 'usd', destination, source_transaction: charge.id }),
    ).resolves.toMatchObject({ destination })
    await expect.poll(() => heard('account.application.authorized')).toHaveLength(1)
    // What happened before the account was connected is not for the platform to hear.
    expect(connect.events[0]?.type).toBe('account.application.authorized')
  })

  test('works once, and a second use revokes the token of the first', async () => {
    const code = await newCode()
    const token = await stripe.oauth.token({ grant_type: 'authorization_code', code })
    const own = clientFor(sandbox.port, token.access_token)
    expect(await own.accounts.retrieveCurrent()).toMatchObject({ id: token.stripe_user_id })
    const again = await refusalOf(stripe.oauth.token({ grant_type: 'authorization_code', code }))
    expect(again).toBeInstanceOf(Stripe.errors.StripeInvalidGrantError)
    expect(again).toMatchObject({ statusCode: 400, message: expect.stringContaining('already been used') })
    expect(await refusalOf(own.accounts.retrieveCurrent())).toMatchObject({
      code: 'platform_api_key_expired',
    })
    expect(await stripe.accounts.retrieve(token.stripe_user_id ?? '')).toMatchObject({ type: 'standard' })
  })

  test('expires after five minutes, and one that was never given does not exist', async () => {
    const code = await newCode()
    await pass(sandbox, 301)
    const late = await refusalOf(stripe.oauth.token({ grant_type: 'authorization_code', code }))
    expect(late).toBeInstanceOf(Stripe.errors.StripeInvalidGrantError)
    expect(late.message).toBe(`Authorization code expired: ${code}`)
    const guess = await refusalOf(stripe.oauth.token({ grant_type: 'authorization_code', code: 'ac_guess' }))
    expect(guess.message).toBe('Authorization code does not exist: ac_guess')
    expect((await stripe.accounts.list()).data).toEqual([])
  })

  test('whose answer was lost gives the same answer under the same key', async () => {
    const code = await newCode()
    const match = 'POST /oauth/token'
    await fetch(`${sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({ match, action: 'drop-after-commit', times: 2 }),
    })
    const exchange = () =>
      stripe.oauth.token({ grant_type: 'authorization_code', code }, { idempotencyKey: 'exchange' })
    expect(await refusalOf(exchange())).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(await exchange()).toMatchObject({ scope: 'read_write' })
  })

  test('is asked for with the right words', async () => {
    const asked = async (params: object) => refusalOf(stripe.oauth.token(params as Stripe.OAuthTokenParams))
    expect(await asked({})).toBeInstanceOf(Stripe.errors.StripeOAuthInvalidRequestError)
    expect(await asked({ grant_type: 'authorization_code' })).toBeInstanceOf(
      Stripe.errors.StripeOAuthInvalidRequestError,
    )
    expect(await asked({ grant_type: 'password' })).toBeInstanceOf(
      Stripe.errors.StripeUnsupportedGrantTypeError,
    )
  })

  test('leaves a refresh token that gives the token again', async () => {
    const token = await connected()
    const again = await stripe.oauth.token({
      grant_type: 'refresh_token',
      refresh_token: token.refresh_token ?? '',
    })
    expect(again).toMatchObject({ stripe_user_id: token.stripe_user_id })
    const guess = await refusalOf(
      stripe.oauth.token({ grant_type: 'refresh_token', refresh_token: 'rt_guess' }),
    )
    expect(guess).toBeInstanceOf(Stripe.errors.StripeInvalidGrantError)
  })
})

describe('an account that is disconnected', () => {
  test.each(['by the platform', 'by its owner'])(
    '%s is told of once and then does not exist',
    async (who) => {
      const { stripe_user_id: id, access_token: key } = await connected()
      const charge = await paid(stripe)
      const transfer = await stripe.transfers.create({
        amount: 1000,
        currency: 'usd',
        destination: id,
        source_transaction: charge.id,
      })
      if (who === 'by its owner') await byHand(sandbox.url, id, 'deauthorize')
      else {
        expect(await stripe.oauth.deauthorize({ client_id: CLIENT, stripe_user_id: id })).toMatchObject({
          stripe_user_id: id,
        })
      }
      await expect.poll(() => heard('account.application.deauthorized')).toHaveLength(1)
      expect(heard('account.application.deauthorized')[0]).toMatchObject({
        account: id,
        data: { object: { id: CLIENT, object: 'application' } },
      })
      const gone = { statusCode: 403, code: 'account_invalid' }
      expect(await refusalOf(stripe.accounts.retrieve(id))).toMatchObject(gone)
      expect(await refusalOf(stripe.accounts.retrieve(id))).toBeInstanceOf(
        Stripe.errors.StripePermissionError,
      )
      expect(await refusalOf(stripe.balance.retrieve({}, { stripeAccount: id }))).toMatchObject(gone)
      expect(await refusalOf(stripe.transfers.createReversal(transfer.id))).toMatchObject(gone)
      expect(
        await refusalOf(
          stripe.transfers.create({
            amount: 1,
            currency: 'usd',
            destination: id,
            source_transaction: charge.id,
          }),
        ),
      ).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'destination' })
      expect(await refusalOf(clientFor(sandbox.port, key).balance.retrieve())).toMatchObject({
        statusCode: 401,
        code: 'platform_api_key_expired',
      })
      expect((await stripe.accounts.list()).data).toEqual([])
      const again = await refusalOf(stripe.oauth.deauthorize({ client_id: CLIENT, stripe_user_id: id }))
      expect(again).toBeInstanceOf(Stripe.errors.StripeInvalidClientError)
      expect(again).toMatchObject({
        statusCode: 401,
        message: expect.stringContaining('is not connected to'),
      })
    },
  )

  test('is heard of no more, and can be connected again', async () => {
    const { stripe_user_id: id } = await connected()
    await stripe.oauth.deauthorize({ client_id: CLIENT, stripe_user_id: id })
    await expect.poll(() => heard('account.application.deauthorized')).toHaveLength(1)
    await byHand(sandbox.url, id, 'restrict')
    await byHand(sandbox.url, id, 'restore')
    expect(await byHand(sandbox.url, id, 'deauthorize')).toContain('is not connected')
    await stripe.oauth.token({ grant_type: 'authorization_code', code: await newCode(id) })
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ payouts_enabled: true })
    await expect.poll(() => heard('account.application.authorized')).toHaveLength(2)
    expect(heard('account.updated')).toEqual([])
  })

  test('only by the application it belongs to', async () => {
    const { stripe_user_id: id } = await connected()
    const refusal = await refusalOf(stripe.oauth.deauthorize({ client_id: 'ca_other', stripe_user_id: id }))
    expect(refusal).toBeInstanceOf(Stripe.errors.StripeInvalidClientError)
    expect(await stripe.accounts.retrieve(id)).toMatchObject({ id })
  })
})
