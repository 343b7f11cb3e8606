import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { claimedBookingOf, guestContext, pageContext } from '#src/boot/web.ts'
import { getBookingView } from '#src/modules/bookings/reads.ts'
import { listDocuments } from '#src/modules/documents/reads.ts'
import { Column } from '#src/ui/shell.tsx'
import { orNotFound } from '../../../or-not-found.ts'
import { pageLocale } from '../../../page-locale.ts'
import type { Query } from '../../query.ts'
import { BookingManager } from '../booking-manager.tsx'
import { IntoAccount } from '../into-account.tsx'
import { LinkOver } from '../link-over.tsx'

// The address is the secret: it must not travel on in a Referer, nor into a search engine.
export const metadata: Metadata = {
  title: 'Your booking',
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
}

interface PageProps {
  params: Promise<{ key: string }>
  searchParams: Promise<Query>
}

export default async function ManagePage({ params, searchParams }: PageProps) {
  const [{ key }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const guestKey = decodeURIComponent(key)
  const ctx = await guestContext(guestKey)
  const path = `/manage/${key}`
  if (ctx?.actor.kind !== 'guest') {
    const claimed = await claimedBookingOf(guestKey)
    if (claimed) redirect(`/dashboard/bookings/${claimed}`)
    return <LinkOver here={path} />
  }
  const { bookingId } = ctx.actor
  const [view, documents] = await orNotFound(
    Promise.all([getBookingView(ctx, bookingId), listDocuments(ctx, bookingId)]),
  )
  const { actor } = await pageContext()
  return (
    <Column width="medium" className="pt-8 sm:pt-12">
      <BookingManager
        view={view}
        documents={documents}
        now={ctx.now.toString()}
        guestKey={guestKey}
        locale={locale}
        query={query}
        path={path}
      />
      {view.state !== 'held' && view.state !== 'expired' && (
        <div className="mt-6">
          <IntoAccount bookingId={view.id} guestKey={guestKey} here={path} signedIn={actor.kind === 'user'} />
        </div>
      )}
    </Column>
  )
}
