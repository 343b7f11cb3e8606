import { may } from '#src/kernel/rights.ts'
import Link from 'next/link'
import type { ReactNode } from 'react'
import {
  getReconciliation,
  type DifferenceView,
  type ReconciliationView,
} from '#src/modules/operator/reads.ts'
import { Temporal } from '#src/kernel/time.ts'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { count, sayMoment, sayMoney } from '#src/ui/format.ts'
import { Money } from '#src/ui/money.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { ActionButton } from '../../../action-button.tsx'
import { pageLocale } from '../../../page-locale.ts'
import { requireOperator } from '../../require-operator.ts'
import { StripeObject } from '../../stripe-object.tsx'

export const metadata = { title: 'Reconciliation' }

const PATH = '/operator/reconciliation'
/** It runs once a day: older than this, one was missed. */
const FRESH_HOURS_MAX = 26

export default async function ReconciliationPage() {
  const { ctx } = await requireOperator(PATH)
  const [view, locale] = await Promise.all([getReconciliation(ctx), pageLocale()])
  const { tag } = locale
  const moment = (at: string) => `${sayMoment(at, 'UTC', tag)} UTC`
  return (
    <Column>
      <PageHeading title="Reconciliation">
        Stripe’s own lines of our balance, the ledger and the bookings, matched once a day. What differs must
        read {sayMoney({ amountMinor: 0, currency: view.currencies[0]?.currency ?? 'USD' }, tag)}.
      </PageHeading>
      <div className="flex flex-col gap-4">
        <Headline view={view} locale={tag} />
        {isStale(view, ctx.now) && (
          <Notice tone="warning" title="Nothing was compared for over a day">
            What is shown may be old. The worker compares once a day; look whether it runs and whether Stripe
            answers.
          </Notice>
        )}
      </div>
      <div className="mt-6 flex flex-wrap items-center gap-x-6 gap-y-3">
        {!may(ctx.actor, 'reconciliation.ask') ? (
          <p className="text-ink-soft">Finance and admin operators can have it run now.</p>
        ) : (
          <ActionButton
            label="Compare now"
            title="Compare everything now?"
            confirmLabel="Compare now"
            keepLabel="Not now"
            path="/api/v1/operator/reconciliations"
          >
            <p>
              The worker reads Stripe’s lines since the last time, compares them with the ledger and the
              bookings, and has missed events acted on. No money moves.
            </p>
          </ActionButton>
        )}
        <p className="text-ink-soft">
          {view.lastRun
            ? `Last compared on ${moment(view.lastRun.finishedAt)}, with ${count(view.lastRun.lineCount, 'new line')} of Stripe’s.`
            : 'Never compared yet.'}
          {view.askedAt && ` Asked for on ${moment(view.askedAt)}; the worker is at it.`}
        </p>
      </div>
      <section className="mt-10" aria-labelledby="open">
        <h2 id="open" className="mb-3 text-xl">
          Open differences
        </h2>
        <Differences
          caption="Open differences, the oldest first"
          nextWord="What happens"
          differences={view.open}
          locale={tag}
          now={ctx.now}
          empty={
            <EmptyState title="Nothing is open">
              <p>
                {view.lastRun
                  ? 'Every line of Stripe’s is in the ledger, every line of the ledger is at Stripe, and every booking adds up.'
                  : 'The worker compares for the first time within a minute of its start.'}
              </p>
            </EmptyState>
          }
        />
      </section>
      {view.resolved.length > 0 && (
        <section className="mt-10" aria-labelledby="resolved">
          <h2 id="resolved" className="mb-3 text-xl">
            Resolved lately
          </h2>
          <Differences
            caption="Resolved differences, the newest first"
            nextWord="How it was resolved"
            differences={view.resolved}
            locale={tag}
            now={ctx.now}
          />
        </section>
      )}
    </Column>
  )
}

function Headline({ view, locale }: { view: ReconciliationView; locale: string }) {
  if (view.currencies.length === 0) return <Notice tone="neutral" title="No money has moved at Stripe yet" />
  return view.currencies.map(({ currency, difference, openCount }) =>
    difference.amountMinor === 0 && openCount === 0 ? (
      <Notice
        key={currency}
        tone="success"
        title={`Difference in ${currency}: ${sayMoney(difference, locale)}`}
      />
    ) : (
      <Notice
        key={currency}
        tone="danger"
        title={`Difference in ${currency}: ${sayMoney(difference, locale)}. It must be zero.`}
      >
        {count(openCount, 'difference')} {openCount === 1 ? 'is' : 'are'} open, added up without their signs.
      </Notice>
    ),
  )
}

function isStale({ lastRun, currencies }: ReconciliationView, now: Temporal.Instant): boolean {
  if (!lastRun) return currencies.length > 0
  return now.since(Temporal.Instant.from(lastRun.finishedAt)).total('hours') > FRESH_HOURS_MAX
}

function Differences({
  caption,
  differences,
  locale,
  now,
  nextWord,
  empty,
}: {
  caption: string
  differences: readonly DifferenceView[]
  locale: string
  now: Temporal.Instant
  /** What the last column says of each. */
  nextWord: string
  empty?: ReactNode
}) {
  return (
    <Table
      caption={caption}
      rows={differences}
      rowKey={({ id }) => id}
      empty={empty}
      columns={[
        {
          key: 'name',
          header: 'Difference',
          cell: ({ name, sentence }) => (
            <>
              {name}
              <span className="block text-sm font-normal text-ink-soft">{sentence}</span>
            </>
          ),
        },
        { key: 'object', header: 'Of', cell: (difference) => <Subject difference={difference} /> },
        {
          key: 'age',
          header: 'Age',
          cell: ({ since, resolvedAt }) => (
            <time
              className="whitespace-nowrap"
              dateTime={since}
              title={`Moved on ${sayMoment(since, 'UTC', locale)} UTC`}
            >
              {sayAge(since, resolvedAt ?? now.toString())}
            </time>
          ),
        },
        {
          key: 'expected',
          header: 'Expected',
          numeric: true,
          cell: ({ expected }) => <Money amount={expected} locale={locale} />,
        },
        {
          key: 'actual',
          header: 'In the ledger',
          numeric: true,
          cell: ({ actual }) => <Money amount={actual} locale={locale} />,
        },
        { key: 'next', header: nextWord, cell: ({ next }) => <span className="text-sm">{next}</span> },
      ]}
    />
  )
}

function Subject({ difference }: { difference: DifferenceView }) {
  const { objectId, objectWord, bookingId, bookingCode } = difference
  return (
    <>
      {objectId !== bookingId && (
        <span className="block">
          {objectWord} <StripeObject id={objectId} />
        </span>
      )}
      {bookingId && (
        <Link className="link" href={`/operator/bookings/${bookingId}`}>
          booking {bookingCode}
        </Link>
      )}
    </>
  )
}

function sayAge(from: string, until: string): string {
  const minutes = Math.max(
    0,
    Temporal.Instant.from(until).since(Temporal.Instant.from(from)).total('minutes'),
  )
  if (minutes < 60) return count(Math.floor(minutes), 'minute')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? count(hours, 'hour') : count(Math.floor(hours / 24), 'day')
}
