/**
 * https://docs.stripe.com/rate-limits: 25 calls a second in a sandbox, 100 in live mode, over the whole API. Only who asks
 * for a limit gets one: a demonstration fills itself with bookings much faster.
 */
export function openRateLimit(callsPerSecond: number | undefined): { isExceeded(): boolean } {
  let second = 0
  let calls = 0
  return {
    /** Counts a call. Real time, because the calls are real. */
    isExceeded() {
      const now = Math.floor(Date.now() / 1000)
      if (now !== second) calls = 0
      second = now
      calls += 1
      return calls > (callsPerSecond ?? Infinity)
    },
  }
}
