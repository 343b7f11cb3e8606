import { listBookings, type BookingListItem } from '#src/modules/bookings/reads.ts'
import { getSchedule, type ScheduleView } from '#src/modules/scheduling/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { localDateOf, sayMoment, sayZone, spanOf } from '#src/ui/format.ts'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { Temporal } from '#src/kernel/time.ts'
import { one, type Query } from '../../../../(public)/query.ts'
import { ActionButton } from '../../../../action-button.tsx'
import { pageLocale } from '../../../../page-locale.ts'
import { sayWallTime, wallTimeOf } from '../../../wall-time.ts'
import { openWorkspace } from '../../../workspace.ts'
import { BusyFeedForm } from './busy-feed-form.tsx'
import type { WeeklyBooking } from './effect-of-hours.ts'
import { OverrideForm } from './override-form.tsx'
import { TimeOffForm } from './time-off-form.tsx'
import { WeekForm } from './week-form.tsx'

export const metadata = { title: 'Hours' }

const AHEAD_DAYS = 30
const DATE = /^\d{4}-\d\d-\d\d$/

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

export default async function HoursPage({ params, searchParams }: PageProps) {
  const [{ slug }, query] = await Promise.all([params, searchParams])
  const blocked = DATE.exec(one(query, 'block') ?? '')?.[0]
  const { ctx, provider, providerId } = await openWorkspace(slug, `/provider/${slug}/hours`)
  const [schedule, locale, { items: coming }] = await Promise.all([
    getSchedule(ctx.db, ctx.actor, providerId),
    pageLocale(),
    listBookings(ctx, {
      ...{ as: 'provider', providerId, from: ctx.now, until: ctx.now.add({ hours: 24 * AHEAD_DAYS }) },
      ...{ states: ['awaiting_provider', 'confirmed'], order: 'soonest', limit: 50 },
    }),
  ])
  const now = ctx.now.toString()
  const today = ctx.now.toZonedDateTimeISO(provider.timeZone).toPlainDate().toString()
  const overrides = schedule.overrides.filter(({ date }) => date >= today)
  const changed = new Set(overrides.map(({ date }) => date))
  const timeOff = schedule.timeOff.filter(({ until }) => Date.parse(until) > Date.parse(now))
  const base = `/api/v1/my/providers/${provider.id}` as const
  return (
    <Column width="medium">
      <PageHeading title="Hours">
        When you can be booked, in your own time: {sayZone(provider.timeZone, now)}. Bookings that exist stay
        whatever you change here.
      </PageHeading>
      <Card as="section">
        <h2 className="mb-4 text-xl">Every week</h2>
        <WeekForm
          providerId={provider.id}
          weekStart={locale.weekStart}
          bookings={coming
            .filter(({ startsAt }) => !changed.has(localDateOf(startsAt, provider.timeZone)))
            .map((booking) => weeklyOf(booking, provider.timeZone, locale.tag))}
          rules={schedule.rules.map(({ weekday, opensMinute, closesMinute }) => ({
            weekday,
            opens: wallTimeOf(opensMinute),
            closes: wallTimeOf(closesMinute),
          }))}
        />
      </Card>
      <Card as="section" className="mt-6">
        <h2 className="text-xl">Single days</h2>
        <p className="mt-1 mb-4 text-ink-soft">
          Other hours on one date, or closed. The weekly hours do not count on that day.
        </p>
        {overrides.length > 0 && (
          <ul className="mb-6 divide-y divide-line">
            {overrides.map(({ date, windows }) => (
              <li key={date} className="flex flex-wrap items-center justify-between gap-3 py-2">
                <span>
                  <span className="font-medium">{sayPlainDate(date, locale.tag)}</span>{' '}
                  {windows.length === 0
                    ? 'closed'
                    : windows
                        .map(({ opensMinute, closesMinute }) =>
                          spanOf(sayWallTime(opensMinute, locale.tag), sayWallTime(closesMinute, locale.tag)),
                        )
                        .join(', ')}
                </span>
                <ActionButton
                  label="Remove"
                  of={sayPlainDate(date, locale.tag)}
                  look="quiet"
                  title="Back to the weekly hours?"
                  confirmLabel="Use the weekly hours"
                  method="DELETE"
                  path={`${base}/date-overrides/${date}`}
                >
                  <p>On {sayPlainDate(date, locale.tag)} your weekly hours count again.</p>
                </ActionButton>
              </li>
            ))}
          </ul>
        )}
        <OverrideForm providerId={provider.id} today={today} />
      </Card>
      <Card as="section" className="mt-6">
        <h2 id="time-off" className="text-xl">
          Time off
        </h2>
        <p className="mt-1 mb-4 text-ink-soft">
          From one moment to another nothing can be booked. Bookings already there stay.
        </p>
        {timeOff.length > 0 && (
          <ul className="mb-6 divide-y divide-line">
            {timeOff.map(({ id, from, until, reason }) => (
              <li key={id} className="flex flex-wrap items-center justify-between gap-3 py-2">
                <span>
                  <span className="font-medium">
                    {sayMoment(from, provider.timeZone, locale.tag)} –{' '}
                    {sayMoment(until, provider.timeZone, locale.tag)}
                  </span>
                  {reason && <span className="text-ink-soft"> {reason}</span>}
                </span>
                <ActionButton
                  label="Remove"
                  of={`time off from ${sayMoment(from, provider.timeZone, locale.tag)}`}
                  look="quiet"
                  title="Free this time?"
                  confirmLabel="Free it"
                  method="DELETE"
                  path={`${base}/time-off/${id}`}
                >
                  <p>Within your hours it can be booked again.</p>
                </ActionButton>
              </li>
            ))}
          </ul>
        )}
        <TimeOffForm key={blocked} providerId={provider.id} timeZone={provider.timeZone} date={blocked} />
      </Card>
      <Card as="section" className="mt-6">
        <h2 className="text-xl">Other calendars</h2>
        <p className="mt-1 mb-4 text-ink-soft">
          Where you are busy in a calendar of your own, nothing can be booked here. We look every quarter of
          an hour and keep only the times, never the titles.
        </p>
        <Feeds feeds={schedule.busyFeeds} base={base} timeZone={provider.timeZone} locale={locale.tag} />
        <BusyFeedForm providerId={provider.id} />
      </Card>
    </Column>
  )
}

function sayPlainDate(date: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(`${date}T12:00:00Z`))
}

function weeklyOf(booking: BookingListItem, timeZone: string, locale: string): WeeklyBooking {
  const { startsAt, endsAt, customer } = booking
  const start = Temporal.Instant.from(startsAt).toZonedDateTimeISO(timeZone)
  const fromMinute = start.hour * 60 + start.minute
  return {
    words: `${sayMoment(startsAt, timeZone, locale)}, ${customer?.name ?? 'somebody'}`,
    weekday: start.dayOfWeek,
    fromMinute,
    untilMinute: fromMinute + (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000,
  }
}

interface FeedsProps {
  feeds: ScheduleView['busyFeeds']
  base: `/api/v1/my/providers/${string}`
  timeZone: string
  locale: string
}

function Feeds({ feeds, base, timeZone, locale }: FeedsProps) {
  if (feeds.length === 0) return null
  return (
    <ul className="mb-6 divide-y divide-line">
      {feeds.map(({ id, url, lastSuccessAt, lastError }) => (
        <li key={id} className="flex flex-wrap items-center justify-between gap-3 py-2">
          <span className="min-w-0">
            {/* The rest of the address is as good as a password. */}
            <span className="block font-medium">{new URL(url).host}</span>
            <span className="block text-sm text-ink-soft">
              {lastSuccessAt
                ? `Last read ${sayMoment(lastSuccessAt, timeZone, locale)}`
                : lastError
                  ? 'Never read'
                  : 'Not read yet: this takes some seconds'}
            </span>
            {lastError && <span className="block text-sm text-danger">Last try: {lastError}</span>}
          </span>
          <ActionButton
            label="Remove"
            of={`the calendar at ${new URL(url).host}`}
            look="quiet"
            title="Remove this calendar?"
            confirmLabel="Remove it"
            method="DELETE"
            path={`${base}/busy-feeds/${id}`}
          >
            <p>Its busy times can be booked again within your hours.</p>
          </ActionButton>
        </li>
      ))}
    </ul>
  )
}
