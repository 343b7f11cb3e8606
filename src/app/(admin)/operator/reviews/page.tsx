import Link from 'next/link'
import { may } from '#src/kernel/rights.ts'
import { listReviewRecords, type ReviewRecord } from '#src/modules/reviews/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { EmptyState } from '#src/ui/empty-state.tsx'
import { sayMoment } from '#src/ui/format.ts'
import { Pagination } from '#src/ui/navigation.tsx'
import { Stars } from '#src/ui/rating.tsx'
import { Column, PageHeading } from '#src/ui/shell.tsx'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { ActionButton } from '../../../action-button.tsx'
import { pageLocale } from '../../../page-locale.ts'
import { StateFilter } from '../../console-list.tsx'
import { oneOf, readList } from '../../read-list.ts'
import { requireOperator } from '../../require-operator.ts'

export const metadata = { title: 'Reviews' }

const PATH = '/operator/reviews'
const STATUSES = ['published', 'hidden'] as const

export default async function OperatorReviewsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const status = oneOf(STATUSES, one(query, 'status'))
  const cursor = one(query, 'cursor')
  const here = (next?: string) => `${PATH}${queryString({ status, cursor: next })}`
  const { ctx } = await requireOperator(here())
  const [{ items, nextCursor }, locale] = await Promise.all([
    readList(listReviewRecords(ctx, { status, cursor }), cursor, here()),
    pageLocale(),
  ])
  return (
    <Column>
      <PageHeading title="Reviews">
        Newest first. A hidden one is out of sight and out of the rating; the provider reads the reason.
      </PageHeading>
      <div className="mb-6">
        <StateFilter label="Status" path={PATH} name="status" chosen={status} states={STATUSES} />
      </div>
      {items.length === 0 ? (
        <EmptyState title={status === 'hidden' ? 'None is hidden' : 'No reviews yet'} />
      ) : (
        <ul className="divide-y divide-line">
          {items.map((review) => (
            <li key={review.id} className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 py-4">
              <ReviewLines review={review} locale={locale.tag} />
              {may(ctx.actor, 'review.moderate') && <Moderate review={review} />}
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

function ReviewLines({ review, locale }: { review: ReviewRecord; locale: string }) {
  const { provider, booking } = review
  return (
    <div className="min-w-0 grow basis-80">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Stars rating={review.rating} />
        <span className="font-semibold">{review.authorName}</span>
        <span className="text-sm text-ink-soft">
          about{' '}
          <Link className="link" href={`/operator/providers/${provider.id}`}>
            {provider.name}
          </Link>
          , <time dateTime={review.createdAt}>{sayMoment(review.createdAt, 'UTC', locale)} UTC</time>
          {booking && (
            <>
              ,{' '}
              <Link className="link font-mono" href={`/operator/bookings/${booking.id}`}>
                {booking.code}
              </Link>
            </>
          )}
        </span>
        {review.status === 'hidden' && <Badge tone="warning">Hidden</Badge>}
      </p>
      <p className={review.body ? 'mt-1 max-w-prose whitespace-pre-line' : 'mt-1 text-ink-soft'}>
        {review.body || 'Stars only, no words.'}
      </p>
      {review.reply && <p className="mt-1 max-w-prose text-sm text-ink-soft">Answered: {review.reply}</p>}
      {review.moderationReason && (
        <p className="mt-1 text-sm text-ink-soft">
          {review.status === 'hidden' ? 'Hidden' : 'Shown again'}: “{review.moderationReason}”
        </p>
      )}
    </div>
  )
}

function Moderate({ review }: { review: ReviewRecord }) {
  const hidden = review.status === 'hidden'
  return (
    <ActionButton
      label={hidden ? 'Show again' : 'Hide'}
      of={`review by ${review.authorName} about ${review.provider.name}`}
      title={hidden ? 'Show this review again?' : 'Hide this review?'}
      confirmLabel={hidden ? 'Show it' : 'Hide it'}
      confirmLook={hidden ? 'primary' : 'danger'}
      method="PUT"
      path={`/api/v1/reviews/${review.id}/moderation`}
      body={{ status: hidden ? 'published' : 'hidden' }}
      reason="required"
      reasonHint="Kept in the audit log; the provider reads it."
    >
      <p>
        {hidden
          ? `It is read and counted again on the page of ${review.provider.name}.`
          : `It leaves the page of ${review.provider.name} and no longer counts in the rating. Nobody is written to.`}
      </p>
    </ActionButton>
  )
}
