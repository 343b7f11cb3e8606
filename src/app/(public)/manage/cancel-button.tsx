'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import type { MoneyJson } from '#src/kernel/money.ts'
import { newIdempotencyKey, post, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { ConfirmDialog } from '#src/ui/confirm-dialog.tsx'
import { TextArea } from '#src/ui/field.tsx'
import { sayMoney } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'

export interface CancelButtonProps {
  bookingId: string
  guestKey: string | null
  /** What comes back when it is cancelled now; another amount is refused and shown first. */
  refund: MoneyJson
  total: MoneyJson
  /** False while the card is only reserved or not used at all. */
  charged: boolean
  policy: string
  locale: string
}

/** Cancelling names the money first, and asks once. */
export function CancelButton({
  bookingId,
  guestKey,
  refund,
  total,
  charged,
  policy,
  locale,
}: CancelButtonProps) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const reason = useRef('')
  const attempt = useRef<{ body: string; key: string } | null>(null)

  async function cancel() {
    const body = { reason: reason.current, expectedRefund: refund }
    const text = JSON.stringify(body)
    if (attempt.current?.body !== text) attempt.current = { body: text, key: newIdempotencyKey() }
    setBusy(true)
    setProblem(null)
    const answer = await post(`/api/v1/bookings/${bookingId}/cancellation`, body, {
      guestKey,
      idempotencyKey: attempt.current.key,
    })
    setBusy(false)
    if (answer.ok) setOpen(false)
    else {
      if (answer.problem.code !== 'offline') attempt.current = null
      setProblem(answer.problem)
    }
    // Also after a refusal: the amount shown may be the old one.
    router.refresh()
  }

  return (
    <>
      <Button look="secondary" onClick={() => setOpen(true)}>
        Cancel the booking
      </Button>
      <ConfirmDialog
        open={open}
        title="Cancel the booking?"
        confirmLabel={
          charged && refund.amountMinor > 0
            ? `Cancel and get ${sayMoney(refund, locale)} back`
            : 'Cancel the booking'
        }
        keepLabel="Keep the booking"
        busy={busy ? 'Cancelling…' : null}
        onConfirm={() => void cancel()}
        onClose={() => setOpen(false)}
      >
        {problem && <Notice tone="danger" title={problem.detail} live />}
        <p>
          {charged ? (
            <>
              You paid {sayMoney(total, locale)}. You get <strong>{sayMoney(refund, locale)}</strong> back.
            </>
          ) : (
            'Your card has not been charged, and will not be.'
          )}
        </p>
        {charged && <p className="text-sm text-ink-soft">{policy}</p>}
        <TextArea
          name="reason"
          label="Reason for the provider"
          optional
          rows={2}
          maxLength={500}
          onChange={(event) => {
            reason.current = event.currentTarget.value
          }}
        />
      </ConfirmDialog>
    </>
  )
}
