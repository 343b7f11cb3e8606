import type { MoneyJson } from '#src/kernel/money.ts'
import { sayMoney } from '#src/ui/format.ts'
import { Table } from '#src/ui/table.tsx'
import { sayFacts } from '../../../say-facts.ts'
import { StripeObject } from '../../../stripe-object.tsx'

export interface LedgerLine {
  id: string
  kind: string
  debitCode: string
  creditCode: string
  amount: MoneyJson
  externalId: string | null
  facts: Parameters<typeof sayFacts>[0] | null
}

const words = (name: string) => name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase())

/** The transfers of one subject, and what they left on each account: debits and credits come to the same. */
export function LedgerLines({ transfers, locale }: { transfers: readonly LedgerLine[]; locale: string }) {
  const accounts = balancesOf(transfers)
  const debits = accounts.reduce((sum, { debit }) => sum + debit, 0)
  const credits = accounts.reduce((sum, { credit }) => sum + credit, 0)
  const currency = transfers[0]?.amount.currency ?? 'USD'
  const say = (amountMinor: number) => sayMoney({ amountMinor, currency }, locale)
  return (
    <div className="grid items-start gap-x-10 gap-y-6 lg:grid-cols-2">
      <Table
        caption="Transfers of this booking"
        rows={transfers}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'kind',
            header: 'Transfer',
            cell: ({ kind, externalId, facts, amount }) => (
              <>
                {words(kind)}
                {facts && (
                  <span className="block text-sm font-normal text-ink-soft">
                    {sayFacts(facts, amount.currency, locale)}
                  </span>
                )}
                {externalId && (
                  <span className="block text-sm font-normal">
                    <StripeObject id={externalId} />
                  </span>
                )}
              </>
            ),
          },
          {
            key: 'way',
            header: 'Debit → credit',
            cell: ({ debitCode, creditCode }) => `${words(debitCode)} → ${words(creditCode)}`,
          },
          { key: 'amount', header: 'Amount', numeric: true, cell: ({ amount }) => sayMoney(amount, locale) },
        ]}
      />
      <Table
        caption="What is left on each account"
        rows={[
          ...accounts.map(({ code, debit, credit }) => ({ name: words(code), debit, credit })),
          { name: 'Together', debit: debits, credit: credits },
        ]}
        rowKey={({ name }) => name}
        columns={[
          {
            key: 'account',
            header: 'Account',
            cell: ({ name }) => (name === 'Together' ? <strong>{name}</strong> : name),
          },
          { key: 'debit', header: 'Debit', numeric: true, cell: ({ debit }) => say(debit) },
          { key: 'credit', header: 'Credit', numeric: true, cell: ({ credit }) => say(credit) },
          {
            key: 'left',
            header: 'Debit less credit',
            numeric: true,
            cell: ({ debit, credit }) => say(debit - credit),
          },
        ]}
      />
    </div>
  )
}

function balancesOf(transfers: readonly LedgerLine[]) {
  const accounts = new Map<string, { code: string; debit: number; credit: number }>()
  const of = (code: string) => {
    const account = accounts.get(code) ?? { code, debit: 0, credit: 0 }
    accounts.set(code, account)
    return account
  }
  for (const { debitCode, creditCode, amount } of transfers) {
    of(debitCode).debit += amount.amountMinor
    of(creditCode).credit += amount.amountMinor
  }
  return [...accounts.values()].sort((one, other) => one.code.localeCompare(other.code))
}
