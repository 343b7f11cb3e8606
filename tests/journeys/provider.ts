import { test } from 'vitest'
import { hold, pay } from '#tests/support/people.ts'
import { cents, eventually, expect, timeOf, type Stage, type Visitor } from './stage.ts'

const HOME = '/provider/willow-and-stone-massage'
const DAY_MS = 86_400_000

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
    await expect(status(given.code).getByText('Paid', { exact: true })).toBeVisible()
    await inspect('payouts, paid')
    expect(await sumOf(visitor, 'Paid')).toBeGreaterThan(paidBefore)
    remember(given.code)
  })
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

interface Booked {
  id: string
  code: string
  startsAt: string
}

/** Two guests have booked and paid the first and the last time of one day of the provider. */
async function twoBookings({ marketplace }: Stage): Promise<[Booked, Booked]> {
  const { url } = marketplace
  const provider = (await (await fetch(`${url}/api/v1/providers/willow-and-stone-massage`)).json()) as {
    services: { id: string; name: string; price: { amountMinor: number } }[]
  }
  const service = provider.services.find(({ name }) => name === 'Sports massage')
  if (!service) throw new Error('the provider of the demonstration offers no sports massage')
  const from = timeOf(marketplace) + 2 * DAY_MS
  const window = new URLSearchParams({
    from: new Date(from).toISOString(),
    until: new Date(from + 5 * DAY_MS).toISOString(),
  })
  const { slots } = (await (await fetch(`${url}/api/v1/services/${service.id}/slots?${window}`)).json()) as {
    slots: { startsAt: string }[]
  }
  const dateOf = ({ startsAt }: { startsAt: string }) => startsAt.slice(0, 10)
  const first = slots.find(({ startsAt }) => Date.parse(startsAt) > from + DAY_MS)
  const times = slots.filter((slot) => first && dateOf(slot) === dateOf(first))
  const book = async (startsAt: string): Promise<Booked> => {
    const held = await hold(url, { serviceId: service.id, startsAt, priceMinor: service.price.amountMinor })
    if (held.status !== 201) throw new Error(`no hold: ${held.status} ${JSON.stringify(held.body)}`)
    const { booking, guestKey } = held.body
    await pay(url, booking.id, { key: guestKey })
    await expect
      .poll(async () => {
        const answer = await fetch(`${url}/api/v1/bookings/${booking.id}`, {
          headers: { authorization: `Bearer ${guestKey}` },
        })
        return ((await answer.json()) as { state: string }).state
      })
      .toBe('confirmed')
    return { id: booking.id, code: booking.code, startsAt }
  }
  return [await book(times[0]?.startsAt ?? ''), await book(times.at(-1)?.startsAt ?? '')]
}
