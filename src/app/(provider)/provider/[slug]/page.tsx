import Link from 'next/link'
import { Temporal } from '#src/kernel/time.ts'
import { listBookings, type BookingListItem } from '#src/modules/bookings/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { count, localDateOf, sayDuration, sayLongDay, sayMoney, sayTime, sayZone } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { nearDay } from '#src/ui/provider-card.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../page-locale.ts'
import { AgendaList } from '../../agenda-list.tsx'
import { RequestCard } from '../../request-card.tsx'
import { openRequests, openWorkspace } from '../../workspace.ts'

export const metadata = { title: 'Today' }

const AGENDA_MAX = 50
const REQUESTS_SHOWN = 3

export default async function TodayPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const home = `/provider/${slug}`
  const { ctx, provider, providerId } = await openWorkspace(slug, home)
  const now = ctx.now.toString()
  const { timeZone } = provider
  const from = ctx.now.toZonedDateTimeISO(timeZone).startOfDay().toInstant()
  const [{ items, nextCursor }, requests, locale] = await Promise.all([
    listBookings(ctx, {
      as: 'provider',
      providerId,
      states: ['confirmed', 'in_progress', 'completed'],
      from,
      order: 'soonest',
      limit: AGENDA_MAX,
    }),
    openRequests(slug, home),
    pageLocale(),
  ])
  const next = items.find(
    ({ state, endsAt }) =>
      state !== 'completed' && Temporal.Instant.compare(Temporal.Instant.from(endsAt), ctx.now) > 0,
  )
  const byDay = [...Map.groupBy(items, ({ startsAt }) => localDateOf(startsAt, timeZone))]
  const today = localDateOf(now, timeZone)
  const openPoints = provider.onboarding.steps.flatMap(({ open }) => open)
  return (
    <Column width="medium">
      <PageHeading
        title={provider.name}
        actions={
          <ButtonLink href={`/providers/${slug}`} look="secondary" size="small">
            Public page
          </ButtonLink>
        }
      >
        <span className="inline-flex flex-wrap items-center gap-x-3">
          <StateBadge state={provider.status} />
          {sayLongDay(now, timeZone, locale.tag)}, {sayZone(timeZone, now)}
        </span>
      </PageHeading>
      {openPoints.length > 0 && (
        <div className="mb-6">
          <Notice
            tone={provider.status === 'suspended' ? 'danger' : 'warning'}
            title={`${count(openPoints.length, 'point')} open before everything works`}
          >
            {openPoints[0]?.sentence}{' '}
            <Link className="link" href={`${home}/setup`}>
              See what is open
            </Link>
          </Notice>
        </div>
      )}
      {next && <NextUp booking={next} slug={slug} now={now} locale={locale.tag} />}
      {requests.length > 0 && (
        <section aria-labelledby="requests" className="mt-8">
          <h2 id="requests" className="mb-3 text-xl">
            {count(requests.length, 'request waits', 'requests wait')} for your answer
          </h2>
          <div className="flex flex-col gap-4">
            {requests.slice(0, REQUESTS_SHOWN).map((booking) => (
              <RequestCard key={booking.id} booking={booking} slug={slug} now={now} locale={locale.tag} />
            ))}
          </div>
          {requests.length > REQUESTS_SHOWN && (
            <p className="mt-3">
              <Link className="link" href={`${home}/requests`}>
                All requests
              </Link>
            </p>
          )}
        </section>
      )}
      <section aria-labelledby="agenda" className="mt-8">
        <h2 id="agenda" className="sr-only">
          Agenda
        </h2>
        {items.length === 0 ? (
          <EmptyState
            title="Nothing booked from today on"
            actions={
              <ButtonLink href={`${home}/hours`} look="secondary">
                Look at your hours
              </ButtonLink>
            }
          >
            <p>Bookings appear here as soon as they are paid.</p>
          </EmptyState>
        ) : (
          <>
            {byDay[0]?.[0] !== today && <p className="mb-4 text-ink-soft">Nothing booked today.</p>}
            {byDay.map(([date, bookings]) => (
              <div key={date} className="mb-6">
                <h3 className="border-b border-line pb-1 text-lg">
                  <Link href={`${home}/calendar?date=${date}`} className="hover:underline">
                    {dayName(date, today, bookings[0], timeZone, locale.tag)}
                  </Link>
                </h3>
                <ul className="divide-y divide-line">
                  <AgendaList bookings={bookings} slug={slug} locale={locale.tag} />
                </ul>
              </div>
            ))}
            {nextCursor && (
              <p>
                <Link className="link" href={`${home}/bookings`}>
                  All bookings
                </Link>
              </p>
            )}
          </>
        )}
      </section>
    </Column>
  )
}

function dayName(
  date: string,
  today: string,
  first: BookingListItem | undefined,
  timeZone: string,
  locale: string,
): string {
  const words = first ? sayLongDay(first.startsAt, timeZone, locale) : date
  return date === today ? `Today, ${words}` : words
}

/** "Next: 14:00 Ana, 60 min" */
function NextUp({
  booking,
  slug,
  now,
  locale,
}: {
  booking: BookingListItem
  slug: string
  now: string
  locale: string
}) {
  const { startsAt, timeZone, customer, service, earnings } = booking
  return (
    <section aria-labelledby="next" className="rounded-panel bg-board p-5 text-on-board sm:p-7">
      <h2 id="next" className="text-base font-normal tracking-normal text-on-board-soft">
        {booking.state === 'in_progress' ? 'Now' : 'Next'}
      </h2>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-4">
        <time dateTime={startsAt} className="text-3xl font-semibold text-citron">
          {sayTime(startsAt, timeZone, locale)}
        </time>
        <span className="text-lg">
          {nearDay(startsAt, now, timeZone, locale)}, {customer?.name ?? 'somebody'},{' '}
          {sayDuration(service.durationMinutes)}
        </span>
      </p>
      <p className="mt-2 text-on-board-soft">
        {service.name}
        {earnings && `, you receive ${sayMoney(earnings.net, locale)}`}
        {customer?.phone && `, ${customer.phone}`}
      </p>
      <Link
        href={`/provider/${slug}/bookings/${booking.id}`}
        className="mt-4 inline-flex min-h-11 items-center rounded-control border border-on-board-soft px-4 font-semibold hover:bg-board-line focus-visible:outline-citron"
      >
        Open
      </Link>
    </section>
  )
}
