'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import type { OwnProviderView } from '#src/modules/providers/reads.ts'
import { newIdempotencyKey, post } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { count } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'

export interface PayoutAccountProps {
  providerId: string
  account: OwnProviderView['payoutAccount']
  /** Just back from the payment company's pages: ask at once what has changed there. */
  check: boolean
  path: string
  failed: boolean
  /** Why the bank sends payouts back, in words; null when it does not. */
  bankProblem: string | null
  /** Whether an account that somebody has already can be connected here. */
  connectOffered: boolean
}

/** Whether the provider can be paid, what is missing, and the way to the pages where it is filled in. */
export function PayoutAccount({
  providerId,
  account,
  check,
  path,
  failed,
  bankProblem,
  connectOffered,
}: PayoutAccountProps) {
  const router = useRouter()
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const asked = useRef(false)
  const base = `/api/v1/providers/${providerId}/payout-account` as const

  async function goTo(address: typeof base | `${typeof base}/connection`) {
    setBusy('Opening…')
    setProblem(null)
    const answer = await post<{ url: string }>(address, {}, { idempotencyKey: newIdempotencyKey() })
    if (answer.ok) return window.location.assign(answer.body.url)
    setBusy(null)
    setProblem(answer.problem.detail)
  }

  async function ask() {
    setBusy('Asking…')
    setProblem(null)
    const answer = await post(`${base}/check`, {})
    setBusy(null)
    if (!answer.ok) setProblem(answer.problem.detail)
    router.replace(path, { scroll: false })
    router.refresh()
  }

  useEffect(() => {
    if (!check || asked.current) return
    asked.current = true
    void ask()
    // Asked once on arrival; the address then loses the word that asked for it.
  })

  const begins = account.id === null || account.disconnected
  const missing = account.requirements.length
  const [title, words] = account.disconnected
    ? [
        'Your payout account was disconnected from us',
        'Connect it again, or set up another one; what you have earned waits for you. Until then you cannot be booked.',
      ]
    : [
        'You cannot be paid yet',
        account.id
          ? `${missing > 0 ? `${count(missing, 'answer is', 'answers are')} still missing` : 'Your details are being checked'}. Until then you cannot be booked, and what you have earned waits for you.`
          : 'Until you have set up how you are paid, your page can be seen but not booked.',
      ]
  return (
    <div className="flex flex-col gap-3">
      {problem && <Notice tone="danger" title={problem} live />}
      {bankProblem !== null && (
        <Notice tone="danger" title="Your bank sent a payout back">
          <p>
            {bankProblem} The money is safe at the payment company. Open the payout account and correct your
            bank details there; it is paid out again by itself, and this message goes away when it has
            arrived.
          </p>
        </Notice>
      )}
      {account.ready ? (
        <Notice
          tone={failed ? 'warning' : 'success'}
          title={failed ? 'A payout did not arrive' : 'You can be paid'}
        >
          <p>
            {failed
              ? 'Look at the account it should have gone to; we try again by ourselves.'
              : 'Your payout account is complete.'}
          </p>
        </Notice>
      ) : (
        <Notice tone="warning" title={title}>
          <p>{words}</p>
        </Notice>
      )}
      <div className="flex flex-wrap gap-3">
        <Button
          look={account.ready ? 'secondary' : 'primary'}
          size="small"
          busy={busy}
          onClick={() => void goTo(base)}
        >
          {account.ready ? 'Open the payout account' : begins ? 'Set up payouts' : 'Finish the set-up'}
        </Button>
        {begins && connectOffered && !busy && (
          <Button look="secondary" size="small" onClick={() => void goTo(`${base}/connection`)}>
            Connect an existing Stripe account
          </Button>
        )}
        {!begins && !account.ready && !busy && (
          <Button look="secondary" size="small" onClick={() => void ask()}>
            I have done it: check again
          </Button>
        )}
      </div>
    </div>
  )
}
