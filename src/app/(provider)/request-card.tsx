import Link from 'next/link'
import type { BookingListItem } from '#src/modules/bookings/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { sayDuration, sayLongDay, sayMoment, sayMoney, saySpan, sayZone } from '#src/ui/format.ts'
import { ClockIcon } from '#src/ui/icons.tsx'
import { BookingActions } from '../booking-actions.tsx'
import { sayLeft } from './time-left.ts'

const SOON_MS = 2 * 3_600_000

/** A request with the time left to answer it; not answering declines it. */
export function RequestCard({
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
  const { startsAt, endsAt, timeZone, customer, service, earnings, answerDueAt, figures } = booking
  const soon = answerDueAt !== null && Date.parse(answerDueAt) - Date.parse(now) < SOON_MS
  return (
    <Card as="article">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div>
          <h3 className="text-lg">
            <Link className="link" href={`/provider/${slug}/bookings/${booking.id}`}>
              {customer?.name ?? 'Somebody'}
            </Link>
          </h3>
          <p>
            <time dateTime={startsAt} className="font-medium">
              {sayLongDay(startsAt, timeZone, locale)}, {saySpan(startsAt, endsAt, timeZone, locale)}
            </time>
          </p>
          <p className="text-sm text-ink-soft">
            {service.name}, {sayDuration(service.durationMinutes)}. {sayZone(timeZone, startsAt)}
          </p>
        </div>
        {answerDueAt && (
          <p
            className={
              soon
                ? 'flex items-center gap-1.5 font-semibold text-warning'
                : 'flex items-center gap-1.5 text-ink-soft'
            }
          >
            <ClockIcon />
            <span>
              {sayLeft(answerDueAt, now)} left
              <span className="block text-sm font-normal">
                answer by {sayMoment(answerDueAt, timeZone, locale)}
              </span>
            </span>
          </p>
        )}
      </div>
      {booking.note && <p className="mt-3 rounded-control bg-sunken px-4 py-3">“{booking.note}”</p>}
      <p className="mt-3">
        {earnings && (
          <>
            You receive <strong className="tabular">{sayMoney(earnings.net, locale)}</strong>
          </>
        )}
        <span className="text-ink-soft">, the customer pays {sayMoney(figures.total, locale)}</span>
      </p>
      <div className="mt-4 flex flex-wrap gap-3">
        <BookingActions booking={booking} as="provider" locale={locale} />
      </div>
    </Card>
  )
}
