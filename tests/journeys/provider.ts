import { parse } from 'csv-parse/sync'
import fs from 'node:fs'
import { test } from 'vitest'
import { bookAsGuest, freeStarts, HOUR_MS, sportsMassage, WILLOW, type Booked } from './book.ts'
import { cents, eventually, expect, type Stage, type Visitor } from './stage.ts'

const HOME = `/provider/${WILLOW}`

/** Before time is moved: requests lapse. */
export function answeringJourney(stage: Stage): void {
  test('a provider accepts one request and declines another', async () => {
    const visitor = await stage.visitor({ width: 1280 })
    const { page, inspect } = visitor
    await visitor.signIn('provider', '/provider')
    await visitor.go(HOME)
    await inspect('provider, today')
    await page.getByRole('link', { name: /^Requests/ }).click()
    const requests = page.getByRole('main').getByRole('article')
    await expect(requests.first()).toBeVisible()
    const before = await requests.count()
    expect(before).toBeGreaterThanOrEqual(2)

    await requests
      .first()
      .getByRole('button', { name: /^Accept/ })
      .click()
    const accept = page.getByRole('dialog', { name: 'Accept this request?' })
    await expect(accept).toContainText(/is charged \$\d+\.\d\d now/)
    await inspect('asked before accepting')
    await accept.getByRole('button', { name: /^Accept and charge \$/ }).click()
    await expect(requests).toHaveCount(before - 1)

    await requests
      .first()
      .getByRole('button', { name: /^Decline/ })
      .click()
    const decline = page.getByRole('dialog', { name: 'Decline this request?' })
    await decline.getByLabel('Reason').fill('The room is being painted.')
    await inspect('asked before declining')
    await decline.getByRole('button', { name: 'Decline the request' }).click()
    await expect(requests).toHaveCount(before - 2)
    await inspect('requests')
  })
}

/** Tells `remember` the code of a booking that was paid out. */
export function payoutJourney(stage: Stage, remember: (code: string) => void): void {
  test('a provider gives one service, waits in vain for another, and is paid on payout day', async () => {
    const [given, missed] = await twoBookings(stage)
    const visitor = await stage.visitor({ width: 390 })
    const { page, inspect } = visitor
    await visitor.signIn('provider', '/provider')
    const status = (code: string) => page.getByRole('row').filter({ hasText: code })

    await visitor.go(`${HOME}/payouts`)
    const held = await sumOf(visitor, 'Held')
    expect(held).toBeGreaterThan(0)
    await expect(status(given.code)).toContainText('Held')
    const paidBefore = await sumOf(visitor, 'Paid')
    await inspect('payouts')

    await visitor.go(`${HOME}/calendar?date=${given.startsAt.slice(0, 10)}`)
    await expect(page.getByRole('link', { name: /Sports massage/ }).first()).toBeVisible()
    await inspect('a day of the provider')

    await visitor.go(`${HOME}/bookings/${given.id}`)
    await moveTime(visitor, 'Start')
    await eventually(visitor, () => page.getByRole('button', { name: /^Mark completed/ }))
    await inspect('booking of a provider')
    await page.getByRole('button', { name: /^Mark completed/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Mark completed' }).click()
    await expect(page.getByText('Completed, by you')).toBeVisible()

    await visitor.go(`${HOME}/bookings/${missed.id}`)
    await moveTime(visitor, 'Start')
    await eventually(visitor, () => page.getByRole('button', { name: /^Report a no-show/ }))
    await page.getByRole('button', { name: /^Report a no-show/ }).click()
    const dialog = page.getByRole('dialog', { name: /did not come\?/ })
    await inspect('asked before a no-show')
    await dialog.getByRole('button', { name: 'Report the no-show' }).click()
    await expect(page.getByText('Reported as a no-show, by you')).toBeVisible()
    await inspect('booking nobody came to')

    await moveTime(visitor, 'Payout day')
    await visitor.go(`${HOME}/payouts`)
    await eventually(visitor, () => status(missed.code).getByText('Paid', { exact: true }))
    await eventually(visitor, () => status(given.code).getByText('Paid', { exact: true }))
    await inspect('payouts, paid')
    expect(await sumOf(visitor, 'Paid')).toBeGreaterThan(paidBefore)
    remember(given.code)
  })
}

const OWNER = { name: 'Pia Player', email: 'pia.player@example.test', password: 'a long enough password' }

/** Somebody new is paid: on the payment company's own pages, and after their account has left us with one they had already. */
export function connectJourney(stage: Stage): void {
  test('a provider sets up payouts in two goes, is told that the account was disconnected, and connects another one', async () => {
    const visitor = await stage.visitor({ width: 390 })
    const { page, inspect } = visitor
    await visitor.go('/signup?as=provider')
    await page.getByLabel('Name').fill(OWNER.name)
    await page.getByLabel('Email').fill(OWNER.email)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Create the account' }).click()
    await page.waitForURL('**/provider')
    await visitor.go('/provider')
    await page.getByLabel('Name', { exact: true }).fill('Pia Plays')
    await page.getByLabel('Country').selectOption('CA')
    await page.getByLabel('Time zone').selectOption('America/Toronto')
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.waitForURL('**/provider/pia-plays/**')
    await visitor.go('/provider/pia-plays/payouts')
    await expect(page.getByText('You cannot be paid yet')).toBeVisible()

    await page.getByRole('button', { name: 'Set up payouts' }).click()
    await page.getByRole('button', { name: 'Finish later' }).click()
    await expect(page.getByText(/\d+ answers are still missing/)).toBeVisible()
    await inspect('payouts, half set up')
    await page.getByRole('button', { name: 'Finish the set-up' }).click()
    await page.getByRole('button', { name: 'Use test data and finish' }).click()
    await expect(page.getByText('You can be paid')).toBeVisible()

    await disconnectNewestAccount(stage)
    await eventually(visitor, () => page.getByText('Your payout account was disconnected from us'))
    await inspect('payouts, disconnected')

    const connect = page.getByRole('button', { name: 'Connect an existing Stripe account' })
    await connect.click()
    await page.getByRole('button', { name: 'Deny' }).click()
    await expect(page.getByText('Nothing was connected')).toBeVisible()
    await inspect('payouts, access denied')
    await connect.click()
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await expect(page.getByText('Your account is connected')).toBeVisible()
    await expect(page.getByText('You can be paid')).toBeVisible()
    await inspect('payouts, connected')
    // The answer was used up with the first arrival; whoever opens the address again changes nothing.
    await visitor.go('/api/stripe/connect/callback?state=made-up&code=ac_made_up')
    await expect(page.getByText('This link is not right')).toBeVisible()
  })
}

/** After a payout: `paidOut` is the code of its booking. */
export function statementJourney(stage: Stage, paidOut: () => string): void {
  test('a provider reads the statement of a month and downloads it', async () => {
    const visitor = await stage.visitor({ width: 390, scheme: 'dark' })
    const { page, inspect } = visitor
    await visitor.signIn('provider', '/provider')
    await visitor.go(`${HOME}/payouts`)
    await page.getByRole('link', { name: 'Monthly statements' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Statement for')
    const line = page.getByRole('row').filter({ hasText: paidOut() })
    await expect(line).toContainText(/sent \w+ \d+, \d{4}/)
    await inspect('statement')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download CSV' }).click(),
    ])
    const lines = parse(fs.readFileSync(await file.path(), 'utf8'), { columns: true }) as {
      booking: string
      transferred: string
    }[]
    const sent = lines.find(({ booking }) => booking === paidOut())
    await expect(line).toContainText(`$${sent?.transferred}`)
  })
}

/** Whoever owns the account that was opened last takes it away from us, in their own dashboard. */
async function disconnectNewestAccount({ marketplace: { stripeUrl, env } }: Stage): Promise<void> {
  const authorization = `Bearer ${env['STRIPE_SECRET_KEY']}`
  const accounts = await fetch(`${stripeUrl}/v1/accounts?limit=1`, { headers: { authorization } })
  const [newest] = ((await accounts.json()) as { data: { id: string }[] }).data
  const left = await fetch(`${stripeUrl}/objects/${newest?.id}/deauthorize`, {
    method: 'POST',
    headers: { accept: 'application/json' },
  })
  if (!left.ok) throw new Error(`${newest?.id} did not leave: ${left.status} ${await left.text()}`)
}

async function sumOf({ page }: Visitor, label: string): Promise<number> {
  const sums = page
    .locator('main dl > div, main dl > *')
    .filter({ has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) })
  return cents(await sums.first().locator('dd').textContent())
}

async function moveTime({ page }: Visitor, to: 'Start' | 'Payout day'): Promise<void> {
  const tools = page.getByRole('button', { name: 'Tools', exact: true })
  await tools.click()
  await page.getByRole('button', { name: to, exact: true }).click()
  await expect(page.getByText('Time has moved.')).toBeVisible()
}

/** Two guests have booked and paid the first and the last time of one day of the provider. */
async function twoBookings(stage: Stage): Promise<[Booked, Booked]> {
  const service = await sportsMassage(stage)
  const starts = await freeStarts(stage, service, 3)
  const days = Map.groupBy(starts, (startsAt) => startsAt.slice(0, 10)).values()
  const lengthOf = (day: string[]) => Date.parse(day.at(-1) ?? '') - Date.parse(day[0] ?? '')
  const times = [...days].find((day) => lengthOf(day) >= 2 * HOUR_MS) ?? []
  return [
    await bookAsGuest(stage, service, times[0] ?? ''),
    await bookAsGuest(stage, service, times.at(-1) ?? ''),
  ]
}
