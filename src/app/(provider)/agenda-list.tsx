import Link from 'next/link'
import type { ReactNode } from 'react'
import type { BookingListItem } from '#src/modules/bookings/reads.ts'
import { StateBadge } from '#src/ui/badge.tsx'
import { sayDuration, sayMoney, sayTime } from '#src/ui/format.ts'
import { AgendaRow } from './agenda-row.tsx'

/** One booking, or all the seats of a group session: they are one hour of the provider's time. */
export function sessionsOf(bookings: readonly BookingListItem[]): BookingListItem[][] {
  const keyOf = ({ id, capacity, service, startsAt }: BookingListItem) =>
    capacity > 1 ? `${service.id} ${startsAt}` : id
  return [...Map.groupBy(bookings, keyOf).values()]
}

export interface AgendaListProps {
  bookings: readonly BookingListItem[]
  slug: string
  locale: string
  /** Said before the time, where the list has several days. */
  dayOf?: (booking: BookingListItem) => ReactNode
}

/** Bookings as rows; a group session is one row that opens to who comes. */
export function AgendaList({ bookings, slug, locale, dayOf }: AgendaListProps) {
  return sessionsOf(bookings).map((session) => {
    const [first] = session
    if (!first) return null
    const day = dayOf?.(first)
    return first.capacity > 1 ? (
      <SessionRow key={first.id} session={session} first={first} slug={slug} locale={locale} day={day} />
    ) : (
      <AgendaRow key={first.id} booking={first} slug={slug} locale={locale} day={day} />
    )
  })
}

// Only these sit on a chair.
const COMING = new Set(['awaiting_provider', 'confirmed', 'in_progress', 'completed', 'no_show'])

interface SessionRowProps {
  session: readonly BookingListItem[]
  first: BookingListItem
  slug: string
  locale: string
  day: ReactNode
}

/** "Back care class, 4 of 6" */
function SessionRow({ session, first, slug, locale, day }: SessionRowProps) {
  const { startsAt, endsAt, timeZone, service, capacity } = first
  const taken = session.filter(({ state }) => COMING.has(state)).length
  const net = session.reduce((sum, { earnings }) => sum + (earnings?.net.amountMinor ?? 0), 0)
  return (
    <li>
      <details>
        <summary className="-mx-3 grid cursor-pointer grid-cols-[5.5rem_1fr] gap-x-4 gap-y-1 rounded-control px-3 py-3 hover:bg-surface sm:grid-cols-[7rem_1fr_auto]">
          <span>
            {day && <span className="block text-sm text-ink-soft">{day}</span>}
            <time dateTime={startsAt} className="block text-lg font-semibold">
              {sayTime(startsAt, timeZone, locale)}
            </time>
            <span className="block text-sm text-ink-soft">to {sayTime(endsAt, timeZone, locale)}</span>
          </span>
          <span className="min-w-0">
            <span className="block font-medium">
              {service.name}, {taken} of {capacity}
            </span>
            <span className="block text-sm text-ink-soft">
              {sayDuration(service.durationMinutes)}, <span className="link">who comes</span>
            </span>
          </span>
          <span className="tabular text-sm max-sm:col-start-2 sm:text-right">
            You receive {sayMoney({ amountMinor: net, currency: first.figures.base.currency }, locale)}
          </span>
        </summary>
        <ul className="mb-3 ml-4 border-l-2 border-line pl-4 sm:ml-28">
          {session.map(({ id, customer, isGuest, state }) => (
            <li key={id}>
              <Link
                href={`/provider/${slug}/bookings/${id}`}
                className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 hover:underline"
              >
                <span>
                  {customer?.name ?? 'Somebody'}
                  {isGuest && <span className="text-ink-soft"> (guest)</span>}
                </span>
                <StateBadge state={state} />
              </Link>
            </li>
          ))}
        </ul>
      </details>
    </li>
  )
}
