// Stops asking somebody who does not answer. Our own, because the libraries for it (cockatiel, opossum) learn of a call when it
// has ended: calls that hang open theirs only after their timeout, which for us is too late.

export type CircuitState = 'closed' | 'open' | 'half_open'

export interface CircuitBreaker {
  /** Null: not now. Otherwise the call may be made, and whoever makes it says how it went. */
  begin(): CircuitCall | null
  readonly state: CircuitState
}

export interface CircuitCall {
  /** There was an answer, whatever it says. */
  answered(): void
  /** There was none, or only that they are in trouble themselves. */
  failed(): void
}

export interface CircuitOptions {
  /** So many calls in a row without an answer open it. */
  readonly failuresMax: number
  /** A call still under way after so long counts as one without an answer, until the answer comes. */
  readonly silenceMs: number
  /** So long nobody is asked, give or take a fifth, so that processes that paused together do not all ask together. */
  readonly pauseMs: number
  readonly onChange?: (state: 'closed' | 'open') => void
}

/**
 * Closed: everything goes through. Open: nothing, for `pauseMs`. Then half open: one call at a time goes through as a probe,
 * and its answer closes it, as does an answer to any call from before, for that is one too.
 */
export function circuitBreaker({
  failuresMax,
  silenceMs,
  pauseMs,
  onChange,
}: CircuitOptions): CircuitBreaker {
  let failures = 0
  let pausedUntil: number | null = null
  let probing = false

  const state = (): CircuitState => {
    if (pausedUntil === null) return 'closed'
    return performance.now() < pausedUntil ? 'open' : 'half_open'
  }
  const open = () => {
    const first = pausedUntil === null
    pausedUntil = performance.now() + pauseMs * (0.8 + 0.4 * Math.random())
    if (first) onChange?.('open')
  }
  const close = () => {
    failures = 0
    if (pausedUntil === null) return
    pausedUntil = null
    onChange?.('closed')
  }
  const fail = (isProbe: boolean) => {
    // What was asked before the pause and fails in it is no news.
    if (pausedUntil !== null && !isProbe) return
    failures += 1
    if (isProbe || failures >= failuresMax) open()
  }

  return {
    get state() {
      return state()
    },
    begin() {
      const isProbe = pausedUntil !== null
      if (isProbe && (probing || state() === 'open')) return null
      if (isProbe) probing = true
      let counted = false
      const failOnce = () => {
        if (counted) return
        counted = true
        if (isProbe) probing = false
        fail(isProbe)
      }
      const timer = setTimeout(failOnce, silenceMs)
      timer.unref()
      return {
        answered() {
          clearTimeout(timer)
          if (isProbe) probing = false
          close()
        },
        failed() {
          clearTimeout(timer)
          failOnce()
        },
      }
    },
  }
}
