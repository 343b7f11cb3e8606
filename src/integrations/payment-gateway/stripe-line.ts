import { callQueue } from '#src/platform/call-queue.ts'
import { circuitBreaker, type CircuitState } from '#src/platform/circuit-breaker.ts'
import { currentDeadline } from '#src/platform/deadline.ts'

// The line to Stripe: each request of the SDK goes through it, at a rate that Stripe takes, for as long as somebody waits, and
// not at all while Stripe does not answer.

/** How long a job waits for one request, its turn included. Longer than any page: a capture asks the card's bank. */
export const REQUEST_MS_MAX = 20_000
/** With less left, nobody begins: what is given up half-way may have happened or not, and somebody has to find out. */
const ANSWER_MS_MIN = 2_000
/** As many as are under way at 80 a second when each takes 0.8. More means that they hang, and sockets are not free. */
const AT_ONCE_MAX = 64

// Five calls that nobody answers open it 4 s later, a call a second within 9 s. Stripe usually answers in less than one.
const CIRCUIT = { failuresMax: 5, silenceMs: 4_000, pauseMs: 5_000 }

/** After a 429 the whole line holds back: this long, doubled with each more, and at random between half and all of it. */
const BACKOFF_MS = 500
const BACKOFF_MS_MAX = 8_000

/** The request was not sent, or Stripe turned it away unread: nothing has happened. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked'
}

export interface StripeLine {
  /** For the SDK. @throws {NotAsked} and whatever `fetch` throws. */
  readonly fetch: typeof fetch
  readonly state: CircuitState
}

export interface StripeLineOptions {
  readonly callsPerSecond: number
  readonly onChange: (state: 'closed' | 'open') => void
  readonly onRateLimited: () => void
}

export function stripeLine({ callsPerSecond, onChange, onRateLimited }: StripeLineOptions): StripeLine {
  const circuit = circuitBreaker({ ...CIRCUIT, onChange })
  const queue = callQueue({ perSecond: callsPerSecond, atOnce: AT_ONCE_MAX })

  const send = async (url: Parameters<typeof fetch>[0], init: RequestInit, endsAt: number) => {
    if (circuit.state === 'open') throw new NotAsked('Stripe has not answered lately')
    // What moves money goes before what only looks.
    const leave = await queue.enter({ urgent: init.method !== 'GET', until: endsAt - ANSWER_MS_MIN })
    if (!leave) throw new NotAsked('no turn in time')
    const call = circuit.begin()
    if (!call) {
      leave()
      throw new NotAsked('Stripe has not answered lately')
    }
    try {
      const response = await wholeAnswer(url, init, endsAt)
      if (response.status < 500) call.answered()
      else call.failed()
      return response
    } catch (error) {
      call.failed()
      throw NEVER_CONNECTED.has(networkCode(error)) ? new NotAsked('no connection', { cause: error }) : error
    } finally {
      leave()
    }
  }

  return {
    get state() {
      return circuit.state
    },
    async fetch(url, init = {}) {
      const endsAt = Math.min(currentDeadline() ?? Infinity, performance.now() + REQUEST_MS_MAX)
      let closed: unknown = null
      for (let turnedAway = 0; ;) {
        try {
          const response = await send(url, init, endsAt)
          if (response.status !== 429) return response
          onRateLimited()
          queue.holdBack(backoffMs(response.headers, turnedAway))
          turnedAway += 1
        } catch (error) {
          // Mostly an idle connection that the other side had closed: once more, under the same key.
          if (closed === null && CLOSED.has(networkCode(error))) closed = error
          else throw closed ?? error // what may have happened is not undone by what was not asked after it
        }
      }
    },
  }
}

/** The answer with all of its body, for who sends half of one has not answered. */
async function wholeAnswer(
  url: Parameters<typeof fetch>[0],
  init: RequestInit,
  endsAt: number,
): Promise<Response> {
  const signal = AbortSignal.timeout(Math.max(0, Math.ceil(endsAt - performance.now())))
  const response = await fetch(url, { ...init, signal })
  const { status, headers } = response
  return new Response(await response.text(), { status, headers })
}

const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** What `fetch` says of the network, which is the cause of what it throws. */
function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null
  return cause instanceof Error && 'code' in cause ? String(cause.code) : ''
}

function backoffMs(headers: Headers, turnedAway: number): number {
  const asked = Number(headers.get('retry-after') ?? 0) * 1_000
  const own = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** turnedAway) * (0.5 + 0.5 * Math.random())
  return Math.max(asked || 0, own)
}
