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

/** A failed query says its statement; the values in it may be somebody's address, so they are left out. */
function withoutValues(error: Error): unknown {
  const written = pino.stdSerializers.err(error)
  if (!('params' in written)) return written
  const cut = (text: string) => text.replace(/\nparams: [^\n]*/g, '')
  return { type: written.type, message: cut(written.message), stack: cut(written.stack) }
}
