import { redirect } from 'next/navigation'
import { listBookings } from '#src/modules/bookings/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayDate } from '#src/ui/format.ts'
import { Pagination, Tabs } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../../../(public)/query.ts'
import { refusalCode } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { AgendaList } from '../../../agenda-list.tsx'
import { openWorkspace } from '../../../workspace.ts'
import { BookingSearch } from './booking-search.tsx'

export const metadata = { title: 'Bookings' }

const TO_COME = ['awaiting_provider', 'confirmed', 'in_progress'] as const
const OVER = ['completed', 'cancelled', 'declined', 'no_show'] as const
const PER_PAGE = 20

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

export default async function ProviderBookingsPage({ params, searchParams }: PageProps) {
  const [{ slug }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const path = `/provider/${slug}/bookings`
  const { ctx, providerId } = await openWorkspace(slug, path)
  const past = one(query, 'view') === 'past'
  const text = one(query, 'text')?.slice(0, 120)
  const cursor = one(query, 'cursor')
  const view = past ? 'past' : null
  const here = (next?: string) => `${path}${queryString({ view, text, cursor: next })}`
  const { items, nextCursor } = await listBookings(ctx, {
    as: 'provider',
    providerId,
    states: past ? OVER : TO_COME,
    order: past ? 'latest' : 'soonest',
    text,
    cursor,
    limit: PER_PAGE,
  }).catch((error: unknown) => {
    if (cursor && refusalCode(error) === 'request.invalid') redirect(here())
    throw error
  })
  return (
    <Column width="medium">
      <PageHeading title="Bookings" />
      <BookingSearch action={path} text={text} view={view} />
      <div className="mt-6">
        <Tabs
          label="Bookings"
          tabs={[
            { href: `${path}${queryString({ text })}`, label: 'To come', current: !past },
            { href: `${path}${queryString({ view: 'past', text })}`, label: 'Past', current: past },
          ]}
        />
      </div>
      <h2 className="sr-only">{past ? 'Past bookings' : 'Bookings to come'}</h2>
      {items.length === 0 ? (
        <div className="mt-6">
          <EmptyState
            title={text ? `Nothing for “${text}”` : past ? 'Nothing here yet' : 'No bookings to come'}
            actions={
              text ? (
                <ButtonLink href={`${path}${queryString({ view })}`} look="secondary">
                  All of them
                </ButtonLink>
              ) : undefined
            }
          />
        </div>
      ) : (
        <ul className="divide-y divide-line">
          <AgendaList
            bookings={items}
            slug={slug}
            locale={locale.tag}
            dayOf={({ startsAt, timeZone }) => sayDate(startsAt, timeZone, locale.tag)}
          />
        </ul>
      )}
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}
