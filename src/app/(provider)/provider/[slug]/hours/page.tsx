import { getSchedule } from '#src/modules/scheduling/reads.ts'
import { Card } from '#src/ui/card.tsx'
import { sayMoment, sayZone } from '#src/ui/format.ts'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { ActionButton } from '../../../../action-button.tsx'
import { pageLocale } from '../../../../page-locale.ts'
import { wallTimeOf } from '../../../wall-time.ts'
import { openWorkspace } from '../../../workspace.ts'
import { OverrideForm } from './override-form.tsx'
import { TimeOffForm } from './time-off-form.tsx'
import { WeekForm } from './week-form.tsx'

export const metadata = { title: 'Hours' }

export default async function HoursPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const { ctx, provider, providerId } = await openWorkspace(slug, `/provider/${slug}/hours`)
  const [schedule, locale] = await Promise.all([getSchedule(ctx.db, ctx.actor, providerId), pageLocale()])
  const now = ctx.now.toString()
  const today = ctx.now.toZonedDateTimeISO(provider.timeZone).toPlainDate().toString()
  const overrides = schedule.overrides.filter(({ date }) => date >= today)
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
                        .map(
                          ({ opensMinute, closesMinute }) =>
                            `${wallTimeOf(opensMinute)} – ${wallTimeOf(closesMinute)}`,
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
        <h2 className="text-xl">Time off</h2>
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
        <TimeOffForm providerId={provider.id} timeZone={provider.timeZone} />
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
