import { redirect } from 'next/navigation'
import { listReviewRecords } from '#src/modules/reviews/reads.ts'
import { ButtonLink } from '#src/ui/button.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { Pagination, Tabs } from '#src/ui/navigation.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../../../(public)/query.ts'
import { refusalCode } from '../../../../or-not-found.ts'
import { pageLocale } from '../../../../page-locale.ts'
import { openWorkspace } from '../../../workspace.ts'
import { ReviewCard } from './review-card.tsx'

export const metadata = { title: 'Reviews' }

interface PageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<Query>
}

export default async function ProviderReviewsPage({ params, searchParams }: PageProps) {
  const [{ slug }, query, locale] = await Promise.all([params, searchParams, pageLocale()])
  const path = `/provider/${slug}/reviews`
  const { ctx, provider, providerId } = await openWorkspace(slug, path)
  const unanswered = one(query, 'view') === 'unanswered'
  const cursor = one(query, 'cursor')
  const here = (next?: string) =>
    `${path}${queryString({ view: unanswered ? 'unanswered' : null, cursor: next })}`
  const { items, nextCursor } = await listReviewRecords(ctx, { providerId, unanswered, cursor }).catch(
    (error: unknown) => {
      if (cursor && refusalCode(error) === 'request.invalid') redirect(here())
      throw error
    },
  )
  return (
    <Column width="medium">
      <PageHeading title="Reviews">
        Only people who were here can write one. You can answer each once; everybody reads the answer.
      </PageHeading>
      <Tabs
        label="Reviews"
        tabs={[
          { href: path, label: 'All', current: !unanswered },
          { href: `${path}?view=unanswered`, label: 'Without an answer', current: unanswered },
        ]}
      />
      <h2 className="sr-only">{unanswered ? 'Reviews without an answer' : 'All reviews'}</h2>
      {items.length === 0 ? (
        <div className="mt-6">
          <EmptyState
            title={unanswered ? 'Every review has an answer' : 'No reviews yet'}
            actions={
              unanswered ? (
                <ButtonLink href={path} look="secondary">
                  All reviews
                </ButtonLink>
              ) : undefined
            }
          >
            <p>After a booking is completed, its customer is asked for one by mail.</p>
          </EmptyState>
        </div>
      ) : (
        <ul className="divide-y divide-line">
          {items.map((review) => (
            <li key={review.id} className="py-5">
              <ReviewCard review={review} slug={slug} timeZone={provider.timeZone} locale={locale.tag} />
            </li>
          ))}
        </ul>
      )}
      <div className="mt-6">
        <Pagination nextHref={nextCursor && here(nextCursor)} firstHref={cursor ? here() : null} />
      </div>
    </Column>
  )
}
