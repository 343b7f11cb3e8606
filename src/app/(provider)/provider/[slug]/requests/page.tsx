import { EmptyState } from '#src/ui/empty-state.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { pageLocale } from '../../../../page-locale.ts'
import { RequestCard } from '../../../request-card.tsx'
import { openRequests, openWorkspace } from '../../../workspace.ts'

export const metadata = { title: 'Requests' }

export default async function RequestsPage({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params
  const path = `/provider/${slug}`
  const { ctx } = await openWorkspace(slug, path)
  const [requests, locale] = await Promise.all([openRequests(slug, path), pageLocale()])
  return (
    <Column width="medium">
      <PageHeading title="Requests">
        A request that is not answered in time is declined by itself, and the card is released.
      </PageHeading>
      <h2 className="sr-only">Waiting for your answer</h2>
      {requests.length === 0 ? (
        <EmptyState title="No requests wait for you">
          <p>
            They appear here for services that you confirm by hand. Services that are booked instantly go
            straight to your calendar.
          </p>
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-4">
          {requests.map((booking) => (
            <RequestCard
              key={booking.id}
              booking={booking}
              slug={slug}
              now={ctx.now.toString()}
              locale={locale.tag}
            />
          ))}
        </div>
      )}
    </Column>
  )
}
