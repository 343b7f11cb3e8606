import { notFound, redirect } from 'next/navigation'
import { isId, type BookingId } from '#src/kernel/ids.ts'
import { getBookingView } from '#src/modules/bookings/reads.ts'
import { listDocuments } from '#src/modules/documents/reads.ts'
import { Breadcrumbs } from '#src/ui/navigation.tsx'
import { Column } from '#src/ui/shell.tsx'
import { BookingManager } from '../../../../(public)/manage/booking-manager.tsx'
import type { Query } from '../../../../(public)/query.ts'
import { orNotFound } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { requireAccount } from '../../../../require-account.ts'

interface PageProps {
  params: Promise<{ bookingId: string }>
  searchParams: Promise<Query>
}

export const metadata = { title: 'Your booking' }

/** One's own booking. Who sees it in another capacity is led to where they work with it. */
export default async function CustomerBookingPage({ params, searchParams }: PageProps) {
  const { bookingId } = await params
  const path = `/dashboard/bookings/${bookingId}`
  const { ctx } = await requireAccount(path)
  if (!isId(bookingId)) notFound()
  const view = await orNotFound(getBookingView(ctx, bookingId as BookingId))
  if (view.party === 'provider') redirect(`/provider/${view.provider.slug}/bookings/${view.id}`)
  if (view.party === 'operator') redirect(`/operator/bookings/${view.id}`)
  const [query, locale, documents] = await Promise.all([
    searchParams,
    pageLocale(),
    listDocuments(ctx, bookingId as BookingId),
  ])
  return (
    <Column width="medium" className="pt-4 sm:pt-6">
      <Breadcrumbs items={[{ href: '/dashboard', label: 'Your bookings' }, { label: view.code }]} />
      <div className="pt-4">
        <BookingManager
          view={view}
          documents={documents}
          now={ctx.now.toString()}
          guestKey={null}
          locale={locale}
          query={query}
          path={path}
        />
      </div>
    </Column>
  )
}
