import { count } from './format.ts'
import { StarIcon } from './icons.tsx'

/** "★ 4.8 (132)", or "New" when nobody has said anything yet. */
export function Rating({ average, reviews }: { average: number | null; reviews: number }) {
  if (average === null || reviews === 0) return <span className="text-ink-soft">New, no reviews yet</span>
  return (
    <span className="inline-flex items-center gap-1">
      <StarIcon className="text-star" />
      <span className="sr-only">Rated </span>
      <span className="tabular font-semibold">{average.toFixed(1)}</span>
      <span className="sr-only"> of 5, {count(reviews, 'review')}</span>
      <span className="tabular text-ink-soft" aria-hidden="true">
        ({reviews})
      </span>
    </span>
  )
}

/** Stars of one review. */
export function Stars({ rating }: { rating: number }) {
  return (
    <span className="inline-flex text-star">
      <span className="sr-only">{rating} of 5 stars</span>
      {Array.from({ length: 5 }, (_, index) => (
        <StarIcon key={index} className={index < rating ? '' : 'text-line'} />
      ))}
    </span>
  )
}
