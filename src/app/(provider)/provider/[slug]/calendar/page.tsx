import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import { Temporal } from '#src/kernel/time.ts'
import { listBookings, type BookingListItem } from '#src/modules/bookings/reads.ts'
import { getSchedule, type ScheduleView } from '#src/modules/scheduling/reads.ts'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { sayDuration, sayMoment, sayZone, spanOf } from '#src/ui/format.ts'
import { NextIcon, PreviousIcon } from '#src/ui/icons.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { PrintButton } from '#src/ui/print-button.tsx'
import { Column } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../../../(public)/query.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { AgendaList, sessionsOf } from '../../../agenda-list.tsx'
import { sayWallTime } from '../../../wall-time.ts'
import { openWorkspace } from '../../../workspace.ts'
import { calendarDay } from './calendar-days.ts'
import { WeekGrid } from './week-grid.tsx'

export const metadata = { title: 'Calendar' }

const DATE = /^\d{4}-\d\d-\d\d$/
const BOOKINGS_MAX = 50

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

export default async function CalendarPage({ params, searchParams }: PageProps) {
  const [{ slug }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const path = `/provider/${slug}/calendar`
  const { ctx, provider, providerId } = await openWorkspace(slug, path)
  const { timeZone } = provider
  const today = ctx.now.toZonedDateTimeISO(timeZone).toPlainDate()
  const date = dateIn(one(query, 'date')) ?? today
  // On a wide screen it is the week unless the day was asked for; on a phone it is always the day.
  const dayOnly = one(query, 'view') === 'day'
  const start = date.toZonedDateTime(timeZone).startOfDay()
  const [from, until] = [start.toInstant(), start.add({ days: 1 }).startOfDay().toInstant()]
  const monday = date.subtract({ days: (date.dayOfWeek - (locale.weekStart % 7) + 7) % 7 })
  const dates = Array.from({ length: 7 }, (_, index) => monday.add({ days: index }))
  const dayOf = (day: Temporal.PlainDate) => day.toZonedDateTime(timeZone).startOfDay().toInstant()
  const [perDay, schedule] = await Promise.all([
    Promise.all(
      dates.map((day) =>
        listBookings(ctx, {
          ...{ as: 'provider', providerId, order: 'soonest', limit: BOOKINGS_MAX },
          ...{ from: dayOf(day), until: dayOf(day.add({ days: 1 })) },
          states: ['awaiting_provider', 'confirmed', 'in_progress', 'completed', 'no_show'],
        }),
      ),
    ),
    getSchedule(ctx.db, ctx.actor, providerId),
  ])
  const items = perDay[dates.findIndex((day) => day.equals(date))]?.items ?? []
  const hours = Math.round((until.epochMilliseconds - from.epochMilliseconds) / 3_600_000)
  const to = (day: Temporal.PlainDate) =>
    `${path}${queryString({ view: dayOnly ? 'day' : null, date: day.toString() })}`
  // The seats of a group session are one hour of the provider's time.
  const sessions = new Map(
    items.map(({ startsAt, endsAt }) => [startsAt, (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000]),
  )
  const busy = [...sessions.values()].reduce((sum, minutes) => sum + minutes, 0)
  return (
    <Column width={dayOnly ? 'medium' : 'wide'}>
      {!dayOnly && (
        <div className="pt-12 pb-6 max-lg:hidden print:hidden">
          <div className="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
            <div>
              <h1 className="text-3xl">{sayWeek(dates, locale.tag)}</h1>
              <p className="mt-1 text-ink-soft">{sayZone(timeZone, from.toString())}</p>
            </div>
            <Steps
              previous={[to(date.subtract({ days: 7 })), 'Previous week']}
              next={[to(date.add({ days: 7 })), 'Next week']}
              today={path}
            >
              <ButtonLink href={`${path}?view=day&date=${date.toString()}`} look="secondary" size="small">
                One day
              </ButtonLink>
              <ButtonLink
                href={`/provider/${slug}/hours?block=${date.toString()}#time-off`}
                look="secondary"
                size="small"
              >
                Block time
              </ButtonLink>
            </Steps>
          </div>
          <WeekGrid
            days={dates.map((day) => calendarDay(day, schedule, timeZone, locale.tag))}
            bookings={perDay.flatMap((page) => page.items)}
            timeZone={timeZone}
            today={today.toString()}
            slug={slug}
            locale={locale.tag}
          />
        </div>
      )}
      <div className={dayOnly ? undefined : 'lg:hidden print:block'}>
        <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 pt-8 pb-4 sm:pt-12">
          <div>
            <h1 className="text-3xl">{sayPlainDate(date, locale.tag)}</h1>
            <p className="mt-1 text-ink-soft">
              {date.equals(today) ? 'Today. ' : ''}
              {hoursInWords(schedule, date, locale.tag)}. {sayZone(timeZone, from.toString())}
            </p>
          </div>
          <Steps
            previous={[to(date.subtract({ days: 1 })), 'Previous day']}
            next={[to(date.add({ days: 1 })), 'Next day']}
            today={dayOnly ? `${path}?view=day` : path}
          >
            {dayOnly && (
              <ButtonLink
                href={`${path}?date=${date.toString()}`}
                look="secondary"
                size="small"
                className="max-lg:hidden"
              >
                Week
              </ButtonLink>
            )}
            <ButtonLink
              href={`/provider/${slug}/hours?block=${date.toString()}#time-off`}
              look="secondary"
              size="small"
            >
              Block time
            </ButtonLink>
            <form action={path} className="flex items-center gap-2">
              {dayOnly && <input type="hidden" name="view" value="day" />}
              <label className="sr-only" htmlFor="date">
                Another day
              </label>
              <input
                key={date.toString()}
                id="date"
                name="date"
                type="date"
                required
                defaultValue={date.toString()}
                className="min-h-11 rounded-control border border-line-strong bg-surface px-2.5 text-[max(1rem,16px)]"
              />
              <Button type="submit" look="secondary" size="small">
                Go
              </Button>
            </form>
          </Steps>
        </div>
        {hours !== 24 && (
          <div className="mb-4">
            <Notice tone="info" title="The clocks change on this day">
              It has {hours} hours. Times that happen twice are told apart by their offset; every booking
              keeps its full length.
            </Notice>
          </div>
        )}
        <TimeOffNotices
          schedule={schedule}
          from={from}
          until={until}
          timeZone={timeZone}
          locale={locale.tag}
          slug={slug}
        />
        <h2 className="sr-only">Bookings of the day</h2>
        {items.length === 0 ? (
          <p className="border-t border-line py-8 text-ink-soft">Nothing is booked on this day.</p>
        ) : (
          <DayList items={items} slug={slug} locale={locale.tag} />
        )}
        <div className="mt-4 flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4">
          <p className="text-ink-soft">{busy > 0 ? `${sayDuration(busy)} booked` : ''}</p>
          <PrintButton />
        </div>
      </div>
    </Column>
  )
}

interface StepsProps {
  previous: readonly [href: string, label: string]
  next: readonly [href: string, label: string]
  today: string
  children: ReactNode
}

function Steps({ previous, next, today, children }: StepsProps) {
  return (
    <div data-no-print className="flex flex-wrap items-center gap-2">
      <ButtonLink href={previous[0]} look="secondary" size="small" aria-label={previous[1]}>
        <PreviousIcon />
      </ButtonLink>
      <ButtonLink href={today} look="secondary" size="small">
        Today
      </ButtonLink>
      <ButtonLink href={next[0]} look="secondary" size="small" aria-label={next[1]}>
        <NextIcon />
      </ButtonLink>
      {children}
    </div>
  )
}

/** The bookings in order, with the time that is free in between. */
function DayList({
  items,
  slug,
  locale,
}: {
  items: readonly BookingListItem[]
  slug: string
  locale: string
}) {
  return (
    <ul className="border-t border-line">
      {sessionsOf(items).map((session, index, sessions) => {
        const [first, before] = [session[0], sessions[index - 1]?.[0]]
        if (!first) return null
        const freeMinutes = before ? (Date.parse(first.startsAt) - Date.parse(before.endsAt)) / 60_000 : 0
        return (
          <Fragment key={first.id}>
            {freeMinutes > 0 && (
              <li className="border-b border-dashed border-line py-2 text-sm text-ink-soft">
                {sayDuration(freeMinutes)} free
              </li>
            )}
            <AgendaList bookings={session} slug={slug} locale={locale} />
          </Fragment>
        )
      })}
    </ul>
  )
}

interface TimeOffProps {
  schedule: ScheduleView
  from: Temporal.Instant
  until: Temporal.Instant
  timeZone: string
  locale: string
  slug: string
}

function TimeOffNotices({ schedule, from, until, timeZone, locale, slug }: TimeOffProps) {
  const off = schedule.timeOff.filter(
    (one) => Date.parse(one.from) < until.epochMilliseconds && Date.parse(one.until) > from.epochMilliseconds,
  )
  return off.map((one) => (
    <div key={one.id} className="mb-4">
      <Notice tone="neutral" title={`Time off until ${sayMoment(one.until, timeZone, locale)}`}>
        {one.reason}{' '}
        <Link className="link" href={`/provider/${slug}/hours`}>
          Change it
        </Link>
      </Notice>
    </div>
  ))
}

function hoursInWords({ rules, overrides }: ScheduleView, date: Temporal.PlainDate, locale: string): string {
  const override = overrides.find((one) => one.date === date.toString())
  const windows = override ? override.windows : rules.filter(({ weekday }) => weekday === date.dayOfWeek)
  if (windows.length === 0) return override ? 'Closed on this day' : 'Closed'
  const words = windows
    .map(({ opensMinute, closesMinute }) =>
      spanOf(sayWallTime(opensMinute, locale), sayWallTime(closesMinute, locale)),
    )
    .join(', ')
  return override ? `Open ${words}, on this day only` : `Open ${words}`
}

function dateIn(text: string | undefined): Temporal.PlainDate | null {
  if (!text || !DATE.test(text)) return null
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    return null // such as the 31st of February
  }
}

function sayPlainDate(date: Temporal.PlainDate, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(new Date(`${date.toString()}T12:00:00Z`))
}

/** "November 29 – December 5" */
function sayWeek(dates: readonly Temporal.PlainDate[], locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' })
  const [first, last] = [dates[0], dates.at(-1)].map((date) => new Date(`${date?.toString()}T12:00:00Z`))
  return first && last ? format.formatRange(first, last) : ''
}
