import type { RefusalCode } from '#src/platform/refusals.ts'

// The browser's way to the API. Writes carry an Idempotency-Key, so a double click or a retry has one effect.

export interface FieldProblem {
  /** Dotted path into the body that was sent: "guest.email". */
  readonly path: string
  readonly code: string
  readonly message: string
}

/** Why a request did not do what was asked. `offline` is ours: no answer arrived, and nothing is known. */
export interface Problem {
  readonly code: RefusalCode | 'offline' | 'bug'
  readonly status: number
  /** What is so and what to do, to be shown as it is. */
  readonly detail: string
  readonly requestId: string | null
  readonly errors: readonly FieldProblem[]
  /** Whatever else the answer says: alternatives for a lost slot, the new quote for a changed price. */
  readonly facts: Readonly<Record<string, unknown>>
}

export type Answer<T> =
  { readonly ok: true; readonly body: T } | { readonly ok: false; readonly problem: Problem }

export interface SendOptions {
  /** The same key for the same intention: keep it while retrying, take a new one when the request changes. */
  readonly idempotencyKey?: string
  /** The secret of a guest's link to one booking. */
  readonly guestKey?: string | null
}

const ANSWER_MS_MAX = 30_000

/** Sends a write to `/api/v1…` and never throws: what went wrong comes back as a {@link Problem}. */
export async function post<T>(
  path: `/api/v1/${string}`,
  body: object,
  options: SendOptions = {},
): Promise<Answer<T>> {
  return request<T>(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': options.idempotencyKey ?? newIdempotencyKey(),
      ...(options.guestKey ? { authorization: `Bearer ${options.guestKey}` } : {}),
    },
    body: JSON.stringify(body),
  })
}

/** A write that replaces, changes or removes what has an address of its own. */
export async function send<T>(
  method: 'PUT' | 'PATCH' | 'DELETE',
  path: `/api/v1/${string}`,
  body: object,
  options: SendOptions = {},
): Promise<Answer<T>> {
  return request<T>(path, {
    method,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': options.idempotencyKey ?? newIdempotencyKey(),
    },
    body: JSON.stringify(body),
  })
}

/** Reads what changes while a page is open. */
export async function get<T>(path: `/api/v1/${string}`, { guestKey }: SendOptions = {}): Promise<Answer<T>> {
  return request<T>(path, { headers: guestKey ? { authorization: `Bearer ${guestKey}` } : {} })
}

/** Built-in accounts answer in their own words; both forms end up as an {@link Answer}. */
export async function postAccount<T>(path: `/api/auth/${string}`, body: object): Promise<Answer<T>> {
  return request<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function request<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  let response: Response
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
  } catch {
    return { ok: false, problem: offline() }
  }
  const text = await response.text().catch(() => '')
  const body = parse(text)
  return response.ok ? { ok: true, body: body as T } : { ok: false, problem: problemOf(response, body) }
}

function problemOf(response: Response, body: unknown): Problem {
  const {
    code,
    title,
    detail,
    message,
    requestId,
    errors,
    type: _type,
    status: _status,
    ...facts
  } = asRecord(body)
  return {
    code: (typeof code === 'string' ? code : 'bug') as Problem['code'],
    status: response.status,
    detail:
      firstText(detail, title, message) ??
      'Something went wrong on our side. Nothing was charged. Try again in a moment.',
    requestId: typeof requestId === 'string' ? requestId : response.headers.get('x-request-id'),
    errors: Array.isArray(errors) ? (errors as FieldProblem[]) : [],
    facts,
  }
}

function offline(): Problem {
  return {
    code: 'offline',
    status: 0,
    detail:
      'There was no answer. Check your connection and press the button again: it will not be done twice.',
    requestId: null,
    errors: [],
    facts: {},
  }
}

export function newIdempotencyKey(): string {
  // randomUUID exists only in secure contexts; a phone on the local network over plain http has none.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // an empty body, or a proxy's error page
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function firstText(...values: unknown[]): string | null {
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? null
}
