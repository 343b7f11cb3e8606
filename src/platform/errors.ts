import { REFUSALS, type RefusalCode } from './refusals.ts'
import type { JsonObject } from '#src/kernel/json.ts'

/**
 * The business says no. Normal, expected, and explained to whoever asked: `code` is stable and public, `facts` are what
 * the answer needs beside it (alternatives, the new quote). Throwing it rolls the transaction back.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly facts: JsonObject

  constructor(code: RefusalCode, facts: JsonObject = {}) {
    super(REFUSALS[code].sentence)
    this.code = code
    this.facts = facts
  }

  get status(): number {
    return REFUSALS[this.code].status
  }
}

/** Makes the refusal to throw: `throw refuse('booking.slot_taken', { alternatives })`. */
export function refuse(code: RefusalCode, facts?: JsonObject): Refusal {
  return new Refusal(code, facts)
}

/** The world says not now: a timeout, a lock, a vendor that is down. Retried in jobs, 503 over HTTP. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
  readonly part: 'database' | 'payments' | 'mail' | 'calendar'
  /** nothing: it was not even asked. unknown: it may have been done, and the answer was lost. */
  readonly happened: 'nothing' | 'unknown'

  constructor(
    part: Trouble['part'],
    message: string,
    cause?: unknown,
    happened: Trouble['happened'] = 'unknown',
  ) {
    super(message, { cause })
    this.part = part
    this.happened = happened
  }
}

// Class 08 connection lost, 40001 serialization, 40P01 deadlock, 53 out of resources, 55P03 lock timeout, 57 shutting down
// or cancelled (https://www.postgresql.org/docs/17/errcodes-appendix.html).
const PASSING_SQLSTATE = /^(08|40001|40P01|53|55P03|57)/
const PASSING_NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'ENETUNREACH'],
])
/** What the driver says without a code. */
const PASSING_SENTENCE = /timeout exceeded when trying to connect|Connection terminated/

/** The one place that tells trouble from bugs. Null: not trouble. */
export function classifyTrouble(error: unknown): Trouble | null {
  if (error instanceof Trouble) return error
  const code = databaseErrorCode(error)
  if (code && (PASSING_SQLSTATE.test(code) || PASSING_NETWORK.has(code))) {
    return new Trouble('database', `the database is not available (${code})`, error)
  }
  if (chainOf(error).some(({ message }) => PASSING_SENTENCE.test(message))) {
    return new Trouble('database', 'the database is not available (connection)', error)
  }
  return null
}

/** An error and what it wraps: Drizzle wraps the driver's. */
function chainOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...chainOf(error.cause)] : []
}

/** SQLSTATE or network code of a failed query. */
export function databaseErrorCode(error: unknown): string | null {
  for (const each of chainOf(error)) if ('code' in each && typeof each.code === 'string') return each.code
  return null
}

/** The constraint that a failed query violated. */
export function violatedConstraint(error: unknown): string | null {
  for (const each of chainOf(error))
    if ('constraint' in each && typeof each.constraint === 'string') return each.constraint
  return null
}
