import Link from 'next/link'
import type { ReviewRecord } from '#src/modules/reviews/reads.ts'
import { Badge } from '#src/ui/badge.tsx'
import { sayDate } from '#src/ui/format.ts'
import { Stars } from '#src/ui/rating.tsx'
import { ReplyForm } from './reply-form.tsx'

export interface ReviewCardProps {
  review: ReviewRecord
  slug: string
  timeZone: string
  locale: string
  /** On the booking's own page the link to it says nothing new. */
  withBooking?: boolean
}

/** A review as the provider sees it: where it comes from, the answer given, or the place to give it. */
export function ReviewCard({ review, slug, timeZone, locale, withBooking = true }: ReviewCardProps) {
  const { booking, reply, repliedAt } = review
  return (
    <article aria-label={`Review by ${review.authorName}`}>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Stars rating={review.rating} />
        <span className="font-semibold">{review.authorName}</span>
        <span className="text-sm text-ink-soft">
          {[sayDate(review.createdAt, timeZone, locale), review.serviceName].filter(Boolean).join(', ')}
        </span>
        {withBooking && booking && (
          <Link className="link text-sm" href={`/provider/${slug}/bookings/${booking.id}`}>
            Booking {booking.code}
          </Link>
        )}
        {review.status === 'hidden' && <Badge tone="warning">Hidden by an operator</Badge>}
      </p>
      <p className={review.body ? 'mt-2 max-w-prose whitespace-pre-line' : 'mt-2 text-ink-soft'}>
        {review.body || 'Stars only, no words.'}
      </p>
      {review.status === 'hidden' ? (
        <p className="mt-2 text-sm text-ink-soft">
          Not shown and not counted. Reason: {review.moderationReason}
        </p>
      ) : reply ? (
        <div className="mt-3 max-w-prose border-l-4 border-slot-line pl-4">
          <p className="text-sm font-semibold">
            You answered{repliedAt && `, ${sayDate(repliedAt, timeZone, locale)}`}
          </p>
          <p className="whitespace-pre-line">{reply}</p>
        </div>
      ) : (
        <details className="mt-3">
          <summary className="inline-flex min-h-9 cursor-pointer items-center font-semibold text-brand">
            Answer<span className="sr-only"> {review.authorName}</span>
          </summary>
          <ReplyForm reviewId={review.id} to={review.authorName} />
        </details>
      )}
    </article>
  )
}
