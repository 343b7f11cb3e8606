import { JOB_STATES, listJobs, type JobState } from '#src/modules/operator/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import type { Tone } from '#src/ui/tone.ts'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { ActionButton } from '../../../action-button.tsx'
import { pageLocale } from '../../../page-locale.ts'
import { Code, StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Jobs' }

const PATH = '/operator/jobs'

const STATE_WORDS: Readonly<Record<JobState, readonly [Tone, string]>> = {
  waiting: ['neutral', 'Waiting'],
  running: ['info', 'Running'],
  retrying: ['warning', 'Will be tried again'],
  dead: ['danger', 'Given up'],
}

export default async function JobsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const state = oneOf(JOB_STATES, one(query, 'state'))
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ state, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listJobs(ctx, { state, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Jobs">
        What the worker still has to do. A job that is done leaves this list. Times are real, not the
        demonstration’s.
      </PageHeading>
      <div className="mb-6">
        <StateFilter
          label="State"
          path={PATH}
          name="state"
          chosen={state}
          states={JOB_STATES}
          words={(name) => STATE_WORDS[name as JobState][1]}
        />
      </div>
      <Table
        caption="Jobs, newest first"
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState title={state === 'dead' ? 'None given up' : 'Nothing to do'}>
            <p>
              {state === 'dead'
                ? 'A job appears here when every automatic try has failed.'
                : 'All work that was asked for is done.'}
            </p>
          </EmptyState>
        }
        columns={[
          {
            key: 'task',
            header: 'Task',
            cell: ({ task, key }) => (
              <>
                {task}
                {key && (
                  <span className="block text-sm font-normal">
                    <Code>{key}</Code>
                  </span>
                )}
              </>
            ),
          },
          {
            key: 'state',
            header: 'State',
            cell: (job) => <Badge tone={STATE_WORDS[job.state][0]}>{STATE_WORDS[job.state][1]}</Badge>,
          },
          {
            key: 'tries',
            header: 'Tries',
            numeric: true,
            cell: ({ attempts, attemptsMax }) => `${attempts} of ${attemptsMax}`,
          },
          {
            key: 'next',
            header: 'Next (UTC)',
            cell: (job) =>
              job.state === 'dead' ? (
                'never'
              ) : (
                <time dateTime={job.runAt}>{sayMoment(job.runAt, 'UTC', locale.tag)}</time>
              ),
          },
          {
            key: 'error',
            header: 'Last error',
            cell: ({ lastError }) =>
              lastError ? <span className="text-sm break-words">{lastError.slice(0, 300)}</span> : '–',
          },
          {
            key: 'act',
            header: 'Try again',
            cell: (job) =>
              job.state === 'dead' || job.state === 'retrying' ? (
                <ActionButton
                  label="Try now"
                  of={`${job.task} ${job.id}`}
                  title="Try this job now?"
                  confirmLabel="Try it now"
                  path={`/api/v1/jobs/${job.id}/retries`}
                  reason="required"
                  reasonHint="Kept in the audit log."
                >
                  <p>
                    <Code>{job.task}</Code> runs at once and gets a full set of tries. Every job is harmless
                    to repeat.
                  </p>
                </ActionButton>
              ) : (
                <span className="text-ink-soft">by itself</span>
              ),
          },
        ]}
      />
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}
