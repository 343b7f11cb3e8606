export interface CallQueue {
  /**
   * Waits for a turn: those who are urgent first, and otherwise in order.
   * @param until in the time of `performance.now()`
   * @returns what to call when the call is over; null when there was no turn until then.
   */
  enter(options: { readonly urgent: boolean; readonly until: number }): Promise<(() => void) | null>
  /** For so long nobody has a turn. */
  holdBack(ms: number): void
}

interface Waiting {
  readonly begin: (leave: () => void) => void
  readonly giveUp: NodeJS.Timeout
}

const SECOND_MS = 1_000

/** Never more than `perSecond` calls begin within any second, and never more than `atOnce` are under way. */
export function callQueue({ perSecond, atOnce }: { perSecond: number; atOnce: number }): CallQueue {
  const urgent: Waiting[] = []
  const patient: Waiting[] = []
  /** When the last `perSecond` calls began, the oldest first. */
  const begun: number[] = []
  let underWay = 0
  let heldUntil = 0
  let timer: NodeJS.Timeout | undefined

  const nextTurnAt = () => {
    const [oldest] = begun
    return Math.max(heldUntil, oldest === undefined || begun.length < perSecond ? 0 : oldest + SECOND_MS)
  }
  const letIn = () => {
    clearTimeout(timer)
    while (underWay < atOnce) {
      const next = urgent[0] ?? patient[0]
      if (!next) return
      const now = performance.now()
      const waitMs = nextTurnAt() - now
      if (waitMs > 0) {
        timer = setTimeout(letIn, Math.ceil(waitMs))
        return
      }
      ;(urgent.length > 0 ? urgent : patient).shift()
      clearTimeout(next.giveUp)
      begun.push(now)
      if (begun.length > perSecond) begun.shift()
      underWay += 1
      next.begin(() => {
        underWay -= 1
        letIn()
      })
    }
  }

  return {
    enter: ({ urgent: isUrgent, until }) =>
      new Promise((resolve) => {
        const leftMs = until - performance.now()
        if (leftMs <= 0) return resolve(null)
        const line = isUrgent ? urgent : patient
        const giveUp = setTimeout(() => {
          line.splice(line.indexOf(waiting), 1)
          resolve(null)
        }, leftMs)
        const waiting: Waiting = { begin: resolve, giveUp }
        line.push(waiting)
        letIn()
      }),
    holdBack(ms) {
      heldUntil = Math.max(heldUntil, performance.now() + ms)
    },
  }
}
