import { expect, test } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { accountName } from './accounts.ts'
import { assertTransfer, type Transfer } from './transfers.ts'

const TRANSFER: Transfer = {
  kind: 'capture',
  debit: { code: 'stripe_balance' },
  credit: { code: 'escrow' },
  amount: { amountMinor: 11_000n, currency: 'USD' },
  subjectId: 'booking',
  effectKey: 'stripe:ch_1:capture',
  externalId: 'ch_1',
  description: '',
  occurredAt: Temporal.Instant.from('2026-11-01T00:00:00Z'),
}

test('a transfer moves a positive amount between two accounts', () => {
  assertTransfer(TRANSFER)
  for (const amountMinor of [0n, -1n]) {
    expect(() => assertTransfer({ ...TRANSFER, amount: { amountMinor, currency: 'USD' } })).toThrow(
      'a positive amount',
    )
  }
  expect(() => assertTransfer({ ...TRANSFER, credit: TRANSFER.debit })).toThrow('between two accounts')
})

test('two providers have two accounts, and so have two currencies', () => {
  const payable = (ownerId: string) => ({ code: 'provider_payable', ownerId }) as const
  const transfer: Transfer = { ...TRANSFER, debit: payable('one'), credit: payable('other') }
  assertTransfer(transfer)
  expect(() => assertTransfer({ ...transfer, credit: payable('one') })).toThrow('between two accounts')
  const names = [
    accountName(payable('one'), 'USD'),
    accountName(payable('other'), 'USD'),
    accountName(payable('one'), 'CAD'),
  ]
  expect(new Set(names).size).toBe(3)
})
