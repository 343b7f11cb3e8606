import { test } from 'vitest'
import {
  cents,
  dollars,
  eventually,
  expect,
  freeTimes,
  openDay,
  payWith,
  timeOf,
  type Stage,
} from './stage.ts'

const PASSWORD = 'a long enough password'

/** With an account; the first of them moves time past a booking. */
export function memberJourneys(stage: Stage): void {
  test('a customer who signs in at checkout keeps the time, loses the fee, and reviews the visit after it', async () => {
    const visitor = await stage.visitor({ width: 390, scheme: 'dark' })
    const { page, inspect } = visitor
    await visitor.go('/signup')
    await inspect('sign up')
    await page.getByLabel('Name').fill('Mara Member')
    await page.getByLabel('Email').fill('mara.member@example.test')
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Create the account' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'attention' })).toBeFocused()
    await inspect('sign up with a short password')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create the account' }).click()
    await page.waitForURL('**/dashboard')
    await expect(page.getByText('No bookings to come')).toBeVisible()
    await inspect('empty dashboard')

    await visitor.go('/search?text=massage&place=Toronto')
    await expect(page.getByRole('article').first()).toBeVisible()
    await expect(page.getByText('as a guest')).toHaveCount(0)
    await visitor.go('/dashboard')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible()

    // As a guest, from the card straight to checkout.
    await visitor.go('/search?text=massage&place=Toronto&instantOnly=1')
    const card = page.getByRole('article').first()
    const total = cents(await card.textContent())
    await card.getByRole('list').getByRole('link').last().click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
    await expect(page.getByText(/Guest booking fee 10%/)).toBeVisible()
    const held = await page.locator('main time[datetime]').first().getAttribute('datetime')
    await page.getByRole('link', { name: 'sign in to remove' }).click()
    await inspect('sign in')
    await page.getByLabel('Email').fill('mara.member@example.test')
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page.getByText('The email address or the password is not right.')).toBeVisible()
    await inspect('sign in with a wrong password')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
    await inspect('checkout, signed in meanwhile')
    const price = Math.round(total / 1.1)
    await page.getByRole('button', { name: `Book with my account for ${dollars(price)}` }).click()
    const pay = page.getByRole('button', { name: `Pay ${dollars(price)}` })
    await expect(pay).toBeVisible()
    await expect(page.getByText(/Guest booking fee/)).toHaveCount(0)
    expect(await page.locator('main time[datetime]').first().getAttribute('datetime')).toBe(held)
    await inspect('checkout with an account')
    await pay.click()
    await payWith(page, 'Success')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirmed')

    await visitor.go('/dashboard')
    await inspect('dashboard')
    await page.getByRole('link', { name: 'See or change it' }).click()
    await expect(page.getByText('Everything is settled.')).toBeVisible()
    await inspect('booking of a customer')
    await page.getByRole('button', { name: 'Tools' }).click()
    await inspect('demo bar')
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await expect(page.getByText('Time has moved.')).toBeVisible()
    await eventually(visitor, () => page.getByRole('heading', { name: 'How was it?' }))
    await inspect('asked for a review')
    await page.getByText('Excellent').click()
    await page.getByLabel('What should others know?').fill('On time, and the hour was a whole hour.')
    await page.getByRole('button', { name: 'Publish the review' }).click()
    await expect(page.getByText('Thank you. Your review is published.')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Your review' })).toBeFocused()
    await inspect('reviewed')
    await visitor.go('/dashboard?view=past')
    await expect(page.getByText('Completed')).toBeVisible()
    await inspect('past bookings')
    await page.locator('main a[href^="/dashboard/bookings/"]').first().click()
    await expect(page.getByRole('heading', { name: 'What happened so far' })).toBeVisible()
    await page.locator('main a[href^="/providers/"]').first().click()
    await expect(page.getByText('On time, and the hour was a whole hour.')).toBeVisible()
  })

  test('a guest who turns back finds the time held, and takes the paid booking into an account that signs in', async () => {
    const visitor = await stage.visitor({ width: 390 })
    const { page, inspect } = visitor
    await visitor.go('/providers/willow-and-stone-massage')
    await page.getByRole('link', { name: 'Choose a time for Sports massage' }).click()
    await openDay(page, timeOf(stage.marketplace), 4)
    await freeTimes(page).first().click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
    await page.getByLabel('Name').fill('Terry Turner')
    await page.getByLabel('Email').fill('terry.turner@example.test')
    await page.goBack()
    const goOn = page.getByRole('link', { name: /^Continue your booking, held until/ })
    await expect(goOn).toBeVisible()
    await inspect('holding a time')
    await goOn.click()
    await expect(page.getByLabel('Name')).toHaveValue('Terry Turner')
    await page.getByRole('button', { name: /^Pay \$/ }).click()
    await payWith(page, 'Success')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirmed')
    await page.getByRole('main').getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('Name').fill('Terry Turner')
    await page.getByLabel('Email').fill('terry.turner@example.test')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create the account' }).click()
    const take = page.getByRole('button', { name: 'Take this booking into my account' })
    await expect(take).toBeVisible()
    await inspect('confirmation, signed in')
    await take.click()
    await page.waitForURL('**/dashboard/bookings/*')
    await expect(page.getByText('Everything is settled.')).toBeVisible()
  })

  test('a customer whose time was taken in between is offered others and loses nothing', async () => {
    const [slow, quick] = [await stage.visitor({ width: 1280 }), await stage.visitor()]
    const booked = '/providers/willow-and-stone-massage'
    const now = timeOf(stage.marketplace)
    for (const { go, page } of [slow, quick]) {
      await go(booked)
      await page.getByRole('link', { name: 'Choose a time for Sports massage' }).click()
      await openDay(page, now, 6)
    }
    const wanted = await freeTimes(slow.page).nth(1).getAttribute('value')
    await quick.page.locator(`button[value="${wanted}"]`).click()
    await expect(quick.page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
    await slow.page.locator(`button[value="${wanted}"]`).click()
    await expect(slow.page.getByText('Free nearby:')).toBeVisible()
    expect(new URL(slow.page.url()).pathname).toBe(`${booked}/book`)
    await slow.inspect('time taken in between')
    await slow.page.getByText('Free nearby:').locator('..').getByRole('button').first().click()
    await expect(slow.page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
  })
}
