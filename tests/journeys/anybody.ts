import { describe, test } from 'vitest'
import { expect, type Stage, type Visitor } from './stage.ts'

const PROVIDER = 'willow-and-stone-massage'

export function journeysOfAnybody(stage: Stage): void {
  test('without JavaScript one can search, filter, look at a provider and read the free times', async () => {
    const visitor = await stage.visitor({ javaScript: false })
    const { page } = visitor
    await visitor.go('/')
    await page.getByLabel('What', { exact: true }).fill('massage')
    await page.getByLabel('Where', { exact: true }).fill('Toronto')
    await page.getByRole('button', { name: 'Find a time' }).click()
    const results = page.getByRole('article')
    await expect(results.first()).toBeVisible()
    const all = await page.getByRole('heading', { level: 1 }).textContent()
    await page.locator('summary').filter({ hasText: 'Filters' }).click()
    await page.getByLabel('Price up to').fill('80')
    await page.getByRole('button', { name: 'Show results' }).click()
    await expect(page).toHaveURL(/priceMax=80/)
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(all ?? '')
    await visitor.inspect('search without scripts')
    expect(await page.getByRole('article').count()).toBe(
      await page.getByRole('main').getByRole('article').count(),
    )
    await visitor.go(`/providers/${PROVIDER}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Willow & Stone Massage')
    await visitor.inspect('provider without scripts')
    await page.getByRole('link', { name: 'Choose a time for Sports massage' }).click()
    await page.locator('button[data-date]:not([aria-disabled])').nth(1).click()
    await expect(page.locator('button[name="slot"]').first()).toBeVisible()
    await page.locator('button[name="slot"]').first().click()
    await expect(page.getByText('You chose')).toBeVisible()
    await visitor.inspect('slot picker without scripts')
  })

  test('with the keyboard alone one gets from the front page to paying', async () => {
    const visitor = await stage.visitor({ width: 1280 })
    const { page } = visitor
    await visitor.go('/')
    await page.keyboard.press('Tab')
    await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
    await page.keyboard.press('Enter')
    await tabTo(page, 'input[name=text]')
    await page.keyboard.type('massage')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Toronto')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/search?**')
    await expect(page.getByRole('article').first()).toBeVisible()
    await tabTo(page, `a[href="/providers/${PROVIDER}"]`)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/providers/${PROVIDER}`)
    await tabTo(page, 'a[aria-label="Choose a time for Sports massage"]')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/book?**')
    await tabTo(page, 'button[data-date]')
    const first = await page.evaluate(() => document.activeElement?.getAttribute('data-date'))
    await page.keyboard.press('ArrowRight')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-date')))
      .not.toBe(first)
    await page.keyboard.press('ArrowLeft')
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-date')))
      .toBe(first)
    await page.keyboard.press('Enter')
    await tabTo(page, 'button[name=slot]')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
    await tabTo(page, 'input[name=name]')
    await page.keyboard.type('Kay Board')
    await page.keyboard.press('Tab')
    await page.keyboard.type('kay.board@example.test')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Pay with card' })).toBeVisible()
  })

  describe('signing in leads back', () => {
    test('to the page one came for', async () => {
      const visitor = await stage.visitor()
      const { page } = visitor
      await visitor.go('/dashboard')
      expect(new URL(page.url()).pathname).toBe('/login')
      await page.getByLabel('Email').fill('customer@demo.test')
      await page.getByLabel('Password').fill('ecosystem-demo')
      await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL('**/dashboard')
      await visitor.inspect('dashboard of the demonstration')
    })

    test.each(['//evil.test', '/\\evil.test', 'https://evil.test/', 'javascript:alert(1)', '/\t/evil.test'])(
      'and never to %j',
      async (to) => {
        const visitor = await stage.visitor()
        await visitor.go(`/login?redirect_url=${encodeURIComponent(to)}`)
        await visitor.page.getByLabel('Email').fill('customer@demo.test')
        await visitor.page.getByLabel('Password').fill('ecosystem-demo')
        await visitor.page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
        await visitor.page.waitForURL(`${stage.marketplace.url}/dashboard`)
      },
    )
  })

  describe('every page fits a phone 320 pixels wide, reads well in both schemes and reports nothing', () => {
    test.each([
      [
        'guest',
        [
          '/',
          '/search?text=piano',
          '/search?text=nothing+like+this+exists',
          `/providers/${PROVIDER}`,
          `/providers/${PROVIDER}/book`,
          '/login',
          '/signup?as=provider',
          '/docs/api',
          '/terms',
          '/privacy',
          '/forgot-password',
          '/reset-password?token=none',
          '/providers/nobody-here',
          '/dev/mail',
          '/nowhere',
        ],
      ],
      ['customer', ['/dashboard', '/dashboard?view=past']],
      [
        'provider',
        [
          '',
          '/requests',
          '/calendar',
          '/bookings',
          '/hours',
          '/services',
          '/services/new',
          '/profile',
          '/payouts',
          `/payouts/statements/${new Date().toISOString().slice(0, 7)}`,
          '/setup',
        ].map((page) => `/provider/${PROVIDER}${page}`),
      ],
      [
        'operator',
        [
          '',
          '/bookings',
          '/bookings?trouble=disputed',
          '/providers',
          '/disputes',
          '/reviews',
          '/ledger',
          '/reconciliation',
          '/webhooks',
          '/jobs',
          '/mails',
          '/audit',
          '/disputes/none',
        ].map((page) => `/operator${page}`),
      ],
    ] as const)('for the %s', async (who, paths) => {
      const visitor = await stage.visitor({ width: 320 })
      if (who !== 'guest') await visitor.signIn(who, who === 'customer' ? '/dashboard' : `/${who}`)
      for (const path of paths) {
        await visitor.go(path)
        await expect(visitor.page.getByRole('heading', { level: 1 })).toBeVisible()
        await visitor.inspect(`${who} ${path}`)
      }
    })
  })
}

const TABS_MAX = 150

async function tabTo(page: Visitor['page'], selector: string): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the Tab key does not lead to ${selector}`)
}
