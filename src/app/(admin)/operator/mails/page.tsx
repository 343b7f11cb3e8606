import Link from 'next/link'
import { listMails, MAIL_STATUSES } from '#src/modules/operator/reads.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { ListSearch, StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'
import { MailBadge } from './mail-badge.tsx'

export const metadata = { title: 'Mails' }

const PATH = '/operator/mails'

export default async function MailsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const status = oneOf(MAIL_STATUSES, one(query, 'status'))
  const text = one(query, 'text')?.slice(0, 254)
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ status, text, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listMails(ctx, { status, text, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Mails">
        What somebody must be told, whether it has gone out, and why not.
      </PageHeading>
      <div className="mb-6 flex flex-col gap-4">
        <ListSearch
          action={PATH}
          label="Search"
          hint="A recipient’s address, in part"
          text={text}
          keep={{ status }}
        />
        <StateFilter
          label="Status"
          path={PATH}
          name="status"
          chosen={status}
          states={MAIL_STATUSES}
          keep={{ text }}
        />
      </div>
      <Table
        caption="Mails, newest first"
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title="No mails">
            <p>
              {status === 'failed'
                ? 'A mail appears here when every try to send it has failed.'
                : 'A mail appears here with the event it tells of.'}
            </p>
          </EmptyState>
        }
        columns={[
          {
            key: 'subject',
            header: 'Subject',
            cell: ({ id, subject, template }) => (
              <Link className="link" href={`${PATH}/${id}`}>
                {subject ?? template.replaceAll('_', ' ')}
              </Link>
            ),
          },
          {
            key: 'when',
            header: 'When (UTC)',
            cell: ({ createdAt }) => (
              <time dateTime={createdAt}>{sayMoment(createdAt, 'UTC', locale.tag)}</time>
            ),
          },
          {
            key: 'to',
            header: 'To',
            cell: ({ recipientEmail, recipientKind }) => `${recipientEmail} (${recipientKind})`,
          },
          { key: 'status', header: 'Status', cell: (mail) => <MailBadge status={mail.status} /> },
        ]}
      />
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}
