import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { Temporal } from '#src/kernel/time.ts'
import { inTransaction } from '#src/platform/context.ts'
import { databaseErrorCode } from '#src/platform/errors.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { makeTransfer } from '#tests/support/transfers.ts'
import { CHART, type Account } from './domain/accounts.ts'
import type { Transfer } from './domain/transfers.ts'
import { postTransfers } from './post-transfers.ts'
import {
  balancesOfSubject,
  getTrialBalances,
  listTransfersOfAccount,
  listTransfersOfSubject,
} from './reads.ts'

const { db, owner } = await openTestDatabase({ poolMax: 20 })
const NOW = Temporal.Instant.from('2026-11-01T00:00:00Z')
const CURRENCIES = ['USD', 'JPY', 'KWD'] as const

const transfer = (changes?: Partial<Transfer>) => makeTransfer(NOW, changes)
const post = (...transfers: Transfer[]) => inTransaction({ db }, (tx) => postTransfers(tx, NOW, transfers))

describe('a transfer', () => {
  test('is written once, however often it is posted', async () => {
    const one = transfer()
    expect(await post(one)).toBe(1)
    expect(await post(one)).toBe(0)
    expect(await post(one, transfer())).toBe(1)
    expect(await listTransfersOfSubject(db, one.subjectId)).toHaveLength(1)
  })

  test.each([
    ['that opens an account', () => ({ code: 'provider_payable', ownerId: randomUUID() }) as const],
    ['between accounts that are open', () => ({ code: 'escrow' }) as const],
  ])('%s, posted by 16 at once, is written once; 40 times over', async (_, credit) => {
    await post(transfer())
    for (let round = 0; round < 40; round += 1) {
      const one = transfer({ credit: credit() })
      const counts = await Promise.all(Array.from({ length: 16 }, () => post(one)))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
      expect(await listTransfersOfSubject(db, one.subjectId)).toHaveLength(1)
    }
  })

  test.each<[string, (one: Transfer) => Transfer]>([
    ['amount', (one) => ({ ...one, amount: { ...one.amount, amountMinor: one.amount.amountMinor + 1n } })],
    ['currency', (one) => ({ ...one, amount: { ...one.amount, currency: 'CAD' } })],
    ['account', (one) => ({ ...one, credit: { code: 'commission_revenue' } })],
    ['subject', (one) => ({ ...one, subjectId: randomUUID() })],
  ])(
    'posted again with another %s stops everything, and the whole transaction is undone',
    async (_, changed) => {
      const one = transfer()
      const beside = transfer()
      await post(one)
      await expect(post(beside, changed(one))).rejects.toThrow('the same figures')
      expect(await listTransfersOfSubject(db, beside.subjectId)).toEqual([])
    },
  )

  test('cannot be changed, deleted or truncated by the application, nor by the owner', async () => {
    const one = transfer()
    await post(one)
    const attempts = [
      sql`update ledger_transfers set amount_minor = 1 where effect_key = ${one.effectKey}`,
      sql`delete from ledger_transfers where effect_key = ${one.effectKey}`,
      sql`truncate ledger_transfers`,
    ]
    for (const attempt of attempts) {
      await expect(db.execute(attempt)).rejects.toSatisfy((error) => databaseErrorCode(error) === '42501')
      await expect(owner.execute(attempt)).rejects.toSatisfy((error) => databaseErrorCode(error) === '23000')
    }
  })
})

describe('the trial balance', () => {
  test('is zero in every currency after any transfers, and each account has the sum of its own', async () => {
    const owners = Array.from({ length: 3 }, () => randomUUID())
    const accounts: Account[] = [
      ...(
        ['stripe_balance', 'escrow', 'commission_revenue', 'surcharge_revenue', 'processing_fees'] as const
      ).map((code) => ({ code })),
      ...owners.map((ownerId) => ({ code: 'provider_payable', ownerId }) as const),
    ]
    const subjectId = randomUUID()
    const posting = fc
      .record({
        accounts: fc.shuffledSubarray(accounts, { minLength: 2, maxLength: 2 }),
        amountMinor: fc.bigInt({ min: 1n, max: 1_000_000_000_000n }),
        currency: fc.constantFrom(...CURRENCIES),
        effectKey: fc.uuid(),
      })
      .map(({ accounts: [debit, credit], amountMinor, currency, effectKey }) =>
        transfer({
          debit: debit as Account,
          credit: credit as Account,
          amount: { amountMinor, currency },
          effectKey,
          subjectId,
        }),
      )
    const posted: Transfer[] = []
    await fc.assert(
      fc.asyncProperty(fc.array(posting, { minLength: 1, maxLength: 20 }), async (transfers) => {
        const fresh = transfers.filter(
          ({ effectKey }, at) => transfers.findIndex((other) => other.effectKey === effectKey) === at,
        )
        await post(...fresh)
        await post(...fresh) // a replay changes nothing
        posted.push(...fresh)
        for (const { differenceMinor } of await getTrialBalances(db)) expect(differenceMinor).toBe(0n)
      }),
      { numRuns: 25 },
    )
    for (const { code, ownerId, currency, balanceMinor } of await balancesOfSubject(db, subjectId)) {
      const is = (account: Account) =>
        account.code === code && ('ownerId' in account ? account.ownerId : null) === ownerId
      const own = posted.filter(({ amount }) => amount.currency === currency)
      const debits = own
        .filter(({ debit }) => is(debit))
        .reduce((sum, { amount }) => sum + amount.amountMinor, 0n)
      const credits = own
        .filter(({ credit }) => is(credit))
        .reduce((sum, { amount }) => sum + amount.amountMinor, 0n)
      expect(balanceMinor).toBe(CHART[code].side === 'debit' ? debits - credits : credits - debits)
    }
  })
})

test('the transfers of an account come in pages, newest first, each once', async () => {
  const ownerId = randomUUID()
  const payable = { code: 'provider_payable', ownerId } as const
  const subjectId = randomUUID()
  for (let count = 0; count < 5; count += 1) {
    await post(transfer(count % 2 === 0 ? { credit: payable, subjectId } : { debit: payable, subjectId }))
  }
  const account = (await balancesOfSubject(db, subjectId)).find(({ code }) => code === 'provider_payable')
  const first = await listTransfersOfAccount(db, account?.accountId ?? '', { limit: 3 })
  const second = await listTransfersOfAccount(db, account?.accountId ?? '', {
    limit: 3,
    after: first.next ?? 0n,
  })
  const sequences = [...first.items, ...second.items].map(({ sequence }) => sequence)
  expect(sequences).toHaveLength(5)
  expect(sequences).toEqual(sequences.toSorted((a, b) => Number(b - a)))
  expect(second.next).toBeNull()
})
