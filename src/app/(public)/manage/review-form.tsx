'use client'

import { useRouter } from 'next/navigation'
import { useMemo, useRef, useState, type FormEvent } from 'react'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { TextArea } from '#src/ui/field.tsx'
import { StarIcon } from '#src/ui/icons.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { summaryErrors } from '../field-problems.ts'

const RATINGS = [
  [1, 'Poor'],
  [2, 'Weak'],
  [3, 'All right'],
  [4, 'Good'],
  [5, 'Excellent'],
] as const

/** One review of a completed booking. */
export function ReviewForm({
  bookingId,
  guestKey,
  providerName,
}: {
  bookingId: string
  guestKey: string | null
  providerName: string
}) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef<{ body: string; key: string } | null>(null)
  const errors = useMemo(() => summaryErrors(problem, ['body']), [problem])

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const data = new FormData(event.currentTarget)
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

  if (done) return <Notice tone="success" title="Thank you. Your review is published." live />
  return (
    <form onSubmit={(event) => void send(event)} className="mt-4 flex flex-col gap-5">
      <ErrorSummary errors={errors} />
      <fieldset>
        <legend className="font-medium">Your rating of {providerName}</legend>
        <div className="mt-2 flex flex-wrap gap-2">
          {RATINGS.map(([rating, words]) => (
            <label
              key={rating}
              className="inline-flex min-h-12 cursor-pointer items-center gap-2 rounded-control border border-line-strong px-4 has-checked:border-brand has-checked:bg-slot has-checked:text-on-slot has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
            >
              <input type="radio" name="rating" value={rating} required className="sr-only" />
              <span className="tabular inline-flex items-center gap-1 font-semibold">
                {rating} <StarIcon className="text-star" />
              </span>
              {words}
            </label>
          ))}
        </div>
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
