import type { IncomingHttpHeaders } from 'node:http'
import { canonicalForm, decodeForm, type FormHash } from './encoding.ts'
import { invalidRequest, OAuthRefusal, StripeApiError, type StripeErrorBody } from './errors.ts'
import { API_VERSION } from './events.ts'
import { expandInto } from './expand.ts'
import type { Fault } from './faults.ts'
import { newId } from './ids.ts'
import { recall, remember } from './idempotency.ts'
import { accountLinkRoutes } from './routes/account-links.ts'
import { accountRoutes } from './routes/accounts.ts'
import { chargeRoutes, refundRoutes } from './routes/charges-and-refunds.ts'
import { checkoutSessionRoutes } from './routes/checkout-sessions.ts'
import { moneyRoutes } from './routes/money.ts'
import { accountOfToken, oauthRoutes } from './routes/oauth.ts'
import { otherRoutes } from './routes/others.ts'
import { paymentIntentRoutes } from './routes/payment-intents.ts'
import { transferRoutes } from './routes/transfers.ts'
import { buildRouter, type Match } from './router.ts'
import { needAccount, type Work } from './work.ts'

export interface ApiRequest {
  method: string
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: string
}
export interface ApiAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

const findRoute = buildRouter([
  ...checkoutSessionRoutes,
  ...paymentIntentRoutes,
  ...refundRoutes,
  ...transferRoutes,
  ...chargeRoutes,
  ...accountRoutes,
  ...accountLinkRoutes,
  ...moneyRoutes,
  ...oauthRoutes,
  ...otherRoutes,
])

const INTERNAL_ERROR: StripeErrorBody = {
  type: 'api_error',
  message: "Sorry, there was a problem processing your request. We've already been notified of the problem.",
}

export function matchRoute(method: string, path: string): Match | undefined {
  return findRoute(method, path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)
}

/**
 * One API call: authenticate, check, replay or execute, and commit objects, events, deliveries and the stored answer
 * together. Runs without a pause, so two calls never interleave.
 */
export function answerApi(
  work: Work,
  request: ApiRequest,
  match: Match | undefined,
  fault: Fault | undefined,
): ApiAnswer {
  const call: Work = {
    ...work,
    requestId: newId('req', 14),
    idempotencyKey: header(request, 'idempotency-key') ?? null,
  }
  try {
    call.account = accountOfToken(call, authenticate(request)) ?? call.account
    if (!match) {
      throw invalidRequest(
        `Unrecognized request URL (${request.method}: ${request.path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
        {},
        404,
      )
    }
    const account = header(request, 'stripe-account')
    if (account !== undefined && account !== work.platform)
      call.account = needAccount(call, account).object.id
    const form = decodeForm(
      [request.query, request.method === 'GET' ? '' : request.body].filter(Boolean).join('&'),
    )
    return execute(call, request, match, form, fault)
  } catch (error) {
    if (error instanceof StripeApiError) return refusal(call, request, error)
    throw error
  }
}

function execute(
  call: Work,
  request: ApiRequest,
  match: Match,
  form: FormHash,
  fault: Fault | undefined,
): ApiAnswer {
  const { store } = call
  const endpoint = `${request.method} ${request.path}`
  const keyed = request.method === 'POST' && call.idempotencyKey !== null
  if (keyed && call.idempotencyKey!.length > 255) {
    throw invalidRequest('Idempotency-Key can have up to 255 characters.')
  }
  const params = keyed ? canonicalForm(form) : ''
  if (keyed) {
    const stored = recall(call, endpoint, params)
    if (stored) {
      const headers = headersOf(call, request)
      return {
        status: stored.status,
        body: stored.body,
        headers: { ...headers, 'request-id': stored.requestId, 'idempotent-replayed': 'true' },
      }
    }
  }
  const prepared = match.route.prepare(form)
  const finish = (status: number, body: string): ApiAnswer => {
    if (keyed) remember(call, endpoint, params, { status, body, requestId: call.requestId ?? '' })
    return { status, body, headers: headersOf(call, request) }
  }
  if (fault?.action === '500') return finish(500, errorBody(call, INTERNAL_ERROR))
  const run = (): ApiAnswer => {
    const object = prepared.run(call, match.ids)
    expandInto(call, object, prepared.expand)
    if (fault?.action === '500-after-success') return finish(500, errorBody(call, INTERNAL_ERROR))
    return finish(200, JSON.stringify(object, null, 2))
  }
  if (request.method === 'GET') return run()
  try {
    return store.transaction(() => {
      try {
        return run()
      } catch (error) {
        if (error instanceof StripeApiError && error.keepsChanges)
          return finish(error.status, refusalBody(call, error))
        throw error
      }
    })
  } catch (error) {
    // Nothing of the call remains; what it answered does, because Stripe replays refusals too.
    if (!(error instanceof StripeApiError)) throw error
    return finish(error.status, refusalBody(call, error))
  }
}

/** Returns the key. */
function authenticate(request: ApiRequest): string {
  const authorization = header(request, 'authorization') ?? ''
  const [scheme = '', value = ''] = authorization.split(' ')
  const key =
    scheme.toLowerCase() === 'basic' ? (Buffer.from(value, 'base64').toString().split(':')[0] ?? '') : value
  if (key === '') {
    throw invalidRequest(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
      {},
      401,
    )
  }
  if (/^(sk|rk)_live_/.test(key))
    throw invalidRequest('The sandbox refuses live keys: no real money goes through it.', {}, 401)
  if (key.startsWith('pk_')) {
    throw invalidRequest(
      'This API call cannot be made with a publishable API key. Please use a secret API key.',
      { code: 'secret_key_required' },
      401,
    )
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) {
    const shown = `${key.slice(0, 8)}${'*'.repeat(Math.max(key.length - 12, 4))}${key.slice(-4)}`
    throw invalidRequest(`Invalid API Key provided: ${shown}`, {}, 401)
  }
  return key
}

function header(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function headersOf(call: Work, request: ApiRequest): Record<string, string> {
  return {
    'content-type': 'application/json',
    'request-id': call.requestId ?? '',
    'stripe-version': header(request, 'stripe-version') ?? API_VERSION,
    'cache-control': 'no-cache, no-store',
    ...(call.idempotencyKey !== null && { 'idempotency-key': call.idempotencyKey }),
    ...(call.account !== call.platform && { 'stripe-account': call.account }),
  }
}

function errorBody(call: Work, error: StripeErrorBody): string {
  return JSON.stringify(
    { error: { ...error, request_log_url: `${call.publicUrl}/#${call.requestId ?? ''}` } },
    null,
    2,
  )
}

function refusalBody(call: Work, error: StripeApiError): string {
  if (!(error instanceof OAuthRefusal)) return errorBody(call, error.body)
  return JSON.stringify({ error: error.word, error_description: error.message }, null, 2)
}

function refusal(call: Work, request: ApiRequest, error: StripeApiError): ApiAnswer {
  return { status: error.status, headers: headersOf(call, request), body: refusalBody(call, error) }
}

export function rateLimited(work: Work, request: ApiRequest): ApiAnswer {
  const call: Work = {
    ...work,
    requestId: newId('req', 14),
    idempotencyKey: header(request, 'idempotency-key') ?? null,
  }
  return refusal(
    call,
    request,
    invalidRequest(
      'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.',
      { code: 'rate_limit' },
      429,
    ),
  )
}

export function internalError(work: Work, request: ApiRequest): ApiAnswer {
  const call: Work = { ...work, requestId: newId('req', 14) }
  return { status: 500, headers: headersOf(call, request), body: errorBody(call, INTERNAL_ERROR) }
}

/** Another call with the same key is still under way (an answer that a fault delays before it starts). */
export function keyInUse(work: Work, request: ApiRequest): ApiAnswer {
  const key = header(request, 'idempotency-key') ?? ''
  const call: Work = { ...work, requestId: newId('req', 14), idempotencyKey: key }
  return refusal(
    call,
    request,
    invalidRequest(
      'There is currently another in-progress request using this Idempotent Key (that probably means you submitted ' +
        `twice, and the other request is still going through): ${key}. Please try again later.`,
      { code: 'idempotency_key_in_use' },
      409,
    ),
  )
}
