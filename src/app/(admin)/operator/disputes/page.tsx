import Link from 'next/link'
import { DISPUTE_STATUSES, listDisputes, type DisputeLine } from '#src/modules/operator/reads.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Money } from '#src/ui/money.tsx'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table, type Column as TableColumn } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'
import { DisputeBadge, disputeWord } from './dispute-badge.tsx'

export const metadata = { title: 'Disputes' }

const PATH = '/operator/disputes'

export default async function DisputesPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const status = oneOf(DISPUTE_STATUSES, one(query, 'status'))
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ status, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, { tag }] = await Promise.all([
    readList(listDisputes(ctx, { status, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Disputes">
        What customers’ banks ask and take back. Each waits for our evidence until its day; after that the
        bank decides without us.
      </PageHeading>
      <StateFilter
        label="State of the dispute"
        path={PATH}
        name="status"
        chosen={status}
        states={DISPUTE_STATUSES}
        words={disputeWord}
      />
      <div className="mt-6">
        <Table
          caption="Disputes, the newest first"
          rows={items}
          rowKey={({ id }) => id}
          columns={columnsIn(tag)}
          empty={
            <EmptyState title="No disputes">
              <p>They appear here within a minute of Stripe telling us.</p>
            </EmptyState>
          }
        />
      </div>
      <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
    </Column>
  )
}

function columnsIn(locale: string): readonly TableColumn<DisputeLine>[] {
  return [
    {
      key: 'booking',
      header: 'Booking',
      cell: ({ id, code, customerName, providerName }) => (
        <Link href={`${PATH}/${id}`} className="link">
          {code}, {customerName ?? 'a guest'} with {providerName}
        </Link>
      ),
    },
    { key: 'state', header: 'State', cell: ({ status }) => <DisputeBadge status={status} /> },
    {
      key: 'amount',
      header: 'Amount',
      numeric: true,
      cell: ({ amount }) => <Money amount={amount} locale={locale} />,
    },
    { key: 'evidence', header: 'Evidence', cell: (item) => <Evidence item={item} locale={locale} /> },
    {
      key: 'opened',
      header: 'Opened',
      cell: ({ openedAt }) => `${sayMoment(openedAt, 'UTC', locale)} UTC`,
    },
  ]
}

function Evidence({ item, locale }: { item: DisputeLine; locale: string }) {
  if (item.evidenceSubmittedAt) return `Handed in ${sayMoment(item.evidenceSubmittedAt, 'UTC', locale)} UTC`
  if (item.closedAt) return 'None handed in'
  if (!item.evidenceDueAt) return 'Wanted'
  return <strong>Due {sayMoment(item.evidenceDueAt, 'UTC', locale)} UTC</strong>
}
