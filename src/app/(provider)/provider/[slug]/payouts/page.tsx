import Link from 'next/link'
import type { BookingId } from '#src/kernel/ids.ts'
import type { MoneyJson } from '#src/kernel/money.ts'
import { listBookings } from '#src/modules/bookings/reads.ts'
import {
  CONNECTION_OUTCOMES,
  getEarnings,
  type ConnectionOutcome,
  type Earnings,
} from '#src/modules/payouts/reads.ts'
import { sayBankFailure } from '#src/modules/providers/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { Card } from '#src/ui/card.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { minus, sayDate, sayMoney } from '#src/ui/format.ts'
import { monthOf } from '#src/ui/month-grid.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Table } from '#src/ui/table.tsx'
import { one, queryString, type Query } from '../../../../(public)/query.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { EarningBadge, EarningDates } from '../../../earning-status.tsx'
import { openWorkspace } from '../../../workspace.ts'
import { PayoutAccount } from './payout-account.tsx'

export const metadata = { title: 'Payouts' }

const POSITION = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_([0-9a-f-]{36})$/

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

export default async function PayoutsPage({ params, searchParams }: PageProps) {
  const [{ slug }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const path = `/provider/${slug}/payouts`
  const { ctx, provider, providerId } = await openWorkspace(slug, path)
  const [, startsAt, id] = POSITION.exec(one(query, 'after') ?? '') ?? []
  const after = startsAt && id ? { startsAt, id } : undefined
  const earnings = await getEarnings(ctx, providerId, { after })
  const tag = locale.tag
  const { items, next } = earnings.lines
  // The lines of the booking's own page, so that the two never say different things.
  const { items: bookings } = await listBookings(ctx, {
    as: 'provider',
    providerId,
    ids: items.map(({ bookingId }) => bookingId as BookingId),
    limit: items.length,
  })
  const partsOf = new Map(bookings.map(({ id: bookingId, earnings: parts }) => [bookingId, parts]))
  const { bankFailure } = provider.payoutAccount
  const failed = items.some(({ status }) => status === 'failed')
  return (
    <Column>
      <PageHeading
        title="Payouts"
        actions={
          <ButtonLink href={`${path}/statements/${monthOf(ctx.now.toString())}`} look="secondary">
            Monthly statements
          </ButtonLink>
        }
      >
        Money rests with us until {ctx.config.ESCROW_DAYS} days after the service, then it is sent to your
        account.
      </PageHeading>
      <ConnectionNotice outcome={one(query, 'connection')} />
      <PayoutAccount
        providerId={provider.id}
        account={provider.payoutAccount}
        check={one(query, 'check') !== undefined}
        path={path}
        failed={failed}
        bankProblem={bankFailure === null ? null : sayBankFailure(bankFailure)}
        connectOffered={ctx.config.STRIPE_CONNECT_CLIENT_ID !== undefined}
      />
      {earnings.owed.amountMinor > 0 && (
        <div className="mt-6">
          <Notice tone="warning" title={`${sayMoney(earnings.owed, tag)} are kept from your next payouts`}>
            <p>
              Bookings were given back to customers after they had been paid to you, and your payout account
              did not hold the money any more. You need not do anything.
            </p>
          </Notice>
        </div>
      )}
      <dl className="mt-6 grid gap-4 sm:grid-cols-3">
        <Sum label="Held" amount={sayMoney(earnings.held, tag)}>
          {earnings.nextDueAt
            ? `the next of it is due ${sayDate(earnings.nextDueAt, provider.timeZone, tag)}`
            : 'from bookings paid and not over'}
        </Sum>
        <Sum label="Due" amount={sayMoney(earnings.due, tag)}>
          {wordsOfDue(earnings, failed)}
        </Sum>
        <Sum label="Paid" amount={sayMoney(earnings.paid, tag)}>
          sent to your account
        </Sum>
      </dl>
      <h2 className="mt-10 mb-3 text-xl">Booking by booking</h2>
      <Table
        caption="Earnings, newest booking first"
        rows={items}
        rowKey={({ bookingId }) => bookingId}
        empty={
          <EmptyState
            title="Nothing earned yet"
            actions={
              <ButtonLink href={`/provider/${slug}/setup`} look="secondary">
                See your set-up
              </ButtonLink>
            }
          >
            <p>A booking appears here as soon as it is paid.</p>
          </EmptyState>
        }
        columns={[
          {
            key: 'booking',
            header: 'Booking',
            cell: (line) => (
              <>
                <Link className="link font-mono" href={`/provider/${slug}/bookings/${line.bookingId}`}>
                  {line.code}
                </Link>
                <span className="block text-sm font-normal text-ink-soft">{line.serviceName}</span>
              </>
            ),
          },
          { key: 'day', header: 'Day', cell: ({ startsAt: at, timeZone }) => sayDate(at, timeZone, tag) },
          {
            key: 'price',
            header: 'Price',
            numeric: true,
            cell: ({ base, bookingId }) => (
              <PriceOf base={base} refunded={partsOf.get(bookingId)?.refunded} locale={tag} />
            ),
          },
          {
            key: 'commission',
            header: 'Commission',
            numeric: true,
            cell: ({ bookingId }) => {
              const commission = partsOf.get(bookingId)?.commission
              return commission ? sayMoney(minus(commission), tag) : '–'
            },
          },
          {
            key: 'net',
            header: 'You receive',
            numeric: true,
            cell: ({ net, bookingId }) => (
              <strong>{sayMoney(partsOf.get(bookingId)?.net ?? net, tag)}</strong>
            ),
          },
          {
            key: 'status',
            header: 'Status',
            cell: ({ status }) => <EarningBadge status={status} />,
          },
          { key: 'date', header: 'Payout', cell: (line) => <EarningDates {...line} locale={tag} /> },
        ]}
      />
      <div className="mt-6">
        <Pagination
          nextHref={next && `${path}${queryString({ after: `${next.startsAt}_${next.id}` })}`}
          firstHref={after ? path : null}
        />
      </div>
    </Column>
  )
}

/** What became of it, when somebody comes back from connecting an account. */
function ConnectionNotice({ outcome }: { outcome: string | undefined }) {
  if (outcome === undefined || !Object.hasOwn(CONNECTION_OUTCOMES, outcome)) return null
  const { title, sentence } = CONNECTION_OUTCOMES[outcome as ConnectionOutcome]
  return (
    <div className="mb-3">
      <Notice tone={outcome === 'connected' ? 'success' : 'warning'} title={title}>
        <p>{sentence}</p>
      </Notice>
    </div>
  )
}

/** What the money waits for whose date has come. */
function wordsOfDue({ due, payoutAccountReady }: Earnings, failed: boolean): string {
  if (due.amountMinor === 0) return 'nothing at this moment'
  if (!payoutAccountReady) return 'waits for your payout account'
  return failed ? 'waits; each booking says why' : 'on its way to you'
}

function Sum({ label, amount, children }: { label: string; amount: string; children: string }) {
  return (
    <Card>
      <dt className="text-ink-soft">{label}</dt>
      <dd className="tabular mt-1 text-2xl font-semibold">
        {amount}
        <span className="mt-1 block text-sm font-normal text-ink-soft">{children}</span>
      </dd>
    </Card>
  )
}

/** The price, and under it what of it went back, by refunds or to a bank. */
function PriceOf({
  base,
  refunded,
  locale,
}: {
  base: MoneyJson
  refunded: MoneyJson | undefined
  locale: string
}) {
  return (
    <>
      {sayMoney(base, locale)}
      {refunded && refunded.amountMinor > 0 && (
        <span className="block text-sm text-ink-soft">{sayMoney(minus(refunded), locale)} given back</span>
      )}
    </>
  )
}
