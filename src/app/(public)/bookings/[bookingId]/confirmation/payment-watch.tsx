'use client'

import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useState } from 'react'
import { post } from '#src/http/client.ts'
import { Button, buttonClasses, Spinner } from '#src/ui/button.tsx'

/** The payment company usually knows at once; after these waits we stop asking by ourselves. */
const WAITS_MS = [0, 1_000, 2_000, 3_000, 5_000, 8_000, 12_000, 20_000]

/** Asks what became of the payment until there is an answer. Closing the tab loses nothing: its message reaches us too. */
export function PaymentWatch(props: { bookingId: string; guestKey: string | null; checkoutHref: string }) {
  const { bookingId, guestKey, checkoutHref } = props
  const router = useRouter()
  const [asking, setAsking] = useState(true)

  const ask = useCallback(async (): Promise<boolean> => {
    const answer = await post<{ booking?: { state: string }; state?: string }>(
      `/api/v1/bookings/${bookingId}/payment-check`,
      {},
      { guestKey },
    )
    const state = answer.ok ? (answer.body.booking?.state ?? answer.body.state) : 'held'
    if (state === 'held') return false
    router.refresh()
    return true
  }, [bookingId, guestKey, router])

  useEffect(() => {
    if (!asking) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const next = (attempt: number) => {
      const wait = WAITS_MS[attempt]
      if (wait === undefined) return setAsking(false)
      timer = setTimeout(() => void ask().then((answered) => answered || next(attempt + 1)), wait)
    }
    next(0)
    return () => clearTimeout(timer)
  }, [asking, ask])

  return (
    <div role="status">
      {asking ? (
        <>
          <h1 className="flex items-center gap-4 text-3xl">
            <Spinner /> Checking your payment
          </h1>
          <p className="mt-2 text-lg text-ink-soft">
            This takes a few seconds. You can close the page: the confirmation also comes by mail.
          </p>
        </>
      ) : (
        <>
          <h1 className="text-3xl">No payment yet</h1>
          <p className="mt-2 text-lg text-ink-soft">
            We have not heard of a payment for this booking. If you have paid, the confirmation comes by mail
            as soon as we do.
          </p>
          <div className="mt-5 flex flex-wrap gap-3">
            <a href={checkoutHref} className={buttonClasses('primary')}>
              Back to paying
            </a>
            <Button look="secondary" onClick={() => setAsking(true)}>
              Check again
            </Button>
          </div>
        </>
      )}
    </div>
  )
}
