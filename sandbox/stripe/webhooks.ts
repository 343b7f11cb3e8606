import { createHmac } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import type { Faults } from './faults.ts'
import type { Row } from './kinds.ts'
import type { Store } from './store.ts'

const MOST_IN_FLIGHT = 8
const ANSWER_WITHIN_MS = 10_000
/** Waits after the first, second, … failed attempt; Stripe goes on for three days, so does the last entry. */
const RETRY_AFTER_MS = [1000, 5000, 30_000, 300_000, 3_600_000, 10_800_000]
const MOST_ATTEMPTS = 30
/** A reordered event lets what happens in this time pass it. */
const REORDER_MS = 1500

interface Delivery {
  id: number
  event: string
  type: string
  endpoint: string
  subject: string
  attempts: number
}

export interface Webhooks {
  /** Looks for deliveries that are due; call after every commit that may have made one. */
  wake(): void
  /** Gives failed and waiting deliveries another try now. */
  retryNow(): void
  close(): Promise<void>
}

/** Sends pending deliveries, in order of creation for each payment, at most eight at once. */
export function openWebhooks(store: Store, faults: Faults, log: (line: string) => void): Webhooks {
  const agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: MOST_IN_FLIGHT }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: MOST_IN_FLIGHT }),
  }
  const inFlight = new Map<number, Delivery>()
  /** Deliveries that a fault keeps waiting: once each, however long the fault lasts. */
  const heldBack = new Set<number>()
  const requests = new Set<http.ClientRequest>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let scheduled = false

  const due = store.prepare(
    `SELECT id, event, type, endpoint, subject, attempts FROM deliveries
     WHERE state = 'pending' AND next_attempt_ms <= ? ORDER BY id LIMIT 64`,
  )
  const nextDue = store.prepare("SELECT min(next_attempt_ms) AS at FROM deliveries WHERE state = 'pending'")
  const finish = store.prepare('UPDATE deliveries SET state = ?, attempts = ?, answer = ? WHERE id = ?')
  const postpone = store.prepare(
    'UPDATE deliveries SET attempts = ?, next_attempt_ms = ?, answer = ? WHERE id = ?',
  )

  function wake(): void {
    if (scheduled || closed) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      if (!closed) pump()
    })
  }

  function pump(): void {
    clearTimeout(timer)
    // One now for both questions: what falls due between two readings of the clock would be asked for by neither.
    const nowMs = Date.now()
    const busy = new Set([...inFlight.values()].map((delivery) => delivery.subject))
    if (inFlight.size < MOST_IN_FLIGHT) {
      for (const delivery of due.all(nowMs) as unknown as Delivery[]) {
        if (inFlight.size >= MOST_IN_FLIGHT) break
        // A later event of the same payment waits for the earlier one, unless that one already failed once.
        if (inFlight.has(delivery.id) || busy.has(delivery.subject)) continue
        busy.add(delivery.subject)
        inFlight.set(delivery.id, delivery)
        void attempt(delivery).finally(() => {
          inFlight.delete(delivery.id)
          wake()
        })
      }
    }
    const at = nextDue.get()?.['at']
    if (typeof at === 'number' && at > nowMs) timer = setTimeout(wake, Math.min(at - nowMs, 60_000)).unref()
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const endpoint = store.find('webhook_endpoint', delivery.endpoint)
    const event = store.find('event', delivery.event)
    if (!endpoint || !event)
      return void finish.run('failed', delivery.attempts, 'endpoint or event is gone', delivery.id)
    const fault = heldBack.delete(delivery.id) ? undefined : faults.strike(`event:${delivery.type}`)
    if (fault?.action === 'reorder' && delivery.attempts === 0) {
      heldBack.add(delivery.id)
      return void postpone.run(
        0,
        Date.now() + Math.max(REORDER_MS, fault.delayMs),
        'held back by a fault',
        delivery.id,
      )
    }
    if (fault?.action === 'delay') {
      heldBack.add(delivery.id)
      return void postpone.run(
        delivery.attempts,
        Date.now() + fault.delayMs,
        'delayed by a fault',
        delivery.id,
      )
    }
    if (fault?.action === 'drop-before')
      return void finish.run('failed', delivery.attempts, 'lost by a fault', delivery.id)
    const body = JSON.stringify(event.object, null, 2)
    const answer = await send(endpoint, body, fault?.action === 'truncate', fault?.action === 'hang')
    if (fault?.action === 'duplicate' && !closed) await send(endpoint, body, false, false)
    if (closed) return
    const ignoredAnswer = fault && ['drop-after-commit', '429', '500'].includes(fault.action)
    const succeeded = /^2\d\d$/.test(answer) && !ignoredAnswer
    const attempts = delivery.attempts + 1
    if (succeeded) return void finish.run('delivered', attempts, answer, delivery.id)
    log(`webhook ${delivery.type} ${delivery.event}: ${answer}, attempt ${attempts}`)
    if (attempts >= MOST_ATTEMPTS) return void finish.run('failed', attempts, answer, delivery.id)
    const wait = RETRY_AFTER_MS[Math.min(attempts, RETRY_AFTER_MS.length) - 1] ?? 0
    postpone.run(
      attempts,
      Date.now() + wait,
      ignoredAnswer ? `${answer} ignored by a fault` : answer,
      delivery.id,
    )
  }

  /** Resolves to the status, or to what went wrong. */
  function send(
    endpoint: Row<'webhook_endpoint'>,
    body: string,
    truncate: boolean,
    hang: boolean,
  ): Promise<string> {
    const url = new URL(endpoint.object.url)
    const bytes = Buffer.from(body)
    return new Promise((resolve) => {
      const secure = url.protocol === 'https:'
      const request = (secure ? https : http).request(url, {
        method: 'POST',
        agent: agents[secure ? 'https:' : 'http:'],
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': truncate ? Math.floor(bytes.length / 2) : bytes.length,
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          // Real time, whatever the sandbox clock says: the receiver compares it with its own real time.
          'stripe-signature': signatureOf(body, endpoint.aside.secret, Math.floor(Date.now() / 1000)),
        },
      })
      const done = (answer: string) => {
        clearTimeout(patience)
        requests.delete(request)
        resolve(answer)
      }
      const patience = setTimeout(() => request.destroy(new Error('no answer in time')), ANSWER_WITHIN_MS)
      requests.add(request)
      request.on('response', (response) => {
        response.resume()
        response.on('end', () => done(String(response.statusCode ?? 0)))
        response.on('error', (error) => done(error.message))
      })
      request.on('error', (error) => done(error.message))
      if (hang) request.write(bytes.subarray(0, bytes.length / 2))
      else request.end(truncate ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes)
    })
  }

  return {
    wake,
    retryNow() {
      store.prepare("UPDATE deliveries SET next_attempt_ms = 0 WHERE state = 'pending'").run()
      store
        .prepare("UPDATE deliveries SET next_attempt_ms = 0, state = 'pending' WHERE state = 'failed'")
        .run()
      wake()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      for (const request of requests) request.destroy(new Error('the sandbox is closing'))
      agents['http:'].destroy()
      agents['https:'].destroy()
      while (inFlight.size > 0) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

/** While a secret is rolled, Stripe signs with the old and the new one: several secrets, with commas between. */
export function signatureOf(body: string, secrets: string, seconds: number): string {
  const signed = `${seconds}.${body}`
  const signatures = secrets.split(',').map((secret) => {
    return `v1=${createHmac('sha256', secret.trim()).update(signed).digest('hex')}`
  })
  return [`t=${seconds}`, ...signatures].join(',')
}
