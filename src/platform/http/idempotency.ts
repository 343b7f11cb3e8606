import { and, eq, lte, sql, type SQL } from 'drizzle-orm'
import type { Context, TypedResponse } from 'hono'
import { hash } from 'node:crypto'
import { pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core'
import type { Actor } from '#src/kernel/actor.ts'
import { isoText, plusMinutes } from '#src/kernel/time.ts'
import { inTransaction, type Ctx, type ReadCtx } from '../context.ts'
import { instant } from '../db/columns.ts'
import type { Queryable } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { databaseErrorCode, refuse, Refusal } from '../errors.ts'
import type { ApiEnv } from './define.ts'
import { problemOf } from './problems.ts'

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    scope: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    status: smallint().notNull(),
    body: text().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.key] })],
)

/** Answers are kept this long; after it the same key is a new request. */
export const ANSWER_KEPT_HOURS = 24
/** How long a twin waits for the first request to end before it is told to come back. */
const TWIN_WAIT = '5s'
const UNFINISHED = 0
const ANONYMOUS_KEY_LENGTH_MIN = 16
/** Longer than a vendor's answer usually takes; whoever comes back after a crash waits no longer than this. */
const CLAIM_SECONDS_MAX = 10

export interface Answer<Status extends 200 | 201 = 200 | 201, Body = unknown> {
  readonly status: Status
  readonly body: Body
}

/** A response whose JSON the compiler holds against the route's schema. */
export type Answered<Status extends 200 | 201, Body> = Response & TypedResponse<Body, Status, 'json'>

/** Who asked, with which key, for what. */
export interface IdempotentRequest {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
}

/**
 * Does `work` in one transaction together with the record of its answer: either both are there or neither, wherever the
 * process dies. `inside` reads what the transaction has written. A request with the same key gets the first answer; with another body it is refused.
 */
export async function inIdempotentTransaction<Status extends 200 | 201, Body>(
  c: Context<ApiEnv>,
  work: (inside: ReadCtx) => Promise<Answer<Status, Body>>,
): Promise<Answered<Status, Body>> {
  const ctx = c.var.ctx
  const request = await idempotentRequest(c)
  try {
    const fresh = await inTransaction(ctx, async (tx) => {
      await tx.execute(sql.raw(`set local lock_timeout = '${TWIN_WAIT}'`))
      // A twin that is still running has this row uncommitted: the insert waits for it, and then finds its answer.
      const inserted = await insertAnswer(tx, ctx, request, UNFINISHED, '').returning({
        key: idempotencyKeys.key,
      })
      if (inserted.length === 0) return null
      await tx.execute(sql`set local lock_timeout = 0`)
      const answer = await work({ ...ctx, db: tx })
      const body = JSON.stringify(answer.body)
      await tx.update(idempotencyKeys).set({ status: answer.status, body }).where(isKey(request))
      return { status: answer.status, body }
    })
    return (fresh ? jsonResponse(fresh.status, fresh.body) : await replay(ctx, request)) as Answered<
      Status,
      Body
    >
  } catch (error) {
    if (databaseErrorCode(error) === '55P03') throw refuse('request.in_progress')
    const first = await recordRefusal(ctx, request, error)
    if (first) return first as Answered<Status, Body>
    throw error
  }
}

/**
 * The same promise for work that talks to a vendor and so cannot be one transaction: `work` must itself be harmless to
 * repeat, since a crash before the answer is recorded lets it run again.
 */
export async function idempotently<Status extends 200 | 201, Body>(
  c: Context<ApiEnv>,
  work: () => Promise<Answer<Status, Body>>,
): Promise<Answered<Status, Body>> {
  const ctx = c.var.ctx
  const request = await idempotentRequest(c)
  const claim = await claimKey(ctx, request)
  if (!claim) return (await replay(ctx, request)) as Answered<Status, Body>
  try {
    const answer = await work()
    const body = JSON.stringify(answer.body)
    const { rowCount } = await updateClaimed(ctx.db, { ...request, at: claim, status: answer.status, body })
    const fresh = rowCount === 1 ? jsonResponse(answer.status, body) : await replay(ctx, request)
    return fresh as Answered<Status, Body>
  } catch (error) {
    await ctx.db.delete(idempotencyKeys).where(isClaim(request, claim))
    const first = await recordRefusal(ctx, request, error)
    if (first) return first as Answered<Status, Body>
    throw error
  }
}

/**
 * Of two who come with one key at the same moment one works and the other is told to wait, so that it does not answer
 * "already done" in the name of the first. Who died while working, or is so slow that it may have, is taken over.
 * @returns when it was claimed, which names the claim; null when it is another's.
 */
async function claimKey(ctx: Ctx, request: IdempotentRequest): Promise<string | null> {
  const { rows } = await insertClaim(ctx.db, {
    ...request,
    now: isoText(ctx.now),
    lapsed: isoText(ctx.now.subtract({ seconds: CLAIM_SECONDS_MAX })),
    expiresAt: isoText(plusMinutes(ctx.now, 60 * ANSWER_KEPT_HOURS)),
  })
  return rows[0]?.at ?? null
}

const $ = sql.placeholder
const insertClaim = prepared<
  Record<'scope' | 'key' | 'fingerprint' | 'now' | 'lapsed' | 'expiresAt', string>,
  { at: string }
>(
  () => sql`
    insert into idempotency_keys as k (scope, key, fingerprint, status, body, created_at, expires_at)
    values (${$('scope')}, ${$('key')}, ${$('fingerprint')}, ${UNFINISHED}, '', ${$('now')}, ${$('expiresAt')})
    on conflict (scope, key) do update set created_at = excluded.created_at
    where k.status = ${UNFINISHED} and k.fingerprint = excluded.fingerprint and k.created_at <= ${$('lapsed')}
    returning created_at as at`,
)

const updateClaimed = prepared<
  Pick<IdempotentRequest, 'scope' | 'key'> & { at: string; status: number; body: string }
>(
  () => sql`
    update idempotency_keys set status = ${$('status')}, body = ${$('body')}
    where scope = ${$('scope')} and key = ${$('key')} and status = ${UNFINISHED} and created_at = ${$('at')}`,
)

function isClaim(request: IdempotentRequest, at: string): SQL | undefined {
  const { createdAt, status } = idempotencyKeys
  return and(isKey(request), eq(status, UNFINISHED), sql`${createdAt} = ${at}`)
}

/** @throws a refusal when the header is missing, or weak where everybody could guess it. */
export async function idempotentRequest(c: Context<ApiEnv>): Promise<IdempotentRequest> {
  const key = c.req.header('idempotency-key')
  if (!key) throw refuse('request.idempotency_key_missing')
  const { actor } = c.var.ctx
  // All who are nobody yet share one scope, and the first answer to a guest holds the key to the booking.
  if (actor.kind === 'anonymous' && key.length < ANONYMOUS_KEY_LENGTH_MIN)
    throw refuse('request.idempotency_key_weak')
  const fingerprint = hash('sha256', `${c.req.method} ${c.req.path}\n${await c.req.text()}`, 'base64url')
  return { scope: scopeOf(actor), key, fingerprint }
}

/** The stored answer, or null when this is the first time. @throws a refusal when the key was used for something else. */
export async function findAnswer(ctx: Ctx, request: IdempotentRequest): Promise<Response | null> {
  const [row] = await ctx.db.select().from(idempotencyKeys).where(isKey(request))
  if (!row) return null
  if (row.fingerprint !== request.fingerprint) throw refuse('request.idempotency_key_reused')
  if (row.status === UNFINISHED) throw refuse('request.in_progress')
  return jsonResponse(row.status, row.body, { 'idempotency-replayed': 'true' })
}

async function replay(ctx: Ctx, request: IdempotentRequest): Promise<Response> {
  const stored = await findAnswer(ctx, request)
  if (!stored) throw refuse('request.in_progress') // the twin was rolled back between our two looks
  return stored
}

/** The first answer to this key was a refusal: it is what the second gets, word for word. */
export class RefusedBefore extends Error {
  override readonly name = 'RefusedBefore'
  readonly answer: Response

  constructor(answer: Response) {
    super('this request was refused before')
    this.answer = answer
  }
}

/**
 * A definitive no is an answer too: it is recorded, so that repeating the request does not turn it into a yes.
 * @returns the first answer, where there was one before this.
 */
export async function recordRefusal(
  ctx: Ctx,
  request: IdempotentRequest,
  error: unknown,
): Promise<Response | null> {
  const definitive =
    error instanceof Refusal &&
    error.status < 500 &&
    !error.code.startsWith('request.') &&
    !error.code.startsWith('auth.')
  if (definitive) {
    const problem = problemOf(error, ctx.requestId)
    const inserted = await insertAnswer(
      ctx.db,
      ctx,
      request,
      problem.status,
      JSON.stringify(problem),
    ).returning({ key: idempotencyKeys.key })
    if (inserted.length > 0) return null
  }
  return findAnswer(ctx, request)
}

function insertAnswer(db: Queryable, ctx: Ctx, request: IdempotentRequest, status: number, body: string) {
  const expiresAt = ctx.now.add({ hours: ANSWER_KEPT_HOURS })
  return db
    .insert(idempotencyKeys)
    .values({ ...request, status, body, createdAt: ctx.now, expiresAt })
    .onConflictDoNothing()
}

/** Forgets answers whose time is over; a bounded batch. */
export async function forgetOldAnswers(ctx: Ctx): Promise<number> {
  const BATCH = 1_000
  const old = ctx.db
    .select({ key: idempotencyKeys.key })
    .from(idempotencyKeys)
    .where(lte(idempotencyKeys.expiresAt, ctx.now))
    .limit(BATCH)
  const { rowCount } = await ctx.db
    .delete(idempotencyKeys)
    .where(and(lte(idempotencyKeys.expiresAt, ctx.now), sql`${idempotencyKeys.key} in ${old}`))
  return rowCount ?? 0
}

function isKey(request: IdempotentRequest) {
  return and(eq(idempotencyKeys.scope, request.scope), eq(idempotencyKeys.key, request.key))
}

export function scopeOf(actor: Actor): string {
  switch (actor.kind) {
    case 'user':
      return `user:${actor.userId}`
    case 'guest':
      return `guest:${actor.bookingId}`
    case 'system':
      return `system:${actor.name}`
    case 'anonymous':
      return 'anonymous'
  }
}

export function jsonResponse(status: number, body: string, headers: Record<string, string> = {}): Response {
  const type = status >= 400 ? 'application/problem+json' : 'application/json'
  return new Response(body, { status, headers: { 'content-type': type, ...headers } })
}
