import type { Query, SQL } from 'drizzle-orm'
import { PgDialect, type PgPreparedQuery, type PreparedQueryConfig } from 'drizzle-orm/pg-core'
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

interface Select<Row> {
  prepare(name: string): PgPreparedQuery<PreparedQueryConfig & { execute: Row[] }>
}
/** How Drizzle reads a row of a select. */
type Fields = Parameters<Queryable['_']['session']['prepareQuery']>[1]

/**
 * The same for a select of the query builder, which is composed even more slowly. Its rows come as they do from the builder, of
 * one table: what an outer join leaves out would not become null.
 */
export function preparedSelect<Values extends Record<string, unknown>, Row>(
  build: (db: Queryable) => Select<Row>,
): (db: Queryable, values: Values) => Promise<Row[]> {
  let composed: { query: Query; fields: Fields } | null = null
  return (db, values) => {
    composed ??= compose(build(db))
    const { query, fields } = composed
    return db._.session.prepareQuery(query, fields, undefined, true).execute(values) as Promise<Row[]>
  }
}

/** Drizzle keeps `fields` to itself; what it prepared belongs to one connection, and ours is for whichever asks. */
function compose(select: Select<unknown>): { query: Query; fields: Fields } {
  const drawn = select.prepare('')
  return { query: drawn.getQuery(), fields: (drawn as unknown as { fields: Fields }).fields }
}
