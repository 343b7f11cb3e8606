import { test } from 'vitest'
import { bookAsGuest, freeStarts, sportsMassage } from './book.ts'
import { dollars, eventually, expect, type Stage } from './stage.ts'

const KINDS = ['State', 'Payments', 'Ledger', 'Mail', 'Webhooks']

export function operatorJourneys(
  stage: Stage,
  codes: { cancelled: () => string; paidOut: () => string },
): void {
  test('an operator finds a booking by its code, sees everything that happened to it, and that the ledger adds up to zero', async () => {
    const visitor = await stage.visitor({ width: 1280 })
    const { page, inspect } = visitor
    await visitor.signIn('operator', '/operator')
    await inspect('operator')
    for (const [code, what] of [
      [codes.cancelled(), 'cancelled'],
      [codes.paidOut(), 'paid out'],
    ] as const) {
      await visitor.go('/operator/bookings')
      await page.getByRole('searchbox', { name: 'Search' }).fill(code)
      await page
        .getByRole('main')
        .getByRole('button', { name: /Search|Show/ })
        .click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(code)
      const history = page
        .locator('section')
        .filter({ has: page.getByRole('heading', { name: 'Everything that happened' }) })
      await inspect(`operator, booking ${what}`)
      for (const kind of KINDS) {
        const filter = history.getByRole('link', { name: kind, exact: true })
        await filter.click()
        await expect(filter).toHaveAttribute('aria-current', 'true')
        await expect(history.locator('ol > li').first()).toContainText(`${kind}: `)
      }
    }
    await visitor.go('/operator/ledger')
    await expect(page.getByText('Debits less credits: $0.00')).toBeVisible()
    await inspect('ledger')
  })

  test('an operator has the books compared with Stripe, and reads how they compare', async () => {
    const visitor = await stage.visitor({ width: 1280 })
    const { page, inspect } = visitor
    await visitor.signIn('operator', '/operator')
    await visitor.go('/operator/reconciliation')
    await page.getByRole('button', { name: 'Compare now' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Compare now' }).click()
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(async () => {
      await visitor.go('/operator/reconciliation')
      await expect(page.getByText(/^Last compared on /)).toBeVisible()
      await expect(page.getByText('the worker is at it')).toBeHidden()
    }).toPass()
    await expect(page.getByText(/^Difference in USD: /)).toBeVisible()
    await inspect('reconciliation')
  })
}

/** Its owner tells the bank, soon after, that it was not them. */
const DISPUTED_CARD = '4000000000000259'

/** Words by which the sandbox decides at once, as Stripe's does. */
const VERDICTS = [
  {
    word: 'winning_evidence',
    state: 'Won',
    payment: 'Paid',
    transfers: ['Dispute withdrawal', 'Dispute reinstatement', 'Dispute fee'],
  },
  {
    word: 'losing_evidence',
    state: 'Lost',
    payment: 'Dispute lost',
    transfers: ['Dispute withdrawal', 'Dispute loss', 'Dispute fee'],
  },
] as const

export function disputeJourney(stage: Stage): void {
  test('an operator hands evidence in for two disputes, wins one and loses the other, and the books say so', async () => {
    const service = await sportsMassage(stage)
    const starts = await freeStarts(stage, service, 3)
    const disputed = [
      await bookAsGuest(stage, service, starts[0] ?? '', DISPUTED_CARD),
      await bookAsGuest(stage, service, starts.at(-1) ?? '', DISPUTED_CARD),
    ]
    const visitor = await stage.visitor({ width: 1280 })
    const { page, inspect } = visitor
    await visitor.signIn('operator', '/operator')
    await visitor.go('/operator/disputes')
    const rowOf = (code: string) => page.getByRole('row').filter({ hasText: code })
    for (const { code } of disputed)
      await eventually(visitor, () => rowOf(code).getByText('Open', { exact: true }))
    await inspect('disputes')

    for (const [index, { word, state, payment, transfers }] of VERDICTS.entries()) {
      const { code, email, totalMinor } = disputed[index] ?? { code: '', email: '', totalMinor: 0 }
      await visitor.go('/operator/disputes')
      await rowOf(code).getByRole('link').click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Dispute of ${code}`)
      const evidence = page.getByRole('region', { name: 'What would be handed in' })
      await expect(page.getByText(/\d+ days left to hand evidence in/)).toBeVisible()
      await expect(evidence).toContainText(email)
      await expect(evidence).toContainText('By paying you accept the cancellation policy')
      await expect(evidence).toContainText(`${dollars(totalMinor)} was paid by card`)
      await expect(evidence).toContainText(/receipt R-\d{4}-\d{6} over/)
      await evidence.getByRole('button', { name: 'Hand this evidence in' }).click()
      const dialog = page.getByRole('dialog', { name: 'Hand it in to the bank?' })
      await dialog.getByLabel('Why it was not refunded').fill(word)
      if (index === 0) await inspect('asked before handing evidence in')
      await dialog.getByRole('button', { name: 'Hand it in' }).click()
      const handedIn = page.getByRole('region', { name: 'What was handed in' })
      await expect(handedIn).toContainText(word)
      await eventually(visitor, () => page.getByText(state, { exact: true }))
      await inspect(`dispute ${state.toLowerCase()}`)

      await page.getByRole('link', { name: 'See the ledger of the booking' }).click()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(code)
      await expect(page.getByText(payment, { exact: true }).first()).toBeVisible()
      const ledger = page.getByRole('table', { name: 'Transfers of this booking' })
      for (const transfer of transfers) await expect(ledger).toContainText(transfer)
      const together = page
        .getByRole('table', { name: 'What is left on each account' })
        .getByRole('row')
        .last()
      await expect(together).toContainText('$0.00')
      if (index === 1) await inspect('booking of a lost dispute')
    }
    await visitor.go('/operator/ledger')
    await expect(page.getByText('Debits less credits: $0.00')).toBeVisible()
  })
}
