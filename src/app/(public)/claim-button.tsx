'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { MoneyJson } from '#src/kernel/money.ts'
import { post, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { sayMoney } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'

/** Somebody who has just signed in takes the held booking into the account, and the guest fee goes. */
export function ClaimButton(props: {
  guestKey: string
  guestFee: MoneyJson
  bookingId: string
  locale: string
}) {
  const { guestKey, guestFee, bookingId, locale } = props
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function claim() {
    setBusy(true)
    const answer = await post('/api/v1/booking-claims', { key: guestKey })
    if (answer.ok) return router.replace(`/checkout/${bookingId}`)
    setBusy(false)
    setProblem(answer.problem)
  }

  return (
    <Notice tone="success" title="You are signed in">
      <p>Take this booking into your account and the guest fee of {sayMoney(guestFee, locale)} goes away.</p>
      <Button className="mt-3" size="small" onClick={() => void claim()} busy={busy && 'Taking it over…'}>
        Remove the guest fee
      </Button>
      {problem && (
        <p role="alert" className="mt-2 font-medium text-danger">
          {problem.detail}
        </p>
      )}
    </Notice>
  )
}
