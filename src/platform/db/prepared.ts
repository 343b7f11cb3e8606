import { is, Param, Placeholder, sql, type Query, type SQL } from 'drizzle-orm'
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
  let query: Filling | null = null
  return (db, values) => {
    query ??= filling(dialect.sqlToQuery(build(db)))
    return db._.session.prepareQuery(query(values), undefined, undefined, false).execute() as Promise<
      QueryResult<Row>
    >
  }
}

/** A placeholder for each column, where the builder takes values: it takes them too, and its types do not say so. */
export function placeholders<Values>(names: readonly (keyof Values & string)[]): Values {
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Values
}

type Filling = (values: Record<string, unknown>) => Query

/** As Drizzle fills in a statement, but what is where in it is found out once. */
function filling({ sql: text, params }: Query): Filling {
  const fill = params.map((param): ((values: Record<string, unknown>) => unknown) => {
    if (is(param, Placeholder)) return (values) => named(values, param)
    if (!is(param, Param) || !is(param.value, Placeholder)) return () => param
    const { encoder, value } = param
    return (values) => {
      const given = named(values, value)
      return given === null ? null : encoder.mapToDriverValue(given)
    }
  })
  return (values) => ({ sql: text, params: fill.map((each) => each(values)) })
}

function named(values: Record<string, unknown>, { name }: Placeholder): unknown {
  if (!(name in values)) throw new Error(`no value for the placeholder ${name}`)
  return values[name]
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
  let composed: { query: Filling; fields: Fields } | null = null
  return (db, values) => {
    composed ??= compose(build(db))
    const { query, fields } = composed
    return db._.session.prepareQuery(query(values), fields, undefined, true).execute() as Promise<Row[]>
  }
}

/** Drizzle keeps `fields` to itself; what it prepared belongs to one connection, and ours is for whichever asks. */
function compose(select: Select<unknown>): { query: Filling; fields: Fields } {
  const drawn = select.prepare('')
  return { query: filling(drawn.getQuery()), fields: (drawn as unknown as { fields: Fields }).fields }
}
