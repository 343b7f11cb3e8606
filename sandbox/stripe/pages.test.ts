import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '#tests/support/browser.ts'
import { sessionParams, startTestSandbox, type TestSandbox } from './testing/sandbox.ts'

const PHONE = { width: 375, height: 800 }
let sandbox: TestSandbox
let browser: Browser
beforeAll(async () => {
  sandbox = await startTestSandbox()
  browser = await launchBrowser()
}, 60_000)
afterAll(async () => {
  await browser.close()
  await sandbox.close()
})

async function expectNoComplaint(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)).toEqual([])
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(overflow).toBeLessThanOrEqual(0)
}

/** Success and cancel lead back to the sandbox's own dashboard, which is a page like any other. */
async function newCheckout(): Promise<string> {
  const session = await sandbox.stripe.checkout.sessions.create(
    sessionParams(8500, {
      success_url: `${sandbox.url}/?paid={CHECKOUT_SESSION_ID}`,
      cancel_url: sandbox.url,
    }),
  )
  return session.url ?? ''
}

describe.each(['light', 'dark'] as const)('on a phone, %s', (colorScheme) => {
  test('checkout, decline, challenge and dashboard work and axe has no complaint', async () => {
    const context = await browser.newContext({ viewport: PHONE, colorScheme })
    const page = await context.newPage()
    const url = await newCheckout()
    await page.goto(url)
    await expectNoComplaint(page)
    await page.getByRole('button', { name: 'Declined' }).click()
    await page.getByRole('button', { name: 'Pay $85.00' }).click()
    await page.getByText('Your card was declined.').waitFor()
    expect(await page.getByLabel('Card number').evaluate((field) => field === document.activeElement)).toBe(
      true,
    )
    await expectNoComplaint(page)
    await page.getByRole('button', { name: '3-D Secure', exact: true }).click()
    await page.getByRole('button', { name: 'Pay $85.00' }).click()
    await page.getByRole('heading', { name: 'Confirm this payment' }).waitFor()
    await expectNoComplaint(page)
    await page.getByRole('button', { name: 'Complete authentication' }).click()
    await page.getByRole('heading', { name: 'Stripe sandbox' }).waitFor()
    await expectNoComplaint(page)
    await page.getByRole('link', { name: /^ch_/ }).first().click()
    await page.getByRole('heading', { name: 'As the API shows it' }).waitFor()
    await expectNoComplaint(page)
    await page.goto(url)
    await page.getByRole('heading', { name: 'This payment is complete' }).waitFor()
    await expectNoComplaint(page)
    await context.close()
  }, 60_000)

  test('onboarding works and axe has no complaint', async () => {
    const context = await browser.newContext({ viewport: PHONE, colorScheme })
    const page = await context.newPage()
    const account = await sandbox.stripe.accounts.create({ type: 'express', email: 'ana@example.com' })
    const link = await sandbox.stripe.accountLinks.create({
      account: account.id,
      type: 'account_onboarding',
      return_url: sandbox.url,
      refresh_url: sandbox.url,
    })
    await page.goto(link.url)
    await expectNoComplaint(page)
    await page.getByRole('button', { name: 'Use test data and finish' }).click()
    await page.getByRole('heading', { name: 'Stripe sandbox' }).waitFor()
    expect((await sandbox.stripe.accounts.retrieve(account.id)).payouts_enabled).toBe(true)
    await context.close()
  }, 60_000)
})

test('connecting an account works, the platform and what can go wrong have pages, and axe has no complaint', async () => {
  const context = await browser.newContext({ viewport: PHONE })
  const page = await context.newPage()
  // The dashboard of the other sandbox stands for the platform's own page.
  const connecting = await startTestSandbox({ oauthRedirectUris: [`${sandbox.url}/`] })
  const { id } = await connecting.stripe.accounts.create({ type: 'standard', email: 'own@example.com' })
  await page.goto(`${connecting.url}/oauth/authorize?client_id=ca_sandbox&response_type=code&state=s`)
  await expectNoComplaint(page)
  await page.getByLabel(id).check()
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.waitForURL(/\?.*code=ac_.*state=s/)
  for (const path of ['objects/platform', `objects/${id}`, 'scenarios']) {
    await page.goto(`${connecting.url}/${path}`)
    await expectNoComplaint(page)
  }
  await context.close()
  await connecting.close()
}, 60_000)

test('without script, Enter pays and the card buttons still choose', async () => {
  const context = await browser.newContext({ viewport: PHONE, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(await newCheckout())
  await page.getByRole('button', { name: 'Insufficient funds' }).click()
  expect(await page.getByLabel('Card number').inputValue()).toBe('4000 0000 0000 9995')
  await page.getByLabel('Card number').fill('4242 4242 4242 4242')
  await page.getByLabel('Card number').press('Enter')
  await page.waitForURL(/paid=cs_test_/)
  await context.close()
}, 60_000)
