import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import {
  answerApi,
  internalError,
  keyInUse,
  matchRoute,
  rateLimited,
  type ApiAnswer,
  type ApiRequest,
} from './api.ts'
import { registerEndpoints, rememberPlatform, targetsOf, type WebhookTarget } from './beginning.ts'
import { openClock, type Clock } from './clock.ts'
import { faultScript, openFaults, type Fault, type Faults } from './faults.ts'
import { pruneIdempotency } from './idempotency.ts'
import { json, type PageAnswer } from './pages/page.ts'
import { answerPage } from './pages/pages.ts'
import { openRateLimit } from './rate-limit.ts'
import { openStore } from './store.ts'
import { passTime } from './time-passing.ts'
import { openWebhooks } from './webhooks.ts'
import type { Work } from './work.ts'

export interface StripeSandboxOptions {
  /** 0 picks a free port. */
  port: number
  /** A SQLite file, or ':memory:'. */
  dataFile: string
  webhookSecret: string
  webhookUrl?: string
  webhookEvents?: string[]
  connectWebhookSecret?: string
  connectWebhookUrl?: string
  webhookEndpoints?: WebhookTarget[]
  clockFile?: string
  /** A clock of the caller's own instead, in the same process. */
  clock?: Clock
  /** More calls in one second are answered with 429; no limit if it is not given. */
  callsPerSecond?: number
  /** Where the marketplace lives: a link on the dashboard. */
  appUrl?: string
  /** The platform's `client_id`, for accounts that connect to it by OAuth; `ca_sandbox` if it is not given. */
  connectClientId?: string
  /** Where OAuth may lead back to. */
  oauthRedirectUris?: string[]
  /** The address people reach the hosted pages by, when it is not http://127.0.0.1:port. */
  publicUrl?: string
  log?: (line: string) => void
}

export interface StripeSandbox {
  url: string
  port: number
  close(): Promise<void>
}

/** What the SDK calls. /oauth/authorize is a page. */
const API_PATH = /^\/(v1\/|oauth\/(token|deauthorize)$)/
const MOST_BODY_BYTES = 1_000_000
/** Time passes even when nobody asks: expiring sessions and refunds that settle are looked for this often. */
const TICK_MS = 500

export async function startStripeSandbox(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const log = options.log ?? (() => undefined)
  for (const { url } of targetsOf(options)) {
    if (!URL.canParse(url)) throw new TypeError(`The webhook address ${url} is not a URL.`)
  }
  const clock = options.clock ?? openClock(options.clockFile)
  const store = openStore(options.dataFile)
  const faults = openFaults()
  const rateLimit = openRateLimit(options.callsPerSecond)
  const platform = rememberPlatform(store)
  const server = http.createServer()
  let publicUrl = ''

  const newWork = (): Work => ({
    store,
    now: clock.nowSeconds(),
    account: platform,
    platform,
    publicUrl,
    application: {
      clientId: options.connectClientId ?? 'ca_sandbox',
      redirectUris: options.oauthRedirectUris ?? [],
    },
    requestId: null,
    idempotencyKey: null,
  })
  const webhooks = openWebhooks(store, faults, log)
  /** Now, with everything done that came due before it. */
  const currentWork = (): Work => {
    const work = newWork()
    let passed = false
    while (passTime(work)) passed = true
    if (passed) webhooks.wake()
    return work
  }
  const inProgress = new Set<string>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query] = splitOnce(request.url ?? '/', '?')
    const body = await readBody(request)
    if (body === undefined) return sendPage(response, { status: 413, body: 'Request body too large' })
    if (path === '/_sandbox/faults')
      return sendPage(response, changeFaults(faults, request.method ?? 'GET', body))
    if (!API_PATH.test(path)) {
      const answer = answerPage(
        currentWork(),
        {
          method: request.method ?? 'GET',
          path,
          query,
          body,
          wantsJson: request.headers.accept === 'application/json',
        },
        { appUrl: options.appUrl, retryWebhooks: () => webhooks.retryNow(), faults },
      )
      webhooks.wake()
      return sendPage(response, answer)
    }
    await handleApi(
      { method: request.method ?? 'GET', path, query, headers: request.headers, body },
      response,
    )
  }

  async function handleApi(request: ApiRequest, response: ServerResponse): Promise<void> {
    const match = matchRoute(request.method, request.path)
    const subject = `${request.method} ${match?.route.pattern ?? request.path}`
    const fault = faults.strike(subject, `${request.method} ${request.path}`)
    if (fault?.action === 'drop-before') return void response.destroy()
    if (fault?.action === 'hang') return
    if (rateLimit.isExceeded() || fault?.action === '429')
      return sendApi(response, rateLimited(newWork(), request))
    const key = request.method === 'POST' ? request.headers['idempotency-key'] : undefined
    const scoped =
      key === undefined ? undefined : `${String(request.headers['stripe-account'] ?? '')} ${String(key)}`
    if (scoped !== undefined && inProgress.has(scoped)) return sendApi(response, keyInUse(newWork(), request))
    if (fault?.action === 'delay' && scoped !== undefined) inProgress.add(scoped)
    try {
      if (fault?.action === 'delay') await wait(fault.delayMs)
      const answer = answerApi(currentWork(), request, match, fault)
      if (request.method !== 'GET') webhooks.wake()
      deliver(response, answer, fault)
    } catch (error) {
      log(`bug: ${subject}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      sendApi(response, internalError(newWork(), request))
    } finally {
      if (scoped !== undefined) inProgress.delete(scoped)
    }
  }

  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => {
      log(
        `bug: ${request.url ?? ''}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      )
      if (!response.headersSent) sendPage(response, { status: 500, body: 'The sandbox made a mistake.' })
    })
  })
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => resolve())
  }).catch(async (error: unknown) => {
    await webhooks.close()
    store.close()
    throw error
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const url = `http://127.0.0.1:${port}`
  publicUrl = (options.publicUrl ?? url).replace(/\/$/, '')

  // Only who holds the port may deliver: a second sandbox on the same file has failed by now.
  registerEndpoints(newWork(), targetsOf(options))
  webhooks.wake()

  let ticks = 0
  const ticker = setInterval(() => {
    try {
      const work = currentWork()
      if (ticks++ % 120 === 0) pruneIdempotency(work)
    } catch (error) {
      log(`bug: clock: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }, TICK_MS)

  return {
    url,
    port,
    async close() {
      clearInterval(ticker)
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await webhooks.close()
      store.close()
    },
  }
}

function deliver(response: ServerResponse, answer: ApiAnswer, fault: Fault | undefined): void {
  if (fault?.action === 'drop-after-commit') return void response.destroy()
  if (fault?.action !== 'truncate') return sendApi(response, answer)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
  response.write(answer.body.slice(0, answer.body.length / 2), () => response.destroy())
}

function sendApi(response: ServerResponse, answer: ApiAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) })
  response.end(answer.body)
}

function sendPage(response: ServerResponse, answer: PageAnswer): void {
  response.writeHead(answer.status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  })
  response.end(answer.body)
}

function changeFaults(faults: Faults, method: string, body: string): PageAnswer {
  if (method === 'DELETE') faults.clear()
  if (method === 'POST') {
    try {
      faults.add(faultScript.parse(JSON.parse(body)))
    } catch (error) {
      return json(400, { error: error instanceof Error ? error.message : 'invalid' })
    }
  }
  return json(200, { faults: faults.list() })
}

function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MOST_BODY_BYTES) chunks.push(chunk)
    })
    request.on('end', () =>
      resolve(size > MOST_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8')),
    )
    request.on('error', reject)
  })
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
