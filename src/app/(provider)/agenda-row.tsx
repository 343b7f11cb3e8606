import Link from 'next/link'
import type { ReactNode } from 'react'
import type { BookingListItem } from '#src/modules/bookings/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { sayDuration, sayMoney, sayOffset, sayTime } from '#src/ui/format.ts'

/** One booking in the provider's day: when, who, what, and what comes of it. */
export function AgendaRow({
  booking,
  slug,
  locale,
  day,
}: {
  booking: BookingListItem
  slug: string
  locale: string
  day?: ReactNode
}) {
  const { id, startsAt, endsAt, timeZone, customer, service, earnings, state } = booking
  return (
    <li>
      <Link
        href={`/provider/${slug}/bookings/${id}`}
        className="-mx-3 grid grid-cols-[5.5rem_1fr] gap-x-4 gap-y-1 rounded-control px-3 py-3 hover:bg-surface sm:grid-cols-[7rem_1fr_auto]"
      >
        <span>
          {day && <span className="block text-sm text-ink-soft">{day}</span>}
          <time dateTime={startsAt} className="block text-lg font-semibold">
            {sayTime(startsAt, timeZone, locale)}
          </time>
          <span className="block text-sm text-ink-soft">
            to {sayTime(endsAt, timeZone, locale)}
            {sayOffset(startsAt, timeZone) !== sayOffset(endsAt, timeZone) && ', clocks change'}
          </span>
        </span>
        <span className="min-w-0">
          <span className="block font-medium">
            {customer?.name ?? 'Somebody'}
            {booking.isGuest && <span className="font-normal text-ink-soft"> (guest)</span>}
          </span>
          <span className="block text-sm text-ink-soft">
            {service.name}, {sayDuration(service.durationMinutes)}
            {service.locationKind === 'online' && ', online'}
          </span>
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 max-sm:col-start-2 sm:flex-col sm:items-end">
          <StateBadge state={state} />
          {earnings && (
            <span className="tabular text-sm">
              {earnings.net.amountMinor > 0
                ? `You receive ${sayMoney(earnings.net, locale)}`
                : 'All refunded'}
            </span>
          )}
        </span>
      </Link>
    </li>
  )
}
