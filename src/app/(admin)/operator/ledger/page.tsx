import Link from 'next/link'
import { pageContext } from '#src/boot/web.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import {
  getSealedThrough,
  getTrialBalances,
  type AccountBalance,
  type TrialBalance,
} from '#src/modules/ledger/reads.ts'
import { listProviderNames } from '#src/modules/operator/reads.ts'
import { Button } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { Field } from '#src/ui/field.tsx'
import { sayDate, sayMoney } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { StateFilter } from '../../console-list.tsx'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Ledger' }

const PATH = '/operator/ledger'

export default async function LedgerPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { ctx } = await requireOperator(PATH)
  const [balances, sealedThrough, query, locale] = await Promise.all([
    getTrialBalances(ctx.db),
    getSealedThrough(ctx.db),
    searchParams,
    pageLocale(),
  ])
  const today = ctx.now.toZonedDateTimeISO('UTC').toPlainDate()
  const currency = one(query, 'currency')
  const shown = balances.filter((balance) => !currency || balance.currency === currency)
  return (
    <Column>
      <PageHeading title="Ledger">
        Every movement of money, from one account to another. Per currency, all debits less all credits must
        be zero.
        {sealedThrough &&
          ` Sealed through ${sayDate(`${sealedThrough.toString()}T00:00:00Z`, 'UTC', locale.tag)}: what was recorded until then can no longer change unseen.`}
      </PageHeading>
      {balances.length === 0 && (
        <EmptyState title="No money has moved yet">
          <p>The first payment opens the books.</p>
        </EmptyState>
      )}
      {balances.length > 1 && (
        <StateFilter
          label="Currency"
          path={PATH}
          name="currency"
          chosen={currency}
          states={balances.map((balance) => balance.currency)}
          words={(code) => code}
        />
      )}
      {shown.map((balance) => (
        <Balance key={balance.currency} balance={balance} locale={locale.tag} />
      ))}
      {balances.length > 0 && <JournalForm from={today.with({ day: 1 }).toString()} to={today.toString()} />}
    </Column>
  )
}

/** A file is no page: the form leads to it, and the browser keeps it. */
function JournalForm({ from, to }: { from: string; to: string }) {
  return (
    <section className="mt-10" aria-labelledby="journal">
      <h2 id="journal" className="text-xl">
        Journal
      </h2>
      <p className="mt-1 mb-4 text-ink-soft">
        Every transfer recorded on these days (UTC), as a file for a spreadsheet.
      </p>
      <form action="/api/v1/operator/journal" method="get" className="flex flex-wrap items-end gap-3">
        <Field name="from" label="First day" type="date" optional="unsaid" required defaultValue={from} />
        <Field name="to" label="Last day" type="date" optional="unsaid" required defaultValue={to} />
        <Button type="submit" look="secondary">
          Download
        </Button>
      </form>
    </section>
  )
}

interface Row {
  name: string
  href: string | null
  debit: bigint
  credit: bigint
  balance: bigint
}

/** Accounts that each provider has are shown as one line, and opened from there. */
async function Balance({ balance, locale }: { balance: TrialBalance; locale: string }) {
  const { currency, accounts, debitMinor, creditMinor, differenceMinor } = balance
  const say = (amountMinor: bigint) => sayMoney(moneyToJson({ amountMinor, currency }), locale)
  const common = accounts
    .filter(({ ownerId }) => ownerId === null)
    .map((account) => rowOf(account, nameOf(account.code)))
  const owned = accounts.filter(({ ownerId }) => ownerId !== null)
  const names = await listProviderNames(
    await pageContext(),
    owned.flatMap(({ ownerId }) => ownerId ?? []),
  )
  const rows: Row[] = [
    ...common,
    ...(owned.length > 0 ? [sumOf(owned, `Provider payable, ${owned.length} providers`)] : []),
    { name: 'Together', href: null, debit: debitMinor, credit: creditMinor, balance: differenceMinor },
  ]
  return (
    <section className="mt-8" aria-labelledby={`balance-${currency}`}>
      <h2 id={`balance-${currency}`} className="mb-3 text-xl">
        Trial balance {currency}
      </h2>
      <div className="mb-4">
        {differenceMinor === 0n ? (
          <Notice tone="success" title={`Debits less credits: ${say(0n)}`} />
        ) : (
          <Notice tone="danger" title={`Debits less credits: ${say(differenceMinor)}. It must be zero.`} />
        )}
      </div>
      <BalanceTable caption={`Accounts in ${currency}`} rows={rows} say={say} lastWord="Debit less credit" />
      {owned.length > 0 && (
        <details className="mt-6">
          <summary className="py-2 font-semibold">What each provider is owed</summary>
          <div className="mt-3">
            <BalanceTable
              caption={`Provider accounts in ${currency}`}
              rows={owned.map((account) =>
                rowOf(account, names.get(account.ownerId ?? '') ?? account.ownerId ?? ''),
              )}
              say={say}
              lastWord="Owed"
            />
          </div>
        </details>
      )}
    </section>
  )
}

function BalanceTable({
  caption,
  rows,
  say,
  lastWord,
}: {
  caption: string
  rows: readonly Row[]
  say: (minor: bigint) => string
  lastWord: string
}) {
  return (
    <Table
      caption={caption}
      rows={rows}
      rowKey={({ name, href }) => href ?? name}
      columns={[
        {
          key: 'account',
          header: 'Account',
          cell: ({ name, href }) =>
            href ? (
              <Link className="link" href={href}>
                {name}
              </Link>
            ) : (
              <strong>{name}</strong>
            ),
        },
        { key: 'debit', header: 'Debit', numeric: true, cell: ({ debit }) => say(debit) },
        { key: 'credit', header: 'Credit', numeric: true, cell: ({ credit }) => say(credit) },
        { key: 'balance', header: lastWord, numeric: true, cell: ({ balance }) => say(balance) },
      ]}
    />
  )
}

const nameOf = (code: string) => code.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase())

function rowOf(
  { accountId, debitMinor, creditMinor, ownerId, balanceMinor }: AccountBalance,
  name: string,
): Row {
  return {
    name,
    href: `${PATH}/accounts/${accountId}`,
    debit: debitMinor,
    credit: creditMinor,
    balance: ownerId ? balanceMinor : debitMinor - creditMinor,
  }
}

function sumOf(accounts: readonly AccountBalance[], name: string): Row {
  const debit = accounts.reduce((sum, { debitMinor }) => sum + debitMinor, 0n)
  const credit = accounts.reduce((sum, { creditMinor }) => sum + creditMinor, 0n)
  return { name, href: null, debit, credit, balance: debit - credit }
}
