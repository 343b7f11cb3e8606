import Link from 'next/link'
import { listProviders, PROVIDER_STATUSES } from '#src/modules/operator/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayDate } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { ListSearch, StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Providers' }

const PATH = '/operator/providers'

export default async function OperatorProvidersPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const status = oneOf(PROVIDER_STATUSES, one(query, 'status'))
  const text = one(query, 'text')?.slice(0, 120)
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ status, text, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listProviders(ctx, { status, text, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Providers" />
      <div className="mb-6 flex flex-col gap-4">
        <ListSearch
          action={PATH}
          label="Search"
          hint="Name, town or mail address"
          text={text}
          keep={{ status }}
        />
        <StateFilter
          label="Status"
          path={PATH}
          name="status"
          chosen={status}
          states={PROVIDER_STATUSES}
          keep={{ text }}
        />
      </div>
      <Table
        caption="Providers, newest first"
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            title="No provider fits"
            actions={
              <ButtonLink href={PATH} look="secondary">
                All providers
              </ButtonLink>
            }
          >
            <p>Providers appear here as soon as somebody begins a page.</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'name',
            header: 'Name',
            cell: ({ id, name }) => (
              <Link className="link" href={`${PATH}/${id}`}>
                {name}
              </Link>
            ),
          },
          {
            key: 'place',
            header: 'Place',
            cell: ({ city, country }) => [city, country].filter(Boolean).join(', '),
          },
          { key: 'status', header: 'Status', cell: (provider) => <StateBadge state={provider.status} /> },
          {
            key: 'payouts',
            header: 'Payouts',
            cell: ({ payoutAccountReady }) => (payoutAccountReady ? 'Ready' : 'Not ready'),
          },
          { key: 'since', header: 'Since', cell: ({ createdAt }) => sayDate(createdAt, 'UTC', locale.tag) },
        ]}
      />
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}
