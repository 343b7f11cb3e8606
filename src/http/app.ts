import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Hook } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { randomUUID } from 'node:crypto'
import type { Actor } from '#src/kernel/actor.ts'
import { classifyTrouble, Refusal, refuse } from '#src/platform/errors.ts'
import type { Ctx } from '#src/platform/context.ts'
import { withDeadline } from '#src/platform/deadline.ts'
import type { Log } from '#src/platform/log.ts'
import type { Api, ApiEnv, Routes } from '#src/platform/http/define.ts'
import { limitBody } from '#src/platform/http/body-limit.ts'
import { jsonResponse, RefusedBefore } from '#src/platform/http/idempotency.ts'
import { problemOf } from '#src/platform/http/problems.ts'

export interface ApiDeps {
  readonly log: Log
  readonly contextFor: (actor: Actor, requestId: string) => Ctx
  /** Who asks, from the session cookie or the bearer key. */
  readonly authenticate: (headers: Headers) => Promise<Actor>
  /** Addresses under which browsers know this site. */
  readonly ownOrigins: readonly string[]
  readonly routes: readonly Routes[]
  /** Outside of /api/v1: they speak protocols of their own. */
  readonly rawRoutes: readonly ((api: Api) => void)[]
}

const BODY_BYTES_MAX = 64 * 1024
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
const RETRY_AFTER_SECONDS = 5
/** What a request asks of vendors has ended by then, all of it together. Less than a twin waits before it takes over. */
const VENDORS_MS_MAX = 8_000

/** The whole API as one app, mounted at /api by our server and, on Vercel, by a route of Next. */
export function createApi(deps: ApiDeps): Api {
  const api: Api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid }).basePath('/api')

  api.onError((error, c) => {
    const requestId = c.res.headers.get('x-request-id') ?? randomUUID()
    if (error instanceof RefusedBefore) return error.answer
    const refusal = refusalOf(error)
    if (!refusal) deps.log.error({ error, requestId, path: c.req.path }, 'a request failed')
    const problem = refusal
      ? problemOf(refusal, requestId)
      : {
          type: '/docs/api#bug',
          title: 'Something went wrong on our side. It has been reported.',
          status: 500,
          code: 'bug',
          requestId,
        }
    const retry: Record<string, string> =
      problem.status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}
    return jsonResponse(problem.status, JSON.stringify(problem), {
      'x-request-id': requestId,
      'cache-control': 'no-store',
      ...retry,
    })
  })
  api.notFound(() => {
    const requestId = randomUUID()
    return jsonResponse(404, JSON.stringify(problemOf(refuse('request.not_found'), requestId)), {
      'x-request-id': requestId,
      'cache-control': 'no-store',
    })
  })

  // Of a request somebody waits for the answer: it says "not now" before they go away, and the worker goes on.
  api.use('*', (_, next) => withDeadline(VENDORS_MS_MAX, next))
  const limited = limitBody(BODY_BYTES_MAX)
  api.use('/auth/*', limited)
  for (const add of deps.rawRoutes) add(api)

  api.use('/v1/*', async (c, next) => {
    const requestId = randomUUID()
    c.header('x-request-id', requestId)
    c.header('cache-control', 'no-store')
    if (!SAFE_METHODS.has(c.req.method)) refuseCrossSite(c.req.raw.headers, deps.ownOrigins)
    c.set('ctx', deps.contextFor(await deps.authenticate(c.req.raw.headers), requestId))
    await next()
  })
  api.use('/v1/*', limited)
  api.use('/v1/*', async (c, next) => {
    const body = SAFE_METHODS.has(c.req.method) ? '' : await c.req.text()
    if (!isStorable(c.req.url, body)) throw refuse('request.malformed')
    await next()
  })
  for (const add of deps.routes) add(api)

  api.get('/openapi.json', (c) => c.json(apiDocument(api)))
  return api
}

/** The OpenAPI 3.1 document of everything that was added. */
export function apiDocument(api: Api) {
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'ecosystem.session_token',
  })
  api.openAPIRegistry.registerComponent('securitySchemes', 'guestKey', { type: 'http', scheme: 'bearer' })
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Ecosystem API',
      version: '1.0.0',
      description:
        'Find a provider who is free, hold a slot, pay, and everything after. Amounts are integers of the minor unit; instants are ISO 8601 with an offset. Errors are RFC 9457 problems: decide on `code`.',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }, { guestKey: [] }, {}],
  })
}

const refuseInvalid: Hook<unknown, ApiEnv, string, unknown> = (result) => {
  if (result.success) return
  throw refuse('request.invalid', {
    errors: result.error.issues.map((issue) => ({
      path: issue.path.join('.'),
      code: issue.code,
      message: issue.message,
    })),
  })
}

/**
 * A browser says where a request comes from. Only our own pages may change something with its cookies; who sends neither
 * header is no browser and has no cookies that anybody could borrow.
 */
function refuseCrossSite(headers: Headers, ownOrigins: readonly string[]): void {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (site ? site !== 'same-origin' && site !== 'none' : origin !== null && !ownOrigins.includes(origin)) {
    throw refuse('request.cross_site')
  }
}

/** PostgreSQL keeps no NUL in text and no half of a surrogate pair in JSON; nobody types either. */
function isStorable(url: string, body: string): boolean {
  if (url.includes('%00')) return false
  if (!/\\u(?:0000|d[89a-f])/i.test(body)) return true
  return (body.match(/"(?:[^"\\]|\\.)*"/gs) ?? []).every((token) => {
    const escaped = token.replaceAll('\\\\', '')
    return (
      !escaped.includes('\\u0000') &&
      escaped.replaceAll(/\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}/gi, '').search(/\\ud[89a-f]/i) === -1
    )
  })
}

function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (error instanceof HTTPException && (error.status === 400 || error.status === 415))
    return refuse('request.malformed')
  if (error instanceof HTTPException && error.status === 413) return refuse('request.too_large')
  if (error instanceof z.ZodError) return null
  const trouble = classifyTrouble(error)
  if (trouble) return refuse(trouble.part === 'payments' ? 'payment.unavailable' : 'service_unavailable')
  return null
}
