import Link from 'next/link'
import { redirect } from 'next/navigation'
import { BOOKING_STATES, listBookings, type BookingListItem } from '#src/modules/bookings/reads.ts'
import {
  BOOKING_TROUBLES,
  findById,
  listTroubledBookings,
  type BookingTrouble,
  type TroubledBooking,
} from '#src/modules/operator/reads.ts'
import { PAYMENT_STATUSES } from '#src/modules/payments/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { buttonClasses, ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayDate, sayMoment, sayMoney, sayOffset } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { pageLocale } from '../../../page-locale.ts'
import { ListSearch, StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Bookings' }

const PATH = '/operator/bookings'
const PER_PAGE = 20

const TROUBLE_WORDS: Readonly<Record<BookingTrouble, readonly [title: string, none: string]>> = {
  payment_stuck: [
    'Payments stuck',
    'No stuck payments. One appears here when Stripe has not settled it 15 minutes after it should have.',
  ],
  refund_stuck: [
    'Refunds stuck or failed',
    'No refunds in trouble. They appear here when Stripe refuses one, or has not heard of it after 15 minutes.',
  ],
  evidence_due: [
    'Evidence due within 3 days',
    'No dispute waits for evidence. They appear here three days before the bank decides without us.',
  ],
  disputed: ['Open disputes', 'No disputes. They appear here within a minute of Stripe telling us.'],
  payout_failed: [
    'Payouts failed',
    'No failed payouts. One appears here when every automatic try has failed.',
  ],
  payout_overdue: [
    'Payouts overdue',
    'No payout is late. One appears here 15 minutes after its date when it has not been sent.',
  ],
  answer_due: ['Requests about to lapse', 'No request lapses within two hours.'],
  overdue: ['Bookings past their time', 'Every booking has moved on when it should have.'],
}

interface Line {
  id: string
  code: string
  state: string
  startsAt: string
  timeZone: string
  service: string
  provider: string
  customer: string | null
  payment: string
  total: BookingListItem['figures']['total']
  about: TroubledBooking['about']
}

export default async function OperatorBookingsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const trouble = oneOf(BOOKING_TROUBLES, one(query, 'trouble'))
  const state = oneOf(BOOKING_STATES, one(query, 'state'))
  const payment = oneOf(PAYMENT_STATUSES, one(query, 'payment'))
  const text = one(query, 'text')?.slice(0, 120)
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ trouble, state, payment, text, cursor: next })}`
  const { ctx } = await requireOperator(here())
  if (text) await goToTheOne(text, ctx)
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList<{ items: readonly Line[]; nextCursor: string | null }>(
      trouble
        ? listTroubledBookings(ctx, trouble, { cursor, limit: PER_PAGE }).then(({ items, nextCursor }) => ({
            nextCursor,
            items: items.map(({ serviceName, providerName, customerName, paymentStatus, ...same }) => ({
              ...same,
              service: serviceName,
              provider: providerName,
              customer: customerName,
              payment: paymentStatus,
            })),
          }))
        : listBookings(ctx, {
            as: 'operator',
            states: state ? [state] : undefined,
            paymentStatus: payment,
            text,
            cursor,
            limit: PER_PAGE,
          }).then((page) => ({
            nextCursor: page.nextCursor,
            items: page.items.map(lineOf),
          })),
      cursor,
      here(),
    ),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading
        title={trouble ? TROUBLE_WORDS[trouble][0] : 'Bookings'}
        actions={
          trouble ? undefined : (
            <a
              href={`/api/v1/bookings.csv${queryString({ state, payment, text })}`}
              download
              className={buttonClasses('secondary', 'small')}
            >
              Download as CSV
            </a>
          )
        }
      >
        {trouble && (
          <Link className="link" href={PATH}>
            All bookings
          </Link>
        )}
      </PageHeading>
      {!trouble && (
        <div className="mb-6 flex flex-col gap-4">
          <ListSearch
            action={PATH}
            label="Search"
            hint="Code, name, mail address, provider, an id of ours or of Stripe’s"
            text={text}
            keep={{ state, payment }}
          />
          <StateFilter
            label="State"
            path={PATH}
            name="state"
            chosen={state}
            states={BOOKING_STATES}
            keep={{ text, payment }}
          />
          <StateFilter
            label="Payment"
            path={PATH}
            name="payment"
            chosen={payment}
            states={PAYMENT_STATUSES}
            keep={{ text, state }}
          />
        </div>
      )}
      <Table
        dense
        caption={trouble ? TROUBLE_WORDS[trouble][0] : 'Bookings, newest start first'}
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            title={trouble ? 'None' : 'No booking fits'}
            actions={
              text || state || payment ? (
                <ButtonLink href={PATH} look="secondary">
                  All bookings
                </ButtonLink>
              ) : undefined
            }
          >
            <p>{trouble ? TROUBLE_WORDS[trouble][1] : 'Bookings appear here as soon as a time is held.'}</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'code',
            header: 'Code',
            cell: ({ id, code }) => (
              <Link className="link font-mono whitespace-nowrap" href={`${PATH}/${id}`}>
                {code}
              </Link>
            ),
          },
          {
            key: 'when',
            header: 'When',
            cell: ({ startsAt, timeZone }) => (
              <time dateTime={startsAt} className="xl:whitespace-nowrap">
                {sayMoment(startsAt, timeZone, locale.tag)}{' '}
                <span className="text-ink-soft">{sayOffset(startsAt, timeZone)}</span>
              </time>
            ),
          },
          {
            key: 'what',
            header: 'What',
            cell: ({ service, provider }) => (
              <>
                {service}
                <span className="block text-sm text-ink-soft">{provider}</span>
              </>
            ),
          },
          {
            key: 'who',
            header: 'Who',
            cell: ({ customer }) => customer ?? <span className="text-ink-soft">not said yet</span>,
          },
          ...(trouble && ABOUT[trouble]
            ? [
                {
                  key: 'about',
                  header: ABOUT[trouble],
                  cell: (line: Line) => <About line={line} word={ABOUT_DATES[trouble]} locale={locale.tag} />,
                },
              ]
            : []),
          { key: 'state', header: 'State', cell: (line) => <StateBadge state={line.state} /> },
          { key: 'payment', header: 'Payment', cell: ({ payment }) => <StateBadge state={payment} /> },
          { key: 'total', header: 'Total', numeric: true, cell: ({ total }) => sayMoney(total, locale.tag) },
        ]}
      />
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}

/** What is in trouble, with the date that matters for it. */
const ABOUT: Partial<Record<BookingTrouble, string>> = {
  refund_stuck: 'Refund',
  disputed: 'Dispute',
  evidence_due: 'Dispute',
  payout_failed: 'Payout',
  payout_overdue: 'Payout',
}
const ABOUT_DATES: Partial<Record<BookingTrouble, string>> = {
  refund_stuck: 'asked for',
  disputed: 'evidence due',
  evidence_due: 'evidence due',
  payout_failed: 'promised for',
  payout_overdue: 'promised for',
}

function About({
  line: { about, timeZone },
  word,
  locale,
}: {
  line: Line
  word?: string | undefined
  locale: string
}) {
  if (!about) return null
  const amount = sayMoney(about.amount, locale)
  return (
    <>
      {about.disputeId ? (
        <Link className="link" href={`/operator/disputes/${about.disputeId}`}>
          {amount}
        </Link>
      ) : (
        amount
      )}
      {about.at && (
        <span className="block text-sm text-ink-soft">
          {word}{' '}
          {about.disputeId
            ? `${sayMoment(about.at, 'UTC', locale)} UTC` // as the bank and the page of the dispute have it
            : sayDate(about.at, timeZone, locale)}
        </span>
      )}
      {about.reason && <span className="block text-sm text-danger">{about.reason}</span>}
    </>
  )
}

/** An exact id has one answer: go there. */
async function goToTheOne(
  text: string,
  ctx: Awaited<ReturnType<typeof requireOperator>>['ctx'],
): Promise<void> {
  const found = await findById(ctx, text)
  if (!found) return
  redirect(`/operator/${found.kind}s/${encodeURIComponent(found.id)}`)
}

function lineOf(item: BookingListItem): Line {
  const { id, code, state, startsAt, timeZone, service, provider, customer, payment, figures } = item
  return {
    ...{ id, code, state, startsAt, timeZone },
    service: service.name,
    provider: provider.name,
    customer: customer?.name ?? null,
    payment: payment.status,
    total: figures.total,
    about: null,
  }
}
