'use client'

import { useRef, useState } from 'react'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'

/** Somebody signed in who holds a guest's key takes the booking into the account. The key opens nothing afterwards. */
export function ClaimButton(props: { guestKey: string; label: string; doneHref: string; wide?: boolean }) {
  const { guestKey, label, doneHref, wide = false } = props
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef<string | null>(null)

  async function claim() {
    setBusy(true)
    attempt.current ??= newIdempotencyKey()
    const answer = await post(
      '/api/v1/booking-claims',
      { key: guestKey },
      { idempotencyKey: attempt.current },
    )
    // A full load: pages that the router has kept were opened by the key.
    if (answer.ok) return location.assign(doneHref)
    if (answer.problem.code !== 'offline') attempt.current = null
    setBusy(false)
    setProblem(answer.problem)
  }

  return (
    <>
      <Button wide={wide} onClick={() => void claim()} busy={busy && 'Taking it over…'}>
        {label}
      </Button>
      {problem && (
        <p role="alert" className="mt-2 font-medium text-danger">
          {problem.detail}
        </p>
      )}
    </>
  )
}
