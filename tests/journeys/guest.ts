import type { Page } from '@playwright/test'
import ICAL from 'ical.js'
import fs from 'node:fs'
import { test } from 'vitest'
import { bookAsGuest, freeStarts, passTo, sportsMassage } from './book.ts'
import {
  cents,
  dollars,
  eventually,
  expect,
  freeTimes,
  openDay,
  paymentsFail,
  payWith,
  timeOf,
  type Stage,
  type Visitor,
} from './stage.ts'

const GUEST = { name: 'Gale Guest', email: 'gale.guest@example.test' }

/** Without an account: from the front page to a massage, moved to another time, and cancelled. @returns the booking's code. */
export function guestJourneys(stage: Stage, remember: (code: string) => void): void {
  test('a guest finds a massage near Toronto, pays with 3-D Secure, moves the booking by the link in the mail and cancels it', async () => {
    const visitor = await stage.visitor({ width: 390 })
    const { page, inspect } = visitor
    const now = timeOf(stage.marketplace)

    await visitor.go('/')
    const demonstration = page.getByRole('complementary', { name: 'Demonstration' })
    await expect(demonstration.getByText(/^\(Toronto, UTC−[45]\)$/)).toBeVisible()
    await inspect('home')
    await page.getByLabel('What', { exact: true }).fill('massage')
    await page.getByLabel('Where', { exact: true }).fill('Toronto')
    await page.getByRole('button', { name: 'Find a time' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText('near Toronto')
    await inspect('search')

    const card = page
      .getByRole('article')
      .filter({ has: page.getByRole('heading', { name: 'Willow & Stone Massage' }) })
    await expect(card).toContainText(/\$\d+\.\d\d as a guest, \$\d+\.\d\d signed in/)
    await expect(card.getByRole('list', { name: /Next free times/ }).getByRole('link')).toHaveCount(3)
    await card.getByRole('heading').getByRole('link').click()

    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Willow & Stone Massage')
    await inspect('provider')
    const service = page
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { name: 'Sports massage' }) })
    const guestTotal = cents(await service.textContent())
    await service.getByRole('link', { name: 'Choose a time for Sports massage' }).click()

    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Choose a time')
    await openDay(page, now, 3)
    await inspect('slot picker')
    await freeTimes(page).first().click()

    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Review and pay')
    await expect(page.getByText(/Held for you for/)).toContainText(/[89]:\d\d|10:00/)
    const base = Math.round(guestTotal / 1.1)
    const line = (name: RegExp) =>
      page
        .locator('dl > div')
        .filter({ has: page.locator('dt', { hasText: name }) })
        .locator('dd')
    await expect(line(/^Sports massage/)).toHaveText(dollars(base))
    await expect(line(/^Guest booking fee 10%/)).toHaveText(dollars(guestTotal - base))
    await expect(line(/^Total/)).toHaveText(dollars(guestTotal))
    await inspect('checkout')
    const pay = page.getByRole('button', { name: `Pay ${dollars(guestTotal)}` })
    await pay.click()
    await expect(page.getByRole('alert').filter({ hasText: 'attention' })).toBeFocused()
    await inspect('checkout with what is missing')
    await page.getByLabel('Name').fill(GUEST.name)
    await page.getByLabel('Email').fill(GUEST.email)

    await paymentsFail(stage.marketplace)
    await pay.click()
    await expect(page.getByRole('alert').filter({ hasText: 'Payments are paused' })).toContainText(
      /Nothing was charged.*Your time is kept until \d{1,2}:\d\d\s[AP]M\./,
    )
    await inspect('checkout while payments are paused')
    await pay.click()

    await expect(page.getByRole('heading', { name: 'Pay with card' })).toBeVisible()
    await expect(page.getByText('Guest booking fee')).toBeVisible()
    await inspect('payment page')
    await payWith(page, 'Declined')
    await expect(page.getByRole('alert')).toContainText('nothing was charged')
    await expect(page.getByText('Your card was declined.')).toBeVisible()
    await inspect('payment page after a declined card')
    await payWith(page, '3-D Secure')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirm this payment')
    await inspect('3-D Secure')
    await page.getByRole('button', { name: 'Complete authentication' }).click()

    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Confirmed')
    await inspect('confirmation')
    remember(
      (await page
        .locator('dd')
        .filter({ hasText: /^[A-Z0-9-]{6,12}$/ })
        .first()
        .textContent()) ?? '',
    )
    const startsAt = (await page.locator('main time[datetime]').first().getAttribute('datetime')) ?? ''
    await page.getByText('Add to calendar').click()
    await inspect('confirmation with its calendars')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Calendar file (.ics)' }).click(),
    ])
    const before = eventIn(fs.readFileSync(await file.path(), 'utf8'))
    expect(before.startDate.toJSDate().getTime()).toBe(Date.parse(startsAt))
    expect(before.uid).not.toBe('')

    await visitor.go(`/dev/mail?to=${GUEST.email}`)
    const confirmation = () =>
      page
        .getByRole('main')
        .getByRole('link', { name: /^Confirmed/ })
        .first()
    await eventually(visitor, confirmation)
    await inspect('mailbox')
    await confirmation().click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Confirmed')
    // Its frame lets no scripts in, so that axe cannot look inside: the letter is looked at on its own.
    const letter = await page.context().newPage()
    await letter.setContent((await page.locator('iframe').getAttribute('srcdoc')) ?? '')
    await visitor.inspectLetter('mail', letter)
    const [manage] = await Promise.all([
      letter.waitForEvent('popup'),
      letter
        .getByRole('link', { name: /change|cancel|manage/i })
        .first()
        .click(),
    ])
    await page.getByRole('link', { name: 'Text', exact: true }).click()
    await expect(page.locator('pre')).toContainText('Sports massage')
    await inspect('mail as text')
    await expect(manage.getByRole('heading', { level: 1 })).toHaveText('Sports massage')
    await inspect('manage', manage)

    await manage.getByRole('link', { name: 'Change the time' }).click()
    await expect(manage.getByRole('heading', { name: 'Choose the new time' })).toBeVisible()
    const day = await openDay(manage, now, 5)
    await inspect('choosing the new time', manage)
    await freeTimes(manage).last().click()
    const move = manage.getByRole('dialog', { name: 'Move the booking?' })
    await expect(move).toBeVisible()
    await expect(move).toContainText(`After the move: ${dollars(guestTotal)} back`)
    await inspect('asked before moving', manage)
    await move.getByRole('button', { name: 'Move it' }).click()
    await expect(manage.getByText('Moved to another time')).toBeVisible()
    const movedTo = (await manage.locator('main time[datetime]').first().getAttribute('datetime')) ?? ''
    expect(movedTo).not.toBe(startsAt)
    expect(new Date(movedTo).toLocaleDateString('sv-SE', { timeZone: 'America/Toronto' })).toBe(day)
    await manage.getByText('Add to calendar').click()
    const [moved] = await Promise.all([
      manage.waitForEvent('download'),
      manage.getByRole('link', { name: 'Calendar file (.ics)' }).click(),
    ])
    const after = eventIn(fs.readFileSync(await moved.path(), 'utf8'))
    expect(after.uid).toBe(before.uid)
    expect(after.sequence).toBeGreaterThan(before.sequence)
    expect(after.startDate.toJSDate().getTime()).toBe(Date.parse(movedTo))

    await manage.getByRole('button', { name: 'Cancel the booking' }).click()
    const cancel = manage.getByRole('dialog', { name: 'Cancel the booking?' })
    await expect(cancel).toContainText(
      `You paid ${dollars(guestTotal)}. You get ${dollars(guestTotal)} back.`,
    )
    await inspect('asked before cancelling', manage)
    await cancel.getByRole('button', { name: `Cancel and get ${dollars(guestTotal)} back` }).click()
    await expect(manage.getByText(/on its way back to your card|was sent back to your card/)).toContainText(
      dollars(guestTotal),
    )
    await eventually({ page: manage }, () =>
      manage.getByText(`${dollars(guestTotal)} was sent back to your card`),
    )
    await inspect('cancelled and refunded', manage)
  })
}

const HOUR_MS = 3_600_000

/** Moves time to some hours before a booking. */
export function receiptJourney(stage: Stage): void {
  test('a guest opens the receipt from the mail, prints and keeps it, cancels late and finds the credit note', async () => {
    const service = await sportsMassage(stage)
    const [startsAt = ''] = await freeStarts(stage, service, 2)
    const { email, totalMinor } = await bookAsGuest(stage, service, startsAt)
    const visitor = await stage.visitor({ width: 390 })
    const { inspect } = visitor

    const receipt = await openFromLetter(visitor, email, 'Confirmed', 'Receipt')
    await expect(async () => {
      await receipt.reload()
      await expect(receipt.getByRole('heading', { level: 1 })).toHaveText(/^Receipt R-\d{4}-\d{6}$/)
    }).toPass()
    const number = (await receipt.title()).replace(/^Receipt | · .*$/g, '')
    await expect(receipt.getByRole('row').last()).toHaveText(`Paid${dollars(totalMinor)}`)
    await inspect('receipt', receipt)
    const [file] = await Promise.all([
      receipt.waitForEvent('download'),
      receipt.getByRole('link', { name: 'Download PDF' }).click(),
    ])
    expect(file.suggestedFilename()).toBe(`${number}.pdf`)
    const pdf = fs.readFileSync(await file.path(), 'latin1')
    expect(pdf).toMatch(/^%PDF-/)
    expect(pdf).toContain(`(USD ${(totalMinor / 100).toFixed(2)})`)
    await receipt.evaluate(() => {
      window.print = () => document.documentElement.setAttribute('data-printed', '')
    })
    await receipt.getByRole('button', { name: 'Print' }).click()
    await expect(receipt.locator('html[data-printed]')).toBeVisible()
    await receipt.emulateMedia({ media: 'print' })
    await expect(receipt.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(receipt.getByRole('link', { name: 'Download PDF' })).toBeHidden()
    await expect(receipt.getByRole('contentinfo')).toBeHidden()
    await receipt.emulateMedia({ media: 'screen' })

    await passTo(stage, Date.parse(startsAt) - 20 * HOUR_MS)
    await receipt.getByRole('link', { name: 'Back to the booking' }).click()
    const half = dollars(totalMinor / 2)
    await receipt.getByRole('button', { name: 'Cancel the booking' }).click()
    const cancel = receipt.getByRole('dialog', { name: 'Cancel the booking?' })
    await expect(cancel).toContainText(`You paid ${dollars(totalMinor)}. You get ${half} back.`)
    await cancel.getByRole('button', { name: `Cancel and get ${half} back` }).click()
    await eventually({ page: receipt }, () => receipt.getByText(`${half} was sent back to your card`))
    await eventually({ page: receipt }, () => receipt.getByRole('link', { name: /^Credit note C-/ }))
    await inspect('cancelled with half back', receipt)

    const note = await openFromLetter(visitor, email, 'Cancelled', 'Credit note')
    await expect(note.getByRole('heading', { level: 1 })).toHaveText(/^Credit note C-\d{4}-\d{6}$/)
    await expect(note.getByText(`for receipt ${number}`)).toBeVisible()
    await expect(note.getByRole('row').last()).toHaveText(`Credited${half}`)
    await inspect('credit note', note)
  })
}

/** Opens the newest letter of that subject to somebody, and follows the link in it. */
async function openFromLetter(visitor: Visitor, email: string, subject: string, link: string): Promise<Page> {
  const { page } = visitor
  const newest = () =>
    page
      .getByRole('main')
      .getByRole('link', { name: new RegExp(`^${subject}`) })
      .first()
  await visitor.go(`/dev/mail?to=${email}`)
  await eventually(visitor, newest)
  await newest().click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(subject)
  const letter = await page.context().newPage()
  await letter.setContent((await page.locator('iframe').getAttribute('srcdoc')) ?? '')
  const [opened] = await Promise.all([
    letter.waitForEvent('popup'),
    letter.getByRole('link', { name: link, exact: true }).click(),
  ])
  await opened.waitForLoadState()
  await letter.close()
  return opened
}

function eventIn(text: string): ICAL.Event {
  const event = ICAL.Component.fromString(text).getFirstSubcomponent('vevent')
  if (!event) throw new Error(`no event in: ${text}`)
  return new ICAL.Event(event)
}
