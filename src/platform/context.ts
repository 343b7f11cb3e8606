import { AsyncLocalStorage } from 'node:async_hooks'
import type { Actor } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Config } from './config.ts'
import type { Database, Queryable, Tx } from './db/database.ts'
import { databaseErrorCode } from './errors.ts'
import type { Log } from './log.ts'

/** What a verb needs to know of the call it serves. `now` is read once, so that one call has one time. */
export interface Ctx {
  readonly db: Database
  readonly config: Config
  readonly now: Temporal.Instant
  readonly actor: Actor
  readonly requestId: string
  readonly log: Log
}

/** For reads, which work inside a transaction and outside. */
export type ReadCtx = Omit<Ctx, 'db'> & { readonly db: Queryable }

const openTransaction = new AsyncLocalStorage<Tx>()

const ATTEMPTS_MAX = 4
// 40001 serialization failure, 40P01 deadlock: PostgreSQL asks the client to run the transaction again.
const RUN_AGAIN = new Set(['40001', '40P01'])

/**
 * Runs `work` in one transaction and commits it. Inside another `inTransaction` it joins that one, so that verbs compose.
 * A serialization failure or a deadlock runs it again, at most {@link ATTEMPTS_MAX} times in all.
 */
export async function inTransaction<T>(ctx: Pick<Ctx, 'db'>, work: (tx: Tx) => Promise<T>): Promise<T> {
  const outer = openTransaction.getStore()
  if (outer) return work(outer)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ctx.db.transaction((tx) => openTransaction.run(tx, () => work(tx)))
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !RUN_AGAIN.has(databaseErrorCode(error) ?? '')) throw error
    }
  }
}

/** Vendors are called outside transactions: a slow answer there would hold locks that strangers wait for. */
export function assertNoOpenTransaction(vendor: string): void {
  assert(openTransaction.getStore() === undefined, `${vendor} is not called inside a transaction`)
}
