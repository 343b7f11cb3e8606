import { notFound, redirect } from 'next/navigation'
import { pageConfig } from '#src/boot/web.ts'
import { isId, type BookingId } from '#src/kernel/ids.ts'
import { getBookingView, type BookingView } from '#src/modules/bookings/reads.ts'
import { listDocuments } from '#src/modules/documents/reads.ts'
import { findEarning, type EarningLine } from '#src/modules/payouts/reads.ts'
import { listReviewRecords } from '#src/modules/reviews/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { Card } from '#src/ui/card.tsx'
import { Facts } from '#src/ui/facts.tsx'
import { minus, sayDuration, sayLongDay, sayMoment, sayMoney, saySpan, sayZone } from '#src/ui/format.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Column } from '#src/ui/shell.tsx'
import { Timeline } from '#src/ui/timeline.tsx'
import { BookingActions } from '../../../../../booking-actions.tsx'
import { DocumentLinks } from '../../../../../document-links.tsx'
import { orNotFound } from '../../../../../or-not-found.ts'
import { pageLocale } from '../../../../../page-locale.ts'
import { TRANSITION_WORDS } from '../../../../../transition-words.ts'
import { sayLeft } from '../../../../time-left.ts'
import { EarningBadge, EarningDates } from '../../../../earning-status.tsx'
import { openWorkspace } from '../../../../workspace.ts'
import { ReviewCard } from '../../reviews/review-card.tsx'

export const metadata = { title: 'A booking' }

interface PageProps {
  params: Promise<{ slug: string; bookingId: string }>
}

export default async function ProviderBookingPage({ params }: PageProps) {
  const { slug, bookingId } = await params
  const home = `/provider/${slug}`
  const { ctx, providerId } = await openWorkspace(slug, `${home}/bookings/${bookingId}`)
  if (!isId(bookingId)) notFound()
  const [[view, documents], locale] = await Promise.all([
    orNotFound(
      Promise.all([getBookingView(ctx, bookingId as BookingId), listDocuments(ctx, bookingId as BookingId)]),
    ),
    pageLocale(),
  ])
  if (view.provider.id !== providerId) notFound()
  const [{ items: reviews }, earning] = await Promise.all([
    listReviewRecords(ctx, { providerId, bookingId: bookingId as BookingId }),
    findEarning(ctx, providerId, bookingId as BookingId),
  ])
  if (view.party === 'customer') redirect(`/dashboard/bookings/${view.id}`)
  const { timeZone } = view
  const tag = locale.tag
  const now = ctx.now.toString()
  return (
    <Column width="medium" className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: `${home}/bookings`, label: 'Bookings' }, { label: view.code }]} />
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-3xl">{view.customer?.name ?? 'Somebody'}</h1>
        <StateBadge state={view.state} />
      </div>
      <p className="mt-2 text-lg">
        <time dateTime={view.startsAt}>
          {sayLongDay(view.startsAt, timeZone, tag)}, {saySpan(view.startsAt, view.endsAt, timeZone, tag)}
        </time>
        <span className="block text-sm text-ink-soft">
          {sayZone(timeZone, view.startsAt)}, your zone when it was booked
        </span>
      </p>
      {view.answerDueAt && view.state === 'awaiting_provider' && (
        <div className="mt-4">
          <Notice tone="warning" title={`${sayLeft(view.answerDueAt, now)} left to answer`}>
            Without an answer by {sayMoment(view.answerDueAt, timeZone, tag)} it is declined by itself.
          </Notice>
        </div>
      )}
      <div data-no-print className="mt-6 flex flex-wrap gap-3 empty:hidden">
        <BookingActions booking={view} as="provider" locale={tag} />
      </div>
      <WhyNothing view={view} />
      <div className="mt-8 flex flex-col gap-6">
        <Card as="section">
          <h2 className="mb-4 text-lg">Booking</h2>
          <Facts
            items={[
              ['Service', `${view.service.name}, ${sayDuration(view.service.durationMinutes)}`],
              view.figures.extras.length > 0
                ? ['Extras', view.figures.extras.map(({ name }) => name).join(', ')]
                : null,
              view.customer
                ? [
                    'Customer',
                    <span key="customer">
                      {view.customer.name}
                      {view.isGuest && ' (guest)'}
                      <a className="link block" href={`mailto:${view.customer.email}`}>
                        {view.customer.email}
                      </a>
                      {view.customer.phone && (
                        <a className="link block" href={`tel:${view.customer.phone}`}>
                          {view.customer.phone}
                        </a>
                      )}
                    </span>,
                  ]
                : null,
              view.note ? ['Note', `“${view.note}”`] : null,
              view.endReason ? ['Reason given', view.endReason] : null,
              [
                'Booking',
                <span key="code" className="font-mono">
                  {view.code}
                </span>,
              ],
            ]}
          />
        </Card>
        <Earnings view={view} earning={earning} escrowDays={pageConfig().ESCROW_DAYS} locale={tag} />
        {reviews.map((review) => (
          <Card as="section" key={review.id}>
            <h2 className="mb-3 text-lg">Review</h2>
            <ReviewCard review={review} slug={slug} timeZone={timeZone} locale={tag} withBooking={false} />
          </Card>
        ))}
        <DocumentLinks items={documents} locale={tag} />
        <Card as="section">
          <h2 className="mb-4 text-lg">What happened so far</h2>
          <Timeline
            entries={view.timeline
              .filter(({ transition }) => transition !== 'hold')
              .map(({ at, transition, by, reason }) => ({
                at: sayMoment(at, timeZone, tag),
                iso: at,
                title: `${TRANSITION_WORDS[transition] ?? transition}${by === 'system' ? '' : by === 'provider' ? ', by you' : `, by the ${by}`}`,
                detail: reason,
              }))}
          />
        </Card>
      </div>
    </Column>
  )
}

/** What can be done later, and when, while nothing can be done now. */
function WhyNothing({ view }: { view: BookingView }) {
  if (view.state !== 'confirmed' || view.actions.complete) return null
  return (
    <p className="mt-3 text-sm text-ink-soft">
      Marking it completed or as a no-show is possible from its start on.
    </p>
  )
}

interface EarningsProps {
  view: BookingView
  /** Its line on the page of payouts. */
  earning: EarningLine | null
  escrowDays: number
  locale: string
}

/** From the price to what arrives, in lines that add up. */
function Earnings({ view, earning, escrowDays, locale }: EarningsProps) {
  const { earnings, figures } = view
  if (!earnings) {
    return (
      <Card as="section">
        <h2 className="mb-2 text-lg">What you receive</h2>
        <p className="text-ink-soft">Nothing was charged, so there is nothing to pay out.</p>
      </Card>
    )
  }
  const { refunded, commission, net } = earnings
  const lines = [
    ['Price', sayMoney(figures.base, locale)],
    ...(refunded.amountMinor > 0
      ? [['Given back of the price', sayMoney(minus(refunded), locale)] as const]
      : []),
    ...(commission.amountMinor > 0
      ? [
          [
            refunded.amountMinor > 0 ? 'Commission on what is kept' : 'Commission',
            sayMoney(minus(commission), locale),
          ] as const,
        ]
      : []),
  ] as const
  return (
    <Card as="section">
      <h2 className="mb-4 text-lg">What you receive</h2>
      <dl className="flex flex-col gap-2">
        {lines.map(([label, value]) => (
          <div key={label} className="flex justify-between gap-4">
            <dt className="text-ink-soft">{label}</dt>
            <dd className="tabular">{value}</dd>
          </div>
        ))}
        <div className="mt-1 flex justify-between gap-4 border-t border-line pt-3 text-lg font-semibold">
          <dt>You receive</dt>
          <dd className="tabular">{sayMoney(net, locale)}</dd>
        </div>
      </dl>
      <p className="mt-3 flex flex-wrap items-center gap-x-3 text-sm text-ink-soft">
        <WhenPaid view={view} earnings={earnings} earning={earning} escrowDays={escrowDays} locale={locale} />
      </p>
    </Card>
  )
}

interface WhenPaidProps {
  view: BookingView
  earnings: NonNullable<BookingView['earnings']>
  earning: EarningLine | null
  escrowDays: number
  locale: string
}

function WhenPaid({ view, earnings: { net, payout }, earning, escrowDays, locale }: WhenPaidProps) {
  if (payout && earning) {
    return (
      <>
        <EarningBadge status={earning.status} />
        <span>
          <EarningDates {...earning} locale={locale} />
        </span>
      </>
    )
  }
  if (net.amountMinor === 0) return 'Everything was given back, so there is nothing to pay out.'
  if (view.state === 'awaiting_provider')
    return `Charged when you accept, held until ${escrowDays} days after the service, then paid out.`
  return `Held until ${escrowDays} days after the service, then paid out.`
}
