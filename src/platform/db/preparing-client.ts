import { createHash } from 'node:crypto'
import pg from 'pg'

// Parsing and planning cost more than running most of our statements. On a connection of our own, one that is asked for
// often is prepared once and from then on only run. Never through a pooler in transaction mode: there the next statement may
// meet another server connection, which does not know it.

const ASKED_OFTEN = 3
/** Per process: each prepared statement costs memory on each connection of the server. */
const STATEMENTS_MAX = 500

const timesAsked = new Map<string, number>()
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known || names.size >= STATEMENTS_MAX) return known
  const times = (timesAsked.get(text) ?? 0) + 1
  if (timesAsked.size >= 4 * STATEMENTS_MAX) timesAsked.clear() // texts that never come again
  timesAsked.set(text, times)
  if (times < ASKED_OFTEN) return undefined
  timesAsked.delete(text)
  const name = `e_${createHash('sha1').update(text).digest('hex').slice(0, 20)}`
  names.set(text, name)
  return name
}

interface NamedQuery extends pg.QueryConfig {
  text: string
}

function isNamable(config: unknown, values: unknown): config is NamedQuery {
  const query = config as Partial<NamedQuery> | null
  return (
    typeof query === 'object' &&
    typeof query?.text === 'string' &&
    !query.name &&
    (Array.isArray(values) || Array.isArray(query.values))
  )
}

/** A client that prepares by itself the statements with parameters that are asked for often. */
export const PreparingClient = class extends pg.Client {
  // pg's query has seven overloads; all end here with the configuration first and the values beside or inside it.
  override query = ((config: unknown, ...rest: unknown[]) => {
    const named = isNamable(config, rest[0]) ? { ...config, name: nameOf(config.text) } : config
    return Reflect.apply(pg.Client.prototype.query, this, [named, ...rest]) as unknown
  }) as pg.Client['query']
}
