'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { TextArea } from '#src/ui/field.tsx'
import { StarIcon, WarningIcon } from '#src/ui/icons.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { Stars } from '#src/ui/rating.tsx'
import { fieldErrors, summaryErrors } from '../field-problems.ts'

const RATINGS = [
  [1, 'Poor'],
  [2, 'Weak'],
  [3, 'All right'],
  [4, 'Good'],
  [5, 'Excellent'],
] as const

export interface OwnReview {
  readonly authorName: string
  readonly rating: number
  readonly body: string
  readonly reply: string | null
  readonly hidden: boolean
  /** The day, as it is said. */
  readonly at: string
}

/** Found before anything is sent. */
const unrated = (): Problem => ({
  code: 'request.invalid',
  status: 422,
  detail: '',
  requestId: null,
  errors: [{ path: 'rating', code: 'missing', message: 'Choose a rating, from 1 to 5.' }],
  facts: {},
})

/** One review of a completed booking; once it is written, what others read. */
export function ReviewForm({
  bookingId,
  guestKey,
  providerName,
  review,
}: {
  bookingId: string
  guestKey: string | null
  providerName: string
  review: OwnReview | null
}) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef<{ body: string; key: string } | null>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  const errors = useMemo(() => summaryErrors(problem, ['rating', 'body']), [problem])
  const ratingError = fieldErrors(problem)['rating']
  const published = review !== null

  // The form that had the focus is gone: what came of it takes over.
  useEffect(() => {
    if (done && published) heading.current?.focus()
  }, [done, published])

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const data = new FormData(event.currentTarget)
    if (data.get('rating') === null) return setProblem(unrated())
    const text = data.get('body')
    const body = { rating: Number(data.get('rating')), body: typeof text === 'string' ? text.trim() : '' }
    const sent = JSON.stringify(body)
    if (attempt.current?.body !== sent) attempt.current = { body: sent, key: newIdempotencyKey() }
    setBusy(true)
    const answer = await post(`/api/v1/bookings/${bookingId}/review`, body, {
      guestKey,
      idempotencyKey: attempt.current.key,
    })
    setBusy(false)
    setProblem(answer.ok ? null : answer.problem)
    if (!answer.ok && answer.problem.code !== 'offline') attempt.current = null
    if (answer.ok) {
      setDone(true)
      router.refresh()
    }
  }

  if (review) {
    return (
      <>
        <h2 ref={heading} tabIndex={-1} className="text-xl">
          Your review
        </h2>
        <div role="status" className="mt-3 empty:hidden">
          {done && (
            <Notice tone="success" title="Thank you. Your review is published.">
              It stands on the page of {providerName} as you see it here.
            </Notice>
          )}
        </div>
        <figure className="mt-4">
          <Stars rating={review.rating} />
          {review.body && <blockquote className="mt-1 whitespace-pre-line">{review.body}</blockquote>}
          <figcaption className="mt-1 text-sm text-ink-soft">
            {review.authorName}, {review.at}
            {review.hidden && '. Hidden by our moderators.'}
          </figcaption>
        </figure>
        {review.reply && (
          <p className="mt-3 border-l-2 border-line pl-4">
            <span className="block text-sm text-ink-soft">Answer of {providerName}</span>
            {review.reply}
          </p>
        )}
      </>
    )
  }
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="flex flex-col gap-5">
      <h2 className="text-xl">How was it?</h2>
      <ErrorSummary errors={errors} />
      <fieldset {...(ratingError ? { 'aria-describedby': 'rating-error' } : {})}>
        <legend className="font-medium">Your rating of {providerName}</legend>
        <div className="mt-2 flex flex-wrap gap-2">
          {RATINGS.map(([rating, words]) => (
            <label
              key={rating}
              className="inline-flex min-h-12 cursor-pointer items-center gap-2 rounded-control border border-line-strong px-4 has-checked:border-brand has-checked:bg-slot has-checked:text-on-slot has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
            >
              <input
                {...(rating === 1 ? { id: 'rating' } : {})}
                type="radio"
                name="rating"
                value={rating}
                required
                onChange={() => setProblem(null)}
                className="sr-only"
              />
              <span className="tabular inline-flex items-center gap-1 font-semibold">
                {rating} <StarIcon className="text-star" />
              </span>
              {words}
            </label>
          ))}
        </div>
        {ratingError && (
          <p id="rating-error" className="mt-2 flex items-start gap-1.5 text-sm font-medium text-danger">
            <WarningIcon className="mt-0.5" />
            {ratingError}
          </p>
        )}
      </fieldset>
      <TextArea name="body" label="What should others know?" optional maxLength={2000} />
      <div>
        <Button type="submit" busy={busy && 'Publishing…'}>
          Publish the review
        </Button>
      </div>
    </form>
  )
}
