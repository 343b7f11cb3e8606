import type { BookingView } from '#src/modules/bookings/reads.ts'
import { buttonClasses } from '#src/ui/button.tsx'
import { CalendarIcon } from '#src/ui/icons.tsx'
import { queryString } from '../query.ts'

/** "2026-11-26T19:00:00Z" as calendars on the web want it: 20261126T190000Z. */
const compact = (iso: string) => iso.replace(/[-:]/g, '').replace(/\.\d+/, '')

/** The booking for a calendar: as a file, or straight into the two that most people use. */
export function CalendarLinks({ view, guestKey }: { view: BookingView; guestKey: string | null }) {
  const { provider, service, place, startsAt, endsAt } = view
  const title = `${service.name}, ${provider.name}`
  const where =
    service.locationKind === 'online' ? 'Online' : [place.addressLine, place.city].filter(Boolean).join(', ')
  const file = `/api/v1/bookings/${view.id}/calendar.ics${queryString({ key: guestKey })}`
  const google = `https://calendar.google.com/calendar/render${queryString({ action: 'TEMPLATE', text: title, dates: `${compact(startsAt)}/${compact(endsAt)}`, location: where })}`
  const outlook = `https://outlook.live.com/calendar/0/action/compose${queryString({ subject: title, startdt: startsAt, enddt: endsAt, location: where })}`
  return (
    // Opened, it takes a row of its own: laid over the page, it would cover the buttons below until it is closed.
    <details className="open:basis-full" data-no-print>
      <summary className={buttonClasses('secondary')}>
        <CalendarIcon /> Add to calendar
      </summary>
      <ul className="mt-2 w-fit rounded-control border border-line bg-surface p-1">
        {(
          [
            [file, 'Calendar file (.ics)'],
            [google, 'Google'],
            [outlook, 'Outlook'],
          ] as const
        ).map(([href, label]) => (
          <li key={label}>
            <a
              href={href}
              rel="noreferrer"
              className="flex min-h-11 items-center rounded-control px-3 whitespace-nowrap hover:bg-sunken"
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
    </details>
  )
}
