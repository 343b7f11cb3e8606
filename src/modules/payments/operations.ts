import { and, desc, eq, ne, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { GatewayRejected } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { isBefore, type Temporal } from '#src/kernel/time.ts'
import { assertNoOpenTransaction, type Ctx } from '#src/platform/context.ts'
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

/** So many tries without an answer, and so long ago, and we look for the object before we try once more. */
const UNANSWERED_TRIES_MAX = 3
const SETTLED_AFTER_SECONDS = 120 // several times as long as a call may take: none is still on its way
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

/**
 * Makes the call of an operation, or finds what an earlier try of it made. The caller records the answer together with its
 * effects, by {@link finishOperation} in one transaction.
 * @throws {GatewayRejected} after the rejection is recorded; a new intention then gets a new key.
 * @throws {Trouble} when there is no answer; the operation stays open.
 */
export async function callOperation<T>(
  ctx: Ctx,
  operation: Operation,
  { call, find, firstTry = false }: OperationCall<T>,
): Promise<T> {
  assertNoOpenTransaction('the payment gateway')
  if (firstTry) return ask(ctx, operation, call)
  let current = operation
  if (isUnanswered(current, ctx.now)) {
    const found = await find()
    if (found) return found
    current = await supersede(ctx, current)
  }
  await countTry(ctx.db, current)
  return ask(ctx, current, call)
}

/** @throws {Trouble} when it was given up meanwhile: what it was for is decided anew. */
async function countTry(db: Queryable, { id }: Operation): Promise<void> {
  const { rowCount } = await db
    .update(stripeOperations)
    .set({ attempts: sql`${stripeOperations.attempts} + 1` })
    .where(and(eq(stripeOperations.id, id), ne(stripeOperations.status, 'rejected')))
  if (rowCount === 0)
    throw new Trouble('payments', 'this was given up by somebody else', undefined, 'nothing')
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

async function ask<T>(ctx: Ctx, operation: Operation, call: OperationCall<T>['call']): Promise<T> {
  try {
    return await call(operation.id, operation.request)
  } catch (error) {
    if (error instanceof GatewayRejected) await rejectOperation(ctx.db, ctx.now, operation, error.message)
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

function isUnanswered({ attempts, createdAt }: Operation, now: Temporal.Instant): boolean {
  if (attempts === 0) return false
  if (isBefore(createdAt.add({ hours: KEY_HOURS_MAX }), now)) return true
  return attempts >= UNANSWERED_TRIES_MAX && isBefore(createdAt.add({ seconds: SETTLED_AFTER_SECONDS }), now)
}

// The gateway stores its 500s under the key and would give the same one for a day: what is certainly not there is asked
// for again under a key of its own.
async function supersede(ctx: Ctx, operation: Operation): Promise<Operation> {
  await rejectOperation(ctx.db, ctx.now, operation, 'no answer, and not found at the gateway')
  const { kind, subjectId, request } = operation
  return intendOperation(ctx.db, ctx.now, { kind: kind as OperationKind, subjectId, request })
}

export async function rejectOperation(
  db: Queryable,
  now: Temporal.Instant,
  { id }: Pick<Operation, 'id'>,
  error: string,
): Promise<void> {
  await db
    .update(stripeOperations)
    .set({ status: 'rejected', error, finishedAt: now })
    .where(and(eq(stripeOperations.id, id), eq(stripeOperations.status, 'intended')))
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
