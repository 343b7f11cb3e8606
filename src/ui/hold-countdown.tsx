'use client'

import { useEffect, useRef, useState } from 'react'
import { ClockIcon } from './icons.tsx'

const ANNOUNCED_AT_SECONDS = [120, 30]
const TICK_MS = 500

/**
 * How long the time is still held. Counts from what the server said is left, by the browser's monotonic clock:
 * the device's own time of day may be wrong. Announced to screen readers at two minutes and at thirty seconds only.
 */
export function HoldCountdown({ secondsLeft, onExpired }: { secondsLeft: number; onExpired?: () => void }) {
  const [left, setLeft] = useState(Math.max(0, Math.ceil(secondsLeft)))
  const [announcement, setAnnouncement] = useState('')
  const expired = useRef(onExpired)
  useEffect(() => {
    expired.current = onExpired
  })

  useEffect(() => {
    const startedAt = performance.now()
    let before = secondsLeft
    const tick = () => {
      const now = Math.max(0, Math.ceil(secondsLeft - (performance.now() - startedAt) / 1000))
      const passed = ANNOUNCED_AT_SECONDS.find((mark) => before > mark && now <= mark)
      if (passed)
        setAnnouncement(
          `Your time is held for ${passed === 120 ? 'two more minutes' : 'thirty more seconds'}.`,
        )
      before = now
      setLeft(now)
      if (now === 0) {
        clearInterval(timer)
        expired.current?.()
      }
    }
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [secondsLeft])

  return (
    <p className="flex items-center gap-2 text-ink-soft">
      <ClockIcon />
      {left > 0 ? (
        <span>
          Held for you for <span className="tabular font-semibold text-ink">{clock(left)}</span>
        </span>
      ) : (
        <span>The time is no longer held.</span>
      )}
      <span role="status" className="sr-only">
        {announcement}
      </span>
    </p>
  )
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
