import { DrizzleQueryError } from 'drizzle-orm'
import pino from 'pino'

export type Log = pino.Logger

const SECRET_NAMES = ['authorization', 'cookie', 'password', 'token', 'email']

/** Names that carry secrets or people are never written. */
export const LOG_OPTIONS = {
  serializers: { error: withoutValues },
  redact: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]),
} satisfies pino.LoggerOptions

/** JSON lines on standard output. */
export function createLog(process_: string, level: string): Log {
  return pino({ ...LOG_OPTIONS, level, base: { process: process_ } })
}

interface Written {
  readonly type: string
  readonly message: string
  readonly stack: string
}

/** A failed query says its statement; the values in it may be somebody's address, so they are left out, whatever wraps it. */
function withoutValues(error: Error): Written {
  const { type, message, stack } = pino.stdSerializers.err(error)
  const failed = failedQueriesIn(error)
  const cut = (text: string) =>
    failed.reduce((rest, query) => rest.replaceAll(query.message, `Failed query: ${query.query}`), text)
  return { type, message: cut(message), stack: cut(stack) }
}

function failedQueriesIn(error: unknown): DrizzleQueryError[] {
  if (!(error instanceof Error)) return []
  return [...(error instanceof DrizzleQueryError ? [error] : []), ...failedQueriesIn(error.cause)]
}

/** The same error for somebody who writes it down himself, as the job queue does. */
export function writable(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const { type, message, stack } = withoutValues(error)
  return Object.assign(new Error(message), { name: type, stack })
}
