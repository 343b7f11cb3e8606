import Link from 'next/link'
import { redirect } from 'next/navigation'
import { BOOKING_STATES, isLive, LIVE_STATES } from '#src/kernel/booking-states.ts'
import { may } from '#src/kernel/rights.ts'
import type { BookingListItem } from '#src/modules/bookings/reads.ts'
import { countUnclaimed, listBookings } from '#src/modules/bookings/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayDate, sayDuration, sayMoment, sayMoney, sayTime, sayZone } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { Pagination, Tabs } from '#src/ui/navigation.tsx'
import { nearDay } from '#src/ui/provider-card.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../(public)/query.ts'
import { refusalCode } from '../../or-not-found.ts'
import { pageLocale } from '../../page-locale.ts'
import { requireAccount } from '../../require-account.ts'
import { MailboxClaim, UnprovenMailbox } from './mailbox-claim.tsx'

export const metadata = { title: 'Your bookings' }

const OVER = BOOKING_STATES.filter((state) => !isLive(state))
const PER_PAGE = 20

export default async function DashboardPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { account, ctx } = await requireAccount('/dashboard')
  const [query, locale] = await Promise.all([searchParams, pageLocale()])
  const past = one(query, 'view') === 'past'
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `/dashboard${queryString({ view: past ? 'past' : null, cursor: next })}`
  const { items, nextCursor } = await listBookings(ctx, {
    as: 'customer',
    states: past ? OVER : LIVE_STATES,
    order: past ? 'latest' : 'soonest',
    cursor,
    limit: PER_PAGE,
  }).catch((error: unknown) => {
    if (cursor && refusalCode(error) === 'request.invalid') redirect(here())
    throw error
  })
  const { actor } = ctx
  const unclaimed = account.emailVerified ? await countUnclaimed(ctx.db, actor, account.email) : 0
  const isMember = actor.kind === 'user' && actor.providerIds.length > 0
  const now = ctx.now.toString()
  const next =
    past || cursor
      ? null
      : (items.find(({ state }) => state === 'confirmed' || state === 'in_progress') ?? null)
  return (
    <Column width="medium">
      <PageHeading
        title="Your bookings"
        actions={
          <>
            {isMember && (
              <ButtonLink href="/provider" look="secondary" size="small">
                Provider workspace
              </ButtonLink>
            )}
            {may(actor, 'console.see') && (
              <ButtonLink href="/operator" look="secondary" size="small">
                Operator console
              </ButtonLink>
            )}
          </>
        }
      >
        Signed in as {account.name}, {account.email}
      </PageHeading>
      {'verified' in query && account.emailVerified && (
        <div className="mb-8">
          <Notice tone="success" title="Your email address is confirmed" />
        </div>
      )}
      {account.emailVerified ? (
        <MailboxClaim unclaimed={unclaimed} email={account.email} />
      ) : (
        <UnprovenMailbox email={account.email} />
      )}
      {next && <NextBooking booking={next} now={now} locale={locale.tag} />}
      <Tabs
        label="Bookings"
        tabs={[
          { href: '/dashboard', label: 'To come', current: !past },
          { href: '/dashboard?view=past', label: 'Past', current: past },
        ]}
      />
      <h2 className="sr-only">{past ? 'Past bookings' : 'Bookings to come'}</h2>
      {items.length === 0 ? (
        <div className="mt-6">
          <EmptyState
            title={past ? 'Nothing here yet' : 'No bookings to come'}
            actions={<ButtonLink href="/search">Find a free time</ButtonLink>}
          >
            <p>
              {past
                ? 'Bookings move here when they are over.'
                : 'What you book appears here, with everything you can still change.'}
            </p>
          </EmptyState>
        </div>
      ) : (
        <ul className="divide-y divide-line">
          {items.map((booking) => (
            <Row key={booking.id} booking={booking} past={past} now={now} locale={locale.tag} />
          ))}
        </ul>
      )}
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}

/** The one that matters most today, like a line on a departures board. */
function NextBooking({ booking, now, locale }: { booking: BookingListItem; now: string; locale: string }) {
  const { provider, service, startsAt, timeZone, place } = booking
  const where =
    service.locationKind === 'online' ? 'Online' : [place.addressLine, place.city].filter(Boolean).join(', ')
  return (
    <section aria-labelledby="next" className="mb-8 rounded-panel bg-board p-5 text-on-board sm:p-7">
      <h2 id="next" className="text-base font-normal tracking-normal text-on-board-soft">
        {booking.state === 'in_progress' ? 'Now' : 'Next'}
      </h2>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-4">
        <time dateTime={startsAt} className="text-3xl font-semibold text-citron">
          {sayTime(startsAt, timeZone, locale)}
        </time>
        <span className="text-lg">{nearDay(startsAt, now, timeZone, locale)}</span>
      </p>
      <p className="mt-2 text-lg font-medium">
        {service.name}, {provider.name}
      </p>
      <p className="text-on-board-soft">
        {where}. Times in {sayZone(timeZone, startsAt)}
      </p>
      <Link
        href={`/dashboard/bookings/${booking.id}`}
        className="mt-4 inline-flex min-h-11 items-center rounded-control border border-on-board-soft px-4 font-semibold hover:bg-board-line focus-visible:outline-citron"
      >
        See or change it
      </Link>
    </section>
  )
}

function Row({
  booking,
  past,
  now,
  locale,
}: {
  booking: BookingListItem
  past: boolean
  now: string
  locale: string
}) {
  const { id, provider, service, startsAt, timeZone, figures, payment, state } = booking
  return (
    <li>
      <Link
        href={`/dashboard/bookings/${id}`}
        className="-mx-3 grid gap-x-6 gap-y-1 rounded-control px-3 py-4 hover:bg-surface sm:grid-cols-[11rem_1fr_auto]"
      >
        <span>
          <time dateTime={startsAt} className="block">
            <span className="block text-lg font-semibold">{sayTime(startsAt, timeZone, locale)}</span>
            {past ? sayDate(startsAt, timeZone, locale) : nearDay(startsAt, now, timeZone, locale)}
          </time>
          <span className="block text-sm text-ink-soft">{sayZone(timeZone, startsAt)}</span>
        </span>
        <span className="min-w-0">
          <span className="block font-medium">{service.name}</span>
          <span className="block text-sm text-ink-soft">
            {provider.name}, {sayDuration(service.durationMinutes)}
          </span>
          {booking.actions.pay && booking.holdExpiresAt && (
            <span className="block text-sm text-warning">
              Pay by {sayMoment(booking.holdExpiresAt, timeZone, locale)}
            </span>
          )}
          {state === 'awaiting_provider' && booking.answerDueAt && (
            <span className="block text-sm text-ink-soft">
              Answer by {sayMoment(booking.answerDueAt, timeZone, locale)}
            </span>
          )}
          {booking.actions.review && (
            <span className="block text-sm text-link underline underline-offset-4">Write a review</span>
          )}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 sm:flex-col sm:items-end">
          <StateBadge state={state} />
          <span className="tabular text-sm">
            {sayMoney(figures.total, locale)}
            {payment.refunded.amountMinor > 0 && (
              <span className="text-ink-soft">, {sayMoney(payment.refunded, locale)} refunded</span>
            )}
          </span>
        </span>
      </Link>
    </li>
  )
}
