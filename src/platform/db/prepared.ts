import { type SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { QueryResult } from 'pg'
import type { Queryable } from './database.ts'

const dialect = new PgDialect({ casing: 'snake_case' })

/**
 * A statement whose text is written once, with `sql.placeholder('name')` where values go. For the few statements that every
 * booking waits for: composing their text anew took longer than running them.
 */
export function prepared<
  Values extends Record<string, unknown>,
  Row extends Record<string, unknown> = Record<string, unknown>,
>(build: (db: Queryable) => SQL): (db: Queryable, values: Values) => Promise<QueryResult<Row>> {
  let query: { sql: string; params: unknown[] } | null = null
  return (db, values) => {
    query ??= dialect.sqlToQuery(build(db))
    return db._.session.prepareQuery(query, undefined, undefined, false).execute(values) as Promise<
      QueryResult<Row>
    >
  }
}
