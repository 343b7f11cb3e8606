import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postForm, readyAccount, refusalOf, startTestSandbox, type TestSandbox } from './testing/sandbox.ts'

let sandbox: TestSandbox
let stripe: Stripe
beforeAll(async () => {
  sandbox = await startTestSandbox()
  stripe = sandbox.stripe
})
afterAll(() => sandbox.close())

async function express(): Promise<Stripe.Account> {
  return stripe.accounts.create({
    type: 'express',
    country: 'CA',
    email: 'ana@example.com',
    capabilities: { transfers: { requested: true } },
    metadata: { provider: '7' },
  })
}

function linkFor(account: string): Promise<Stripe.AccountLink> {
  return stripe.accountLinks.create({
    account,
    type: 'account_onboarding',
    refresh_url: 'http://app.test/refresh',
    return_url: 'http://app.test/return',
  })
}

async function visit(url: string): Promise<string> {
  const page = await fetch(url, { redirect: 'manual' })
  return /name="visit" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
}

describe('onboarding', () => {
  test('a new account is owed everything and can do nothing', async () => {
    const account = await express()
    expect(account).toMatchObject({
      charges_enabled: false,
      payouts_enabled: false,
      details_submitted: false,
      default_currency: 'cad',
      capabilities: { transfers: 'inactive' },
      requirements: { disabled_reason: 'requirements.past_due' },
    })
    expect(account.requirements?.currently_due).toContain('external_account')
    expect((await refusalOf(stripe.accounts.createLoginLink(account.id))).statusCode).toBe(400)
  })

  test('finishing with test data enables it and tells the Connect endpoint', async () => {
    const account = await express()
    const { url } = await linkFor(account.id)
    const answer = await postForm(url, { visit: await visit(url), answer: 'finish' })
    expect(answer.headers.get('location')).toBe('http://app.test/return')
    const done = await stripe.accounts.retrieve(account.id)
    expect(done).toMatchObject({
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
      capabilities: { transfers: 'active' },
      requirements: { currently_due: [], disabled_reason: null },
      metadata: { provider: '7' },
    })
    const { data } = await stripe.events.list({ type: 'account.updated' }, { stripeAccount: account.id })
    expect(data[0]).toMatchObject({
      account: account.id,
      data: { object: { id: account.id, payouts_enabled: true } },
    })
    expect((await stripe.accounts.createLoginLink(account.id)).url).toContain(account.id)
  })

  test('finishing later leaves it owing', async () => {
    const account = await express()
    const { url } = await linkFor(account.id)
    await postForm(url, { visit: await visit(url), answer: 'later' })
    const later = await stripe.accounts.retrieve(account.id)
    expect(later).toMatchObject({ payouts_enabled: false, details_submitted: false })
    expect(later.requirements?.currently_due).not.toEqual([])
  })

  test('a link opens once, and not after five minutes; then the app is asked for another', async () => {
    const account = await express()
    const used = await linkFor(account.id)
    await visit(used.url)
    const second = await fetch(used.url, { redirect: 'manual' })
    expect(second.headers.get('location')).toBe('http://app.test/refresh')
    const guessed = await postForm(used.url, { visit: 'visit_guess', answer: 'finish' })
    expect(guessed.headers.get('location')).toBe('http://app.test/refresh')
    const old = await linkFor(account.id)
    sandbox.advance(301)
    await expect
      .poll(async () => (await fetch(old.url, { redirect: 'manual' })).headers.get('location'))
      .toBe('http://app.test/refresh')
    expect((await stripe.accounts.retrieve(account.id)).details_submitted).toBe(false)
  })
})

describe('accounts by API', () => {
  test('a custom account with complete data is enabled at once', async () => {
    const account = await readyAccount(stripe)
    expect(account).toMatchObject({
      charges_enabled: true,
      payouts_enabled: true,
      individual: { first_name: 'Ana', dob: { year: 1990 } },
      external_accounts: { data: [{ last4: '6789', currency: 'usd' }] },
      requirements: { currently_due: [] },
    })
  })

  test('a controller that collects requirements itself does the same; terms are not accepted for others', async () => {
    const account = await stripe.accounts.create({
      controller: {
        fees: { payer: 'application' },
        losses: { payments: 'application' },
        requirement_collection: 'application',
        stripe_dashboard: { type: 'none' },
      },
    })
    expect(account).toMatchObject({ type: 'none', controller: { requirement_collection: 'application' } })
    const refusal = await refusalOf(
      stripe.accounts.create({ type: 'express', tos_acceptance: { date: 1_700_000_000, ip: '127.0.0.1' } }),
    )
    expect(refusal.param).toBe('tos_acceptance')
  })

  test('the missing piece given later enables it', async () => {
    const account = await stripe.accounts.create({
      type: 'custom',
      business_type: 'individual',
      capabilities: { transfers: { requested: true } },
      individual: {
        first_name: 'Ana',
        last_name: 'Lopez',
        dob: { day: 1, month: 1, year: 1990 },
        address: { line1: 'address_full_match', city: 'Austin', postal_code: '78701' },
      },
      tos_acceptance: { date: 1_700_000_000, ip: '127.0.0.1' },
    })
    expect(account.requirements?.currently_due).toEqual(['external_account'])
    const updated = await stripe.accounts.update(account.id, { external_account: 'btok_us_verified' })
    expect(updated.payouts_enabled).toBe(true)
  })

  test('an operator restricts an account and lifts it', async () => {
    const account = await readyAccount(stripe)
    await postForm(`${sandbox.url}/objects/${account.id}/restrict`, {})
    expect(await stripe.accounts.retrieve(account.id)).toMatchObject({
      payouts_enabled: false,
      capabilities: { transfers: 'inactive' },
      requirements: { past_due: ['individual.verification.document'] },
    })
    await postForm(`${sandbox.url}/objects/${account.id}/restore`, {})
    expect((await stripe.accounts.retrieve(account.id)).payouts_enabled).toBe(true)
  })

  test('the platform is an account too, and an empty account can be deleted', async () => {
    expect(await stripe.accounts.retrieveCurrent()).toMatchObject({
      object: 'account',
      charges_enabled: true,
    })
    const account = await readyAccount(stripe)
    expect(await stripe.accounts.del(account.id)).toEqual(
      expect.objectContaining({ id: account.id, deleted: true }),
    )
    expect((await refusalOf(stripe.accounts.retrieve(account.id))).code).toBe('account_invalid')
  })
})
