import Link from 'next/link'
import { notFound } from 'next/navigation'
import { isId } from '#src/kernel/ids.ts'
import { moneyToJson } from '#src/kernel/money.ts'
import { getTrialBalances, listTransfersOfAccount } from '#src/modules/ledger/reads.ts'
import { listProviderNames } from '#src/modules/operator/reads.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment, sayMoney } from '#src/ui/format.ts'
import { Breadcrumbs, Pagination } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, type Query } from '../../../../../(public)/query.ts'
import { pageLocale } from '../../../../../page-locale.ts'
import { requireOperator } from '../../../../require-operator.ts'
import { sayFacts } from '../../../../say-facts.ts'
import { StripeObject } from '../../../../stripe-object.tsx'

export const metadata = { title: 'A ledger account' }

interface PageProps {
  params: Promise<{ accountId: string }>
  searchParams: Promise<Query>
}

// Of no booking's: payouts to our bank, top-ups, fees of the account.
const OWN_MOVEMENTS = new Set(['bank_payout', 'bank_payout_failed', 'top_up', 'top_up_failed', 'stripe_fee'])

const words = (name: string) => name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase())

export default async function LedgerAccountPage({ params, searchParams }: PageProps) {
  const { accountId } = await params
  const path = `/operator/ledger/accounts/${accountId}`
  const { ctx } = await requireOperator(path)
  if (!isId(accountId)) notFound()
  const [balances, query, locale] = await Promise.all([getTrialBalances(ctx.db), searchParams, pageLocale()])
  const account = balances.flatMap(({ accounts }) => accounts).find((one) => one.accountId === accountId)
  if (!account) notFound()
  const after = one(query, 'after')
  const [{ items, next }, names] = await Promise.all([
    listTransfersOfAccount(
      ctx.db,
      accountId,
      after && /^\d{1,18}$/.test(after) ? { after: BigInt(after) } : {},
    ),
    listProviderNames(ctx, account.ownerId ? [account.ownerId] : []),
  ])
  const owner = account.ownerId && (names.get(account.ownerId) ?? account.ownerId)
  const say = (amountMinor: bigint) =>
    sayMoney(moneyToJson({ amountMinor, currency: account.currency }), locale.tag)
  return (
    <Column className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/operator/ledger', label: 'Ledger' }, { label: words(account.code) }]} />
      <h1 className="mt-4 text-3xl">
        {words(account.code)} {account.currency}
      </h1>
      {owner && (
        <p className="mt-1">
          of{' '}
          <Link className="link" href={`/operator/providers/${account.ownerId}`}>
            {owner}
          </Link>
        </p>
      )}
      <p className="mt-2 mb-6 text-lg">
        {say(account.balanceMinor)}{' '}
        <span className="text-base text-ink-soft">stand on it ({account.side} side)</span>
      </p>
      <Table
        caption="Transfers of this account, newest first"
        rows={items}
        rowKey={({ id }) => id}
        empty={<EmptyState title="No transfers yet" />}
        columns={[
          {
            key: 'kind',
            header: 'Transfer',
            cell: ({ kind, facts, currency }) => (
              <>
                {words(kind)}
                {facts && (
                  <span className="block text-sm font-normal text-ink-soft">
                    {sayFacts(facts, currency, locale.tag)}
                  </span>
                )}
              </>
            ),
          },
          {
            key: 'when',
            header: 'When (UTC)',
            cell: ({ occurredAt }) => (
              <time dateTime={occurredAt.toString()}>
                {sayMoment(occurredAt.toString(), 'UTC', locale.tag)}
              </time>
            ),
          },
          {
            key: 'way',
            header: 'Debit → credit',
            cell: ({ debitCode, creditCode }) => `${words(debitCode)} → ${words(creditCode)}`,
          },
          {
            key: 'of',
            header: 'Of',
            cell: ({ subjectId, externalId, kind }) => (
              <>
                {subjectId && !OWN_MOVEMENTS.has(kind) && (
                  <Link className="link" href={`/operator/bookings/${subjectId}`}>
                    booking {subjectId.slice(0, 8)}
                  </Link>
                )}
                {externalId && (
                  <span className="block text-sm">
                    <StripeObject id={externalId} />
                  </span>
                )}
              </>
            ),
          },
          {
            key: 'amount',
            header: 'Amount',
            numeric: true,
            cell: ({ amountMinor, debitAccountId }) =>
              `${debitAccountId === accountId ? 'debit' : 'credit'} ${say(amountMinor)}`,
          },
        ]}
      />
      <div className="mt-6">
        <Pagination
          nextHref={next === null ? null : `${path}?after=${next}`}
          firstHref={after ? path : null}
        />
      </div>
    </Column>
  )
}
