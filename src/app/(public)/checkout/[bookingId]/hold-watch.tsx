'use client'

import { useRouter } from 'next/navigation'
import { HoldCountdown } from '#src/ui/hold-countdown.tsx'

/** The countdown of the checkout page: at its end the server says what is so now. */
export function HoldWatch({ secondsLeft }: { secondsLeft: number }) {
  const router = useRouter()
  return <HoldCountdown secondsLeft={secondsLeft} onExpired={() => router.refresh()} />
}
