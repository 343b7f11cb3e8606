/** The `error` hash of a Stripe answer, as far as the sandbox fills it. */
export interface StripeErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  message: string
  code?: string
  param?: string
  decline_code?: string
  doc_url?: string
  request_log_url?: string
  charge?: string
  payment_intent?: unknown
  payment_method?: unknown
}

export class StripeApiError extends Error {
  readonly status: number
  readonly body: StripeErrorBody
  /** A declined card fails the call but its charge and events stay. Everything else is rolled back. */
  readonly keepsChanges: boolean

  constructor(status: number, body: StripeErrorBody, keepsChanges = false) {
    super(body.message)
    this.status = status
    this.keepsChanges = keepsChanges
    this.body = body.code ? { ...body, doc_url: documentationUrl(body.code) } : body
  }
}

/**
 * https://docs.stripe.com/connect/oauth-reference: /oauth/token and /oauth/deauthorize answer with a word and a sentence
 * instead of an `error` hash, and the SDK makes errors of its own of them.
 */
export class OAuthRefusal extends StripeApiError {
  readonly word: OAuthWord

  constructor(word: OAuthWord, sentence: string, keepsChanges = false) {
    super(
      word === 'invalid_client' ? 401 : 400,
      { type: 'invalid_request_error', message: sentence },
      keepsChanges,
    )
    this.word = word
  }
}
type OAuthWord = 'invalid_client' | 'invalid_grant' | 'invalid_request' | 'unsupported_grant_type'

export function documentationUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`
}

export function invalidRequest(
  message: string,
  details: { code?: string; param?: string } = {},
  status = 400,
): StripeApiError {
  return new StripeApiError(status, { type: 'invalid_request_error', message, ...details })
}

export function resourceMissing(what: string, id: string, param = 'id', inPath = true): StripeApiError {
  // Stripe answers 404 for an object named in the path and 400 for one named in a parameter.
  return invalidRequest(`No such ${what}: '${id}'`, { code: 'resource_missing', param }, inPath ? 404 : 400)
}
