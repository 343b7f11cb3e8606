'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { newIdempotencyKey, post, postAccount, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { count } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'

/** What was booked with this address as a guest, before there was the account. */
export function MailboxClaim({ unclaimed, email }: { unclaimed: number; email: string }) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [taken, setTaken] = useState(0)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef<string | null>(null)

  async function claim() {
    setBusy(true)
    setProblem(null)
    attempt.current ??= newIdempotencyKey()
    const answer = await post<{ bookingIds: string[] }>(
      '/api/v1/mailbox-claims',
      {},
      { idempotencyKey: attempt.current },
    )
    setBusy(false)
    if (answer.ok || answer.problem.code !== 'offline') attempt.current = null
    if (!answer.ok) return setProblem(answer.problem)
    setTaken(answer.body.bookingIds.length)
    router.refresh()
  }

  return (
    <div className="mb-8 empty:hidden">
      {unclaimed > 0 ? (
        <Notice tone="info" title={`${count(unclaimed, 'booking')} made as a guest with ${email}`}>
          <p>
            {unclaimed === 1
              ? 'It can be here with your others. The link in its mail ends then.'
              : 'They can be here with your others. The links in their mails end then.'}
          </p>
          {problem && (
            <p role="alert" className="mt-2 font-medium text-danger">
              {problem.detail}
            </p>
          )}
          <Button
            className="mt-3"
            size="small"
            onClick={() => void claim()}
            busy={busy && 'Taking them over…'}
          >
            Take {unclaimed === 1 ? 'it' : 'them'} into my account
          </Button>
        </Notice>
      ) : (
        taken > 0 && (
          <Notice tone="success" title={`${count(taken, 'booking')} joined your account`} live>
            You find {taken === 1 ? 'it' : 'them'} below, under “To come” or “Past”.
          </Notice>
        )
      )}
    </div>
  )
}

/** Until the mailbox is proven, its guest bookings stay with whoever holds their links. */
export function UnprovenMailbox({ email }: { email: string }) {
  const [said, setSaid] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function sendAgain() {
    setBusy(true)
    const answer = await postAccount('/api/auth/send-verification-email', { email })
    setBusy(false)
    if (answer.ok) setSaid('A new link is on its way.')
    else setSaid(answer.problem.status === 429 ? 'Wait a minute, then ask again.' : answer.problem.detail)
  }

  return (
    <div className="mb-8">
      <Notice tone="info" title="Confirm your email address">
        <p>
          We have mailed a link to {email}. Bookings made with this address as a guest can join your account
          afterwards.
        </p>
        <div className="mt-3 flex flex-wrap items-center gap-3">
          <Button look="secondary" size="small" onClick={() => void sendAgain()} busy={busy && 'Sending…'}>
            Send the link again
          </Button>
          <p role="status">{said}</p>
        </div>
      </Notice>
    </div>
  )
}
