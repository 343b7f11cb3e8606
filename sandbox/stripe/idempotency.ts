import { createHash } from 'node:crypto'
import { StripeApiError } from './errors.ts'
import { DAY_SECONDS, type Work } from './work.ts'

/** https://docs.stripe.com/api/idempotent_requests: keys may be removed after they are 24 hours old. */
const KEY_LIFE_SECONDS = DAY_SECONDS

interface StoredAnswer {
  status: number
  body: string
  requestId: string
}

/** https://docs.stripe.com/api/idempotent_requests: keys belong to the account that used them. */
export function recall(work: Work, endpoint: string, params: string): StoredAnswer | undefined {
  const row = work.store
    .prepare(
      'SELECT endpoint, params, status, request_id, body FROM idempotency WHERE scope = ? AND key = ? AND created > ?',
    )
    .get(work.account, work.idempotencyKey, work.now - KEY_LIFE_SECONDS)
  if (!row) return undefined
  const same = row['endpoint'] === endpoint
  if (!same || row['params'] !== fingerprint(params)) {
    throw new StripeApiError(400, {
      type: 'idempotency_error',
      message: same
        ? 'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
          `Try using a key other than '${work.idempotencyKey}' if you meant to execute a different request.`
        : `Keys for idempotent requests can only be used for the same endpoint they were first used for ` +
          `('${endpoint.split(' ')[1]}' vs '${String(row['endpoint']).split(' ')[1]}'). ` +
          `Try using a key other than '${work.idempotencyKey}' if you meant to execute a different request.`,
    })
  }
  return { status: Number(row['status']), body: String(row['body']), requestId: String(row['request_id']) }
}

export function remember(work: Work, endpoint: string, params: string, answer: StoredAnswer): void {
  work.store
    .prepare(
      'INSERT OR REPLACE INTO idempotency (scope, key, endpoint, params, created, status, request_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      work.account,
      work.idempotencyKey,
      endpoint,
      fingerprint(params),
      work.now,
      answer.status,
      answer.requestId,
      answer.body,
    )
}

export function pruneIdempotency(work: Work): void {
  work.store.prepare('DELETE FROM idempotency WHERE created <= ?').run(work.now - KEY_LIFE_SECONDS)
}

function fingerprint(params: string): string {
  return createHash('sha256').update(params).digest('base64url')
}
