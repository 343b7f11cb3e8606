// One marketplace with its demonstration, and the people who walk through it in a real browser.
import { AxeBuilder } from '@axe-core/playwright'
import {
  expect as playwrightExpect,
  type Browser,
  type Locator,
  type Page,
  type Response,
} from '@playwright/test'
import fs from 'node:fs'
import path from 'node:path'
import { launchBrowser } from '#tests/support/browser.ts'
import { startMarketplace, type Marketplace } from '#tests/support/marketplace.ts'

/** Patient enough for a worker on a busy machine. */
export const expect = playwrightExpect.configure({ timeout: 20_000 })

const PATIENCE_MS = 20_000
/** Where to leave pictures of every page, for looking at; none are taken otherwise. */
const PICTURES = process.env['JOURNEY_PICTURES']

export interface VisitorOptions {
  width?: number
  scheme?: 'light' | 'dark'
  javaScript?: boolean
}

/** Somebody with a browser of their own: no cookies of others, and nothing that goes wrong stays unseen. */
export interface Visitor {
  readonly page: Page
  go(path: string): Promise<Response>
  /** Fails when axe finds something in either colour scheme, or when the page scrolls sideways. */
  inspect(name: string, page?: Page): Promise<void>
  /** The same for a letter, which has no landmarks to find one's way by. */
  inspectLetter(name: string, page: Page): Promise<void>
  signIn(who: 'customer' | 'provider' | 'operator', home: string): Promise<void>
}

export interface Stage {
  readonly marketplace: Marketplace
  visitor(options?: VisitorOptions): Promise<Visitor>
  /** Closes all windows; fails when a page reported an error or the site answered with one. */
  leave(): Promise<void>
  end(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const marketplace = await startMarketplace({ seed: 'demo' })
  const browser = await launchBrowser()
  let faults: string[] = []
  return {
    marketplace,
    visitor: (options = {}) => newVisitor(browser, marketplace, options, (fault) => faults.push(fault)),
    async leave() {
      await Promise.all(browser.contexts().map((context) => context.close()))
      const found = faults
      faults = []
      expect(found).toEqual([])
    },
    async end() {
      await browser.close()
      await marketplace.stop()
    },
  }
}

async function newVisitor(
  browser: Browser,
  { url }: Marketplace,
  { width = 390, scheme = 'light', javaScript = true }: VisitorOptions,
  report: (fault: string) => void,
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    javaScriptEnabled: javaScript,
    reducedMotion: 'reduce', // colours are judged as they are, not on their way from one scheme to the other
    locale: 'en-US',
    timezoneId: 'America/Toronto',
  })
  context.setDefaultTimeout(PATIENCE_MS)
  context.on('page', (page) => watch(page, report))
  const page = await context.newPage()
  const go = async (path: string) => {
    const response = await page.goto(path)
    if (!response) throw new Error(`no answer from ${path}`)
    if (javaScript) await awake(page)
    return response
  }
  return {
    page,
    go,
    inspect: (name, where = page) => (javaScript ? inspect(where, name, scheme) : expectToFit(where, name)),
    inspectLetter: (name, where) => inspect(where, name, scheme, ['region', 'landmark-one-main']),
    async signIn(who, home) {
      await go(`/login?redirect_url=${home}`)
      await page.getByLabel('Email').fill(`${who}@demo.test`)
      await page.getByLabel('Password').fill('ecosystem-demo')
      await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL((at) => at.pathname.startsWith(home))
    },
  }
}

/** Until React has taken over the buttons that are there, pressing one does nothing yet. */
async function awake(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('button')].every((button) =>
      Object.keys(button).some((key) => key.startsWith('__reactProps')),
    ),
  )
}

/** Refusals that a person meets on the way are answers of the API or of the payment page; anything else that fails is a fault. */
function watch(page: Page, report: (fault: string) => void): void {
  page.on('pageerror', (error) => report(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    // Answers are judged below, by their status.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
    report(`${page.url()}: ${message.text()}`)
  })
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    const refusal = /^\/(api|c\/pay)\//.test(pathname) || response.request().resourceType() === 'document'
    const paused = response.status() === 503 && /^\/api\/v1\/bookings\/[^/]+\/checkout$/.test(pathname)
    if ((response.status() >= 500 && !paused) || (response.status() >= 400 && !refusal)) {
      report(`${page.url()}: ${response.status()} from ${pathname}`)
    }
  })
}

/** One look at the longest page, the API's reference, takes axe more than ten seconds on a busy machine. */
const AXE_MS = 40_000

async function inspect(
  page: Page,
  name: string,
  scheme: 'light' | 'dark',
  without: string[] = [],
): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => true))
  await expectToFit(page, name)
  // Next takes a title away for a moment while it streams the next; what is really missing stays so.
  await expect(() =>
    expectNoViolations(page, `${name}, ${scheme}`, (axe) => axe.disableRules(without)),
  ).toPass({ timeout: AXE_MS, intervals: [100, 300, 1_000] })
  await takePicture(page, `${name}-${scheme}`)
  const other = scheme === 'light' ? 'dark' : 'light'
  await page.emulateMedia({ colorScheme: other })
  // Only the colours differ between the schemes. They are there some frames later, and Chromium now and then keeps an
  // inherited one until its styles are asked for again; what is really too pale stays so.
  await expect(async () => {
    await page.evaluate(
      (asked) =>
        new Promise((drawn) => {
          document.documentElement.style.setProperty('--asked-again', asked)
          requestAnimationFrame(() => requestAnimationFrame(drawn))
        }),
      String(performance.now()),
    )
    await expectNoViolations(page, `${name}, ${other}`, (axe) => axe.withRules(['color-contrast']))
  }).toPass({ timeout: AXE_MS, intervals: [100, 300, 1_000] })
  await takePicture(page, `${name}-${other}`)
  await page.emulateMedia({ colorScheme: scheme })
}

/** All that can be judged without scripts: axe is one. */
async function expectToFit(page: Page, name: string): Promise<void> {
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(sideways, `${name} scrolls sideways`).toBeLessThanOrEqual(0)
}

async function expectNoViolations(
  page: Page,
  name: string,
  choose: (axe: AxeBuilder) => AxeBuilder,
): Promise<void> {
  const { violations } = await choose(new AxeBuilder({ page })).analyze()
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.slice(0, 3).map((node) => [node.html.slice(0, 200), node.failureSummary]),
  }))
  expect(found, name).toEqual([])
}

async function takePicture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return
  fs.mkdirSync(PICTURES, { recursive: true })
  const width = page.viewportSize()?.width ?? 0
  const file = path.join(PICTURES, `${name.replaceAll(/[^\w-]+/g, '-')}-${width}.jpg`)
  await page.screenshot({ path: file, fullPage: true, type: 'jpeg', quality: 70 })
}

/** The next try to open a payment page finds Stripe closing the connection, and closing it again. */
export async function paymentsFail({ stripeUrl }: Marketplace): Promise<void> {
  const fault = { match: 'POST /v1/checkout/sessions', action: 'drop-before', times: 2 }
  const answer = await fetch(`${stripeUrl}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Reads a page again and again until it shows something that the worker brings. */
export async function eventually(visitor: Pick<Visitor, 'page'>, look: () => Locator): Promise<void> {
  await expect(async () => {
    await visitor.page.reload()
    await expect(look()).toBeVisible({ timeout: 2_000 })
  }).toPass({ timeout: 45_000 })
}

/** "$83.60" in a text, in cents. */
export function cents(text: string | null): number {
  const [, whole, part] = /\$([\d,]+)\.(\d\d)/.exec(text ?? '') ?? []
  if (whole === undefined) throw new Error(`no amount in: ${text}`)
  return Number(whole.replaceAll(',', '')) * 100 + Number(part)
}

export const dollars = (amount: number) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(amount / 100)

const DAY_MS = 86_400_000

/** In the slot picker: the first free day at least so many days ahead, in whichever month that is. */
export async function openDay(page: Page, from: number, daysAhead: number): Promise<string> {
  const earliest = new Date(from + daysAhead * DAY_MS).toISOString().slice(0, 10)
  const grid = page.getByRole('grid')
  for (;;) {
    const free = await grid
      .locator('button[data-date]:not([aria-disabled])')
      .evaluateAll((days) => days.map((day) => day.getAttribute('data-date') ?? ''))
    const day = free.find((date) => date >= earliest)
    if (day) {
      await grid.locator(`button[data-date="${day}"]`).click()
      await expect(grid.locator(`[aria-selected="true"] button[data-date="${day}"]`)).toBeVisible()
      return day
    }
    const month = await grid.getAttribute('aria-labelledby')
    const heading = page.locator(`[id="${month}"]`)
    const before = await heading.textContent()
    await page.locator('a[data-month]').last().click()
    await expect(heading).not.toHaveText(before ?? '')
  }
}

/** The free times of the day that is open. */
export const freeTimes = (page: Page) => page.locator('button[name="slot"]')

export async function payWith(page: Page, card: 'Success' | 'Declined' | '3-D Secure'): Promise<void> {
  await page.getByRole('button', { name: card, exact: true }).click()
  await page
    .getByRole('button', { name: /^Pay \$/ })
    .last()
    .click()
}

/** What time it is in the demonstration. */
export function timeOf({ clockFile }: Marketplace): number {
  const text = fs.existsSync(clockFile) ? fs.readFileSync(clockFile, 'utf8') : '{"offsetMs":0}'
  return Date.now() + (JSON.parse(text) as { offsetMs: number }).offsetMs
}
