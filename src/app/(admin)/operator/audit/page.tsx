import Link from 'next/link'
import type { AuditView } from '#src/modules/operator/reads.ts'
import { listAudit } from '#src/modules/operator/reads.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Audit log' }

const PATH = '/operator/audit'

export default async function AuditPage({ searchParams }: { searchParams: Promise<Query> }) {
  const cursor = one(await searchParams, 'cursor')
  const { ctx } = await requireOperator(PATH)
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listAudit(ctx, { cursor }), cursor, PATH),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Audit log">Who changed what. Nothing here can be changed or deleted.</PageHeading>
      <Table
        caption="Changes, newest first"
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title="Nothing yet">
            <p>Every change by a person appears here, with its reason.</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'what',
            header: 'What',
            cell: ({ action }) =>
              action.replaceAll(/[_.]/g, ' ').replace(/^./, (letter) => letter.toUpperCase()),
          },
          {
            key: 'when',
            header: 'When (UTC)',
            cell: ({ at }) => <time dateTime={at}>{sayMoment(at, 'UTC', locale.tag)}</time>,
          },
          { key: 'who', header: 'Who', cell: ({ actorName, actorKind }) => actorName ?? actorKind },
          { key: 'of', header: 'Of what', cell: subjectLink },
          {
            key: 'why',
            header: 'Why',
            cell: ({ reason }) => reason ?? <span className="text-ink-soft">no reason given</span>,
          },
        ]}
      />
      <div className="mt-6">
        <Pagination
          nextHref={nextCursor && `${PATH}${queryString({ cursor: nextCursor })}`}
          firstHref={cursor ? PATH : null}
        />
      </div>
    </Column>
  )
}

const PAGES: Readonly<Record<string, string>> = {
  booking: '/operator/bookings',
  provider: '/operator/providers',
  webhook: '/operator/webhooks',
}

function subjectLink({ subjectKind, subjectId }: AuditView) {
  const page = PAGES[subjectKind]
  const words = `${subjectKind.replaceAll('_', ' ')} ${subjectId.slice(0, 8)}`
  return page ? (
    <Link className="link" href={`${page}/${encodeURIComponent(subjectId)}`}>
      {words}
    </Link>
  ) : (
    words
  )
}
