import { test } from 'vitest'
import { expect, type Stage } from './stage.ts'

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
      for (const kind of KINDS)
        await expect(history.locator('ol, ul').last().getByText(kind, { exact: true }).first()).toBeVisible()
      await inspect(`operator, booking ${what}`)
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
