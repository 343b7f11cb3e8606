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
import { sayActor } from '../../audit-lines.tsx'
import { StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Audit log' }

const PATH = '/operator/audit'
const ACTORS = ['people', 'system'] as const

const sentence = (words: string) => words.replace(/^./, (letter) => letter.toUpperCase())

export default async function AuditPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const cursor = one(query, 'cursor')
  const by = oneOf(ACTORS, one(query, 'by'))
  const here = (next?: string) => `${PATH}${queryString({ by, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listAudit(ctx, { by, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Audit log">Who changed what. Nothing here can be changed or deleted.</PageHeading>
      <div className="mb-6">
        <StateFilter
          label="By whom"
          path={PATH}
          name="by"
          chosen={by}
          states={ACTORS}
          words={(each) => (each === 'people' ? 'By people' : 'By the system')}
        />
      </div>
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
            cell: ({ action }) => sentence(action.replaceAll(/[_.]/g, ' ')),
          },
          {
            key: 'when',
            header: 'When (UTC)',
            cell: ({ at }) => <time dateTime={at}>{sayMoment(at, 'UTC', locale.tag)}</time>,
          },
          { key: 'who', header: 'Who', cell: (entry) => sentence(sayActor(entry)) },
          { key: 'of', header: 'Of what', cell: subjectLink },
          {
            key: 'why',
            header: 'Why',
            cell: ({ reason }) => reason ?? <span className="text-ink-soft">–</span>,
          },
        ]}
      />
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}

const PAGES: Readonly<Record<string, string>> = {
  booking: '/operator/bookings',
  provider: '/operator/providers',
  webhook: '/operator/webhooks',
}

function subjectLink({ subjectKind, subjectId, subjectName }: AuditView) {
  const page = PAGES[subjectKind]
  const words = `${subjectKind.replaceAll('_', ' ')} ${subjectName ?? subjectId.slice(0, 8)}`
  return page ? (
    <Link className="link" href={`${page}/${encodeURIComponent(subjectId)}`}>
      {words}
    </Link>
  ) : (
    words
  )
}
