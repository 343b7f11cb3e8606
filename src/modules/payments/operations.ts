import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { GatewayRejected } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { isBefore, type Temporal } from '#src/kernel/time.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { preparedSelect } from '#src/platform/db/prepared.ts'
import { Trouble } from '#src/platform/errors.ts'
import { stripeOperations, type StripeOperation } from './tables.ts'

// Each POST to the gateway is written down and committed before it is made. Its id is the idempotency key: whoever tries
// again, after a crash or a lost answer, sends the stored request under the same key and gets the same object.

export type Operation = StripeOperation
export type OperationKind =
  | 'checkout'
  | 'capture'
  | 'void'
  | 'refund'
  | 'transfer'
  | 'reversal'
  | 'inquiry_evidence'
  | 'evidence'
  | 'payout_account'

/** So many tries without an answer, the last of them so long ago, and we look for the object before we try once more. */
const UNANSWERED_TRIES_MAX = 3
const SETTLED_AFTER_SECONDS = 120 // several times as long as a call may take: none is still on its way
/**
 * After so many tries there is no other until the last has settled. Whoever asks every second, as the release of a hold does,
 * would otherwise always have one on its way, and what is not there would never be asked for under another key.
 */
const TRIES_IN_A_ROW_MAX = 50 // several who press the button again and again all get their page
/** The gateway may forget a key after 24 hours; from then on a second try under it could be a second effect. */
const KEY_HOURS_MAX = 23

/**
 * The operation of this kind that is open or done for the subject; a new one if there is none, or if the last one was
 * definitively rejected. An open one keeps its own request, whatever is asked for now.
 */
export async function intendOperation(
  db: Queryable,
  now: Temporal.Instant,
  intent: { kind: OperationKind; subjectId: string; request: JsonObject },
): Promise<Operation> {
  const last = await findOperation(db, intent.kind, intent.subjectId)
  if (last && last.status !== 'rejected') return last
  const generation = (last?.generation ?? 0) + 1
  const [inserted] = await db
    .insert(stripeOperations)
    .values({ id: randomUUID(), ...intent, generation, createdAt: now })
    .onConflictDoNothing()
    .returning()
  const operation = inserted ?? (await findOperation(db, intent.kind, intent.subjectId))
  assert(operation, 'an operation that conflicts with another finds it')
  return operation
}

/** The newest generation. */
export async function findOperation(
  db: Queryable,
  kind: OperationKind,
  subjectId: string,
): Promise<Operation | null> {
  const [operation] = await selectNewest(db, { kind, subjectId })
  return operation ?? null
}

const selectNewest = preparedSelect<{ kind: OperationKind; subjectId: string }, Operation>((db) =>
  db
    .select()
    .from(stripeOperations)
    .where(
      and(
        eq(stripeOperations.kind, sql.placeholder('kind')),
        eq(stripeOperations.subjectId, sql.placeholder('subjectId')),
      ),
    )
    .orderBy(desc(stripeOperations.generation))
    .limit(1),
)

export interface OperationCall<T> {
  /** The intention was written down with its first try counted. */
  readonly firstTry?: boolean
  /** Sends the stored request under the key. */
  readonly call: (key: string, request: JsonObject) => Promise<T>
  /** Looks for what an earlier try may have made. */
  readonly find: () => Promise<T | null>
}

/** What came of a call, and of which operation: the one that was given, or the one that took its place. */
export type Outcome<T> =
  | { readonly operation: Operation; readonly made: T; readonly rejected: null }
  | { readonly operation: Operation; readonly made: null; readonly rejected: GatewayRejected }

/**
 * Makes the call of an operation, or finds what an earlier try of it made. Nothing is recorded of what came of it: the caller
 * does so together with what follows, by {@link finishOperation} or {@link rejectOperation} in one transaction. Until then the
 * operation is open, and whoever takes it up after a crash hears the same again.
 * @throws {Trouble} when there is no answer.
 */
export async function tryOperation<T>(
  ctx: Ctx,
  operation: Operation,
  { call, find, firstTry = false }: OperationCall<T>,
): Promise<Outcome<T>> {
  assertNoOpenTransaction('the payment gateway')
  if (firstTry) return ask(ctx, operation, call)
  const next = nextStep(operation, ctx.now)
  if (next === 'wait') throw new Trouble('payments', 'an earlier try may still be on its way')
  if (next === 'try') return ask(ctx, await countTry(ctx, operation), call)
  const found = await find()
  if (found) return { operation, made: found, rejected: null }
  // The gateway stores its 500s under the key and would give the same one for a day: what is certainly not there is asked
  // for again under a key of its own.
  return ask(ctx, await supersede(ctx, operation, operation.request), call)
}

/**
 * {@link tryOperation} where nothing follows from a rejection but that it is known.
 * @throws {GatewayRejected} after the rejection is recorded; a new intention then gets a new key.
 * @throws {Trouble} when there is no answer; the operation stays open.
 */
export async function callOperation<T>(ctx: Ctx, operation: Operation, how: OperationCall<T>): Promise<T> {
  const { operation: called, made, rejected } = await tryOperation(ctx, operation, how)
  if (rejected === null) return made
  await rejectOperation(ctx.db, ctx.now, called, rejected.message)
  throw rejected
}

async function ask<T>(ctx: Ctx, operation: Operation, call: OperationCall<T>['call']): Promise<Outcome<T>> {
  try {
    return { operation, made: await call(operation.id, operation.request), rejected: null }
  } catch (error) {
    if (error instanceof GatewayRejected) return { operation, made: null, rejected: error }
    if (error instanceof Trouble && error.happened === 'nothing') await uncountTry(ctx.db, operation)
    throw error
  }
}

/** `attempts` counts the tries that may be at the gateway; this one is not. */
async function uncountTry(db: Queryable, { id }: Operation): Promise<void> {
  await db
    .update(stripeOperations)
    .set({ attempts: sql`${stripeOperations.attempts} - 1` })
    .where(eq(stripeOperations.id, id))
}

/**
 * Gives up what is certainly not at the gateway, because no try of it was ever sent: it was away all the time.
 * @returns whether it was so.
 */
export async function giveUpUnsent(
  db: Queryable,
  now: Temporal.Instant,
  { id }: Operation,
): Promise<boolean> {
  const { rowCount } = await db
    .update(stripeOperations)
    .set({ status: 'rejected', error: 'never sent', finishedAt: now })
    .where(
      and(
        eq(stripeOperations.id, id),
        eq(stripeOperations.status, 'intended'),
        eq(stripeOperations.attempts, 0),
      ),
    )
  return rowCount === 1
}

/** Tries it under its key, waits until no try is on its way, or looks for what the earlier ones may have made. */
function nextStep(operation: Operation, now: Temporal.Instant): 'try' | 'wait' | 'look' {
  const { attempts, createdAt } = operation
  if (attempts === 0) return 'try'
  const keyMayBeForgotten = isBefore(createdAt.add({ hours: KEY_HOURS_MAX }), now)
  if (attempts < UNANSWERED_TRIES_MAX && !keyMayBeForgotten) return 'try'
  if (!mayBeOnItsWay(operation, now)) return 'look'
  return attempts >= TRIES_IN_A_ROW_MAX || keyMayBeForgotten ? 'wait' : 'try'
}

/** Written down before the call is made. One that was given up since it was read is not tried again: another has its place. */
async function countTry(ctx: Ctx, { id, status }: Operation): Promise<Operation> {
  const lastTriedAt = sql`greatest(${stripeOperations.lastTriedAt}, ${ctx.now.toString()}::timestamptz)`
  const [counted] = await ctx.db
    .update(stripeOperations)
    .set({ attempts: sql`${stripeOperations.attempts} + 1`, lastTriedAt })
    .where(and(eq(stripeOperations.id, id), inArray(stripeOperations.status, [status, 'succeeded'])))
    .returning()
  if (!counted) throw new Trouble('payments', 'the operation was given up meanwhile', undefined, 'nothing')
  return counted
}

/** Whether a try of it may still reach the gateway. */
export function mayBeOnItsWay(
  { attempts, createdAt, lastTriedAt }: Operation,
  now: Temporal.Instant,
): boolean {
  const settledAt = (lastTriedAt ?? createdAt).add({ seconds: SETTLED_AFTER_SECONDS })
  return attempts > 0 && !isBefore(settledAt, now)
}

/**
 * Puts another in the place of an operation that is certainly not at the gateway; its first try is counted, and the caller's to
 * make. @throws {Trouble} when somebody has tried it since it was read: theirs is on its way, and goes on.
 */
export async function supersede(ctx: Ctx, operation: Operation, request: JsonObject): Promise<Operation> {
  const { id, kind, subjectId, generation, status, attempts } = operation
  return inTransaction(ctx, async (tx) => {
    const { rowCount } = await tx
      .update(stripeOperations)
      .set({ status: 'rejected', error: 'no answer, and not found at the gateway', finishedAt: ctx.now })
      .where(
        and(
          eq(stripeOperations.id, id),
          eq(stripeOperations.status, status),
          eq(stripeOperations.attempts, attempts),
        ),
      )
    const [next] =
      rowCount === 0
        ? []
        : await tx
            .insert(stripeOperations)
            .values({
              ...{ id: randomUUID(), kind, subjectId, generation: generation + 1, request },
              ...{ attempts: 1, createdAt: ctx.now, lastTriedAt: ctx.now },
            })
            .onConflictDoNothing()
            .returning()
    if (!next) throw new Trouble('payments', 'the operation was tried or given up meanwhile')
    return next
  })
}

/** @returns false when what came of it was recorded before: what follows from it has followed. */
export async function rejectOperation(
  db: Queryable,
  now: Temporal.Instant,
  { id }: Pick<Operation, 'id'>,
  error: string,
): Promise<boolean> {
  const { rowCount } = await db
    .update(stripeOperations)
    .set({ status: 'rejected', error, finishedAt: now })
    .where(and(eq(stripeOperations.id, id), eq(stripeOperations.status, 'intended')))
  return rowCount !== 0
}

/** Records what the operation made, in the transaction that records what follows from it. */
export async function finishOperation(
  tx: Tx,
  now: Temporal.Instant,
  { kind, subjectId }: Pick<Operation, 'kind' | 'subjectId'>,
  resultId: string,
): Promise<void> {
  await tx
    .update(stripeOperations)
    .set({ status: 'succeeded', resultId, error: null, finishedAt: now })
    .where(
      and(
        eq(stripeOperations.kind, kind),
        eq(stripeOperations.subjectId, subjectId),
        eq(stripeOperations.status, 'intended'),
      ),
    )
}
