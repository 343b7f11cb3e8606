import Link from 'next/link'
import { listWebhooks, WEBHOOK_STATUSES } from '#src/modules/operator/reads.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { Code, ListSearch, StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'
import { WebhookBadge } from './webhook-badge.tsx'

export const metadata = { title: 'Webhooks' }

const PATH = '/operator/webhooks'

export default async function WebhooksPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const status = oneOf(WEBHOOK_STATUSES, one(query, 'status'))
  const text = one(query, 'text')?.slice(0, 120)
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ status, text, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listWebhooks(ctx, { status, text, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Webhooks">
        What Stripe told us, stored before anything was done with it.
      </PageHeading>
      <div className="mb-6 flex flex-col gap-4">
        <ListSearch
          action={PATH}
          label="Search"
          hint="An event’s or object’s id, or the beginning of a type: payment_intent"
          text={text}
          keep={{ status }}
        />
        <StateFilter
          label="Status"
          path={PATH}
          name="status"
          chosen={status}
          states={WEBHOOK_STATUSES}
          keep={{ text }}
          words={(name) => WORDS[name] ?? name}
        />
      </div>
      <Table
        caption="Webhooks, newest first"
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title={status === 'dead' ? 'None given up' : 'No webhooks'}>
            <p>
              {status === 'dead'
                ? 'An event appears here when acting on it has failed ten times.'
                : 'They appear here as soon as Stripe sends one.'}
            </p>
          </EmptyState>
        }
        columns={[
          {
            key: 'type',
            header: 'Type',
            cell: ({ id, type }) => (
              <Link className="link" href={`${PATH}/${id}`}>
                {type}
              </Link>
            ),
          },
          {
            key: 'received',
            header: 'Received (UTC)',
            cell: ({ receivedAt }) => (
              <time dateTime={receivedAt}>{sayMoment(receivedAt, 'UTC', locale.tag)}</time>
            ),
          },
          {
            key: 'object',
            header: 'Object',
            cell: ({ objectId }) => (objectId ? <Code>{objectId}</Code> : '–'),
          },
          { key: 'status', header: 'Status', cell: (event) => <WebhookBadge status={event.status} /> },
          { key: 'attempts', header: 'Tries', numeric: true, cell: ({ attempts }) => attempts },
        ]}
      />
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}

const WORDS: Readonly<Record<string, string>> = {
  received: 'Waiting',
  processed: 'Done',
  ignored: 'Not for us',
  dead: 'Given up',
}
