import Link from 'next/link'
import { Temporal } from '#src/kernel/time.ts'
import type { BookingListItem } from '#src/modules/bookings/reads.ts'
import { classes } from '#src/ui/classes.ts'
import { sayTime } from '#src/ui/format.ts'
import { sessionsOf } from '../../../agenda-list.tsx'
import { sayWallTime } from '../../../wall-time.ts'
import type { CalendarDay } from './calendar-days.ts'

export interface WeekGridProps {
  days: readonly CalendarDay[]
  bookings: readonly BookingListItem[]
  timeZone: string
  today: string
  slug: string
  locale: string
}

const HOUR_PX = 56

/** The week as columns of hours: open ones are light, what is booked stands in them, every block is a link. */
export function WeekGrid({ days, bookings, timeZone, today, slug, locale }: WeekGridProps) {
  const blocks = sessionsOf(bookings).flatMap((session) => blockOf(session, timeZone))
  const [from, until] = hoursShown(days, blocks)
  const top = (minute: number) => ((minute - from * 60) / 60) * HOUR_PX
  const hours = Array.from({ length: until - from }, (_, index) => from + index)
  const path = `/provider/${slug}`
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface">
      <div className="grid grid-cols-[5rem_repeat(7,minmax(0,1fr))]">
        <span />
        {days.map((day) => (
          <div
            key={day.date}
            className={classes(
              'border-b border-l border-line px-2 py-2 text-center',
              day.date === today && 'bg-slot text-on-slot',
            )}
          >
            <Link
              href={`${path}/calendar?view=day&date=${day.date}`}
              className="font-semibold hover:underline"
            >
              {day.words}
              {day.date === today && <span className="sr-only">, today</span>}
            </Link>
            {day.hours !== 24 && (
              <span className="block text-xs font-semibold">Clocks change: {day.hours} h</span>
            )}
            <Link
              href={`${path}/hours?block=${day.date}#time-off`}
              className="block text-xs underline decoration-dotted"
            >
              Block<span className="sr-only"> time on {day.words}</span>
            </Link>
          </div>
        ))}
        <div className="relative" style={{ height: `${hours.length * HOUR_PX}px` }} aria-hidden="true">
          {hours.slice(1).map((hour) => (
            <span
              key={hour}
              className="absolute right-2 -translate-y-1/2 text-xs whitespace-nowrap text-ink-soft"
              style={{ top: `${top(hour * 60)}px` }}
            >
              {sayWallTime(hour * 60, locale)}
            </span>
          ))}
        </div>
        {days.map((day) => (
          <div key={day.date} className="relative border-l border-line bg-sunken">
            {day.windows.map(({ opensMinute, closesMinute }) => (
              <span
                key={opensMinute}
                aria-hidden="true"
                className="absolute inset-x-0 bg-surface"
                style={{ top: `${top(opensMinute)}px`, height: `${top(closesMinute) - top(opensMinute)}px` }}
              />
            ))}
            {hours.slice(1).map((hour) => (
              <span
                key={hour}
                aria-hidden="true"
                className="absolute inset-x-0 border-t border-line"
                style={{ top: `${top(hour * 60)}px` }}
              />
            ))}
            {day.off.map(({ fromMinute, untilMinute, reason }) => (
              <span
                key={fromMinute}
                className="absolute inset-x-0.5 overflow-hidden rounded-control border border-dashed border-line-strong bg-sunken px-1.5 py-0.5 text-xs text-ink-soft"
                style={{
                  top: `${top(Math.max(fromMinute, from * 60))}px`,
                  height: `${top(Math.min(untilMinute, until * 60)) - top(Math.max(fromMinute, from * 60))}px`,
                }}
              >
                Time off{reason && `: ${reason}`}
              </span>
            ))}
            <ul>
              {blocks
                .filter(({ date }) => date === day.date)
                .map((block) => (
                  <li key={block.id}>
                    <Link
                      href={`${path}/bookings/${block.id}`}
                      className={classes(
                        'absolute inset-x-0.5 overflow-hidden rounded-control border px-1.5 py-0.5 text-xs leading-tight hover:z-10 hover:shadow-lift focus-visible:z-10',
                        block.waiting
                          ? 'border-dashed border-warning bg-warning-soft text-ink'
                          : 'border-slot-line bg-slot text-on-slot',
                      )}
                      style={{
                        top: `${top(block.fromMinute) + 1}px`,
                        height: `${Math.max(22, (block.minutes / 60) * HOUR_PX - 2)}px`,
                      }}
                    >
                      <span className="block truncate">
                        <span className="font-semibold">{sayTime(block.startsAt, timeZone, locale)}</span>{' '}
                        {block.words}
                      </span>
                      <span className="block truncate">
                        {block.waiting && 'Asked: '}
                        {block.service}
                      </span>
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </div>
    </div>
  )
}

interface Block {
  id: string
  date: string
  startsAt: string
  fromMinute: number
  minutes: number
  words: string
  service: string
  waiting: boolean
}

function blockOf(session: readonly BookingListItem[], timeZone: string): Block[] {
  const [first] = session
  if (!first) return []
  const { id, startsAt, endsAt, capacity, service, customer, state } = first
  const start = Temporal.Instant.from(startsAt).toZonedDateTimeISO(timeZone)
  return [
    {
      ...{ id, startsAt, date: start.toPlainDate().toString(), fromMinute: start.hour * 60 + start.minute },
      minutes: (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000,
      words: capacity > 1 ? `${session.length} of ${capacity}` : (customer?.name ?? 'Somebody'),
      service: service.name,
      waiting: state === 'awaiting_provider',
    },
  ]
}

/** As many hours as are open or booked, and never fewer than a working day. */
function hoursShown(days: readonly CalendarDay[], blocks: readonly Block[]): [from: number, until: number] {
  const windows = days.flatMap((day) => day.windows)
  const first = Math.min(
    9 * 60,
    ...windows.map((one) => one.opensMinute),
    ...blocks.map((one) => one.fromMinute),
  )
  const last = Math.max(
    17 * 60,
    ...windows.map((one) => one.closesMinute),
    ...blocks.map((one) => one.fromMinute + one.minutes),
  )
  return [Math.floor(first / 60), Math.min(24, Math.ceil(last / 60))]
}
