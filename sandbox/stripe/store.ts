import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { COLUMNS_OF, type Asides, type Columns, type Kind, type Kinds, type Row } from './kinds.ts'
import type { Range } from './params.ts'
import { openDatabase } from './database.ts'

type StoredRow = { seq: number; kind: Kind; account: string; body: string; aside: string }
const COLUMN_NAMES = [
  'created',
  'status',
  'subtype',
  'currency',
  'payment_intent',
  'charge',
  'transfer_group',
  'destination',
  'source',
  'customer',
  'payout',
  'email',
] as const

export interface Page {
  limit?: number | undefined
  startingAfter?: string | undefined
  endingBefore?: string | undefined
}
export type Filters = { [C in Exclude<keyof Columns, 'created'>]?: string | undefined } & {
  created?: Range | undefined
  /** Several values of `subtype`, or a prefix such as `charge.`. */
  subtypes?: string[] | undefined
  subtypePrefix?: string | undefined
}

/** Rows of JSON with indexed columns. Every write of one API call happens inside one `transaction`. */
export interface Store {
  readonly database: DatabaseSync
  transaction<T>(work: () => T): T
  find<K extends Kind>(kind: K, id: string): Row<K> | undefined
  findAny(id: string): Row<Kind> | undefined
  insert<K extends Kind>(kind: K, object: Kinds[K] & { id: string }, more: InsertDetails<K>): Row<K>
  /** Writes `row.object` and `row.aside` back; `dueAt` undefined keeps, null clears. */
  save<K extends Kind>(row: Row<K>, dueAt?: number | null): void
  remove(id: string): void
  list<K extends Kind>(
    kind: K,
    account: string | null,
    filters: Filters,
    page: Page,
  ): { rows: Row<K>[]; hasMore: boolean }
  /** The enabled ones, the oldest first; every event asks for them. Not to be changed: `find` gives a copy for that. */
  endpoints(): readonly Row<'webhook_endpoint'>[]
  due(now: number, limit: number): Row<Kind>[]
  prepare(sql: string): StatementSync
  close(): void
}
interface InsertDetails<K extends Kind> {
  account: string
  aside: Asides[K]
  dueAt?: number | null
  payout?: string
}

export function openStore(file: string): Store {
  const database = openDatabase(file)
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const existing = prepared.get(sql)
    if (existing) return existing
    const statement = database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  const begin = prepare('BEGIN IMMEDIATE')
  const commit = prepare('COMMIT')
  const rollback = prepare('ROLLBACK')
  const byId = prepare('SELECT seq, kind, account, body, aside FROM objects WHERE id = ?')
  const insertRow = prepare(
    `INSERT INTO objects (id, kind, account, body, aside, due_at, ${COLUMN_NAMES.join(', ')})
     VALUES (?, ?, ?, ?, ?, ?, ${COLUMN_NAMES.map(() => '?').join(', ')})`,
  )
  const assignments = COLUMN_NAMES.map((name) => `${name} = ?`).join(', ')
  const updateRow = prepare(`UPDATE objects SET body = ?, aside = ?, ${assignments} WHERE seq = ?`)
  const updateDue = prepare('UPDATE objects SET due_at = ? WHERE seq = ?')
  const dueRows = prepare(
    'SELECT seq, kind, account, body, aside FROM objects WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?',
  )

  const enabledEndpoints = prepare(
    `SELECT seq, kind, account, body, aside FROM objects WHERE kind = 'webhook_endpoint' AND status = 'enabled' ORDER BY seq`,
  )
  /** Null when they may have changed. */
  let endpoints: Row<'webhook_endpoint'>[] | null = null
  const forget = (kind: Kind) => {
    if (kind === 'webhook_endpoint') endpoints = null
  }

  function columns<K extends Kind>(kind: K, object: Kinds[K], aside: Asides[K]): SQLInputValue[] {
    const described: Columns = COLUMNS_OF[kind](object, aside)
    return COLUMN_NAMES.map((name) => described[name] ?? null)
  }

  return {
    database,
    prepare,
    transaction(work) {
      begin.run()
      try {
        const result = work()
        commit.run()
        return result
      } catch (error) {
        if (database.isTransaction) rollback.run()
        endpoints = null // read in between, they may be such as never were
        throw error
      }
    },
    find(kind, id) {
      const row = byId.get(id) as StoredRow | undefined
      return row?.kind === kind ? rowOf(row) : undefined
    },
    findAny(id) {
      const row = byId.get(id) as StoredRow | undefined
      return row && rowOf(row)
    },
    insert(kind, object, more) {
      forget(kind)
      const aside = JSON.stringify(more.aside)
      const values = columns(kind, object, more.aside)
      if (more.payout) values[COLUMN_NAMES.indexOf('payout')] = more.payout
      const { lastInsertRowid } = insertRow.run(
        object.id,
        kind,
        more.account,
        JSON.stringify(object),
        aside,
        more.dueAt ?? null,
        ...values,
      )
      return { kind, seq: Number(lastInsertRowid), account: more.account, object, aside: more.aside }
    },
    save(row, dueAt) {
      forget(row.kind)
      updateRow.run(
        JSON.stringify(row.object),
        JSON.stringify(row.aside),
        ...columns(row.kind, row.object, row.aside),
        row.seq,
      )
      if (dueAt !== undefined) updateDue.run(dueAt, row.seq)
    },
    remove(id) {
      endpoints = null
      prepare('DELETE FROM objects WHERE id = ?').run(id)
    },
    list(kind, account, filters, page) {
      return listRows(prepare, kind, account, filters, page)
    },
    endpoints() {
      endpoints ??= (enabledEndpoints.all() as StoredRow[]).map((row) => rowOf<'webhook_endpoint'>(row))
      return endpoints
    },
    due(now, limit) {
      return (dueRows.all(now, limit) as StoredRow[]).map(rowOf)
    },
    close() {
      database.close()
    },
  }
}

function rowOf<K extends Kind>(row: StoredRow): Row<K> {
  return {
    kind: row.kind as K,
    seq: row.seq,
    account: row.account,
    object: JSON.parse(row.body) as Kinds[K],
    aside: JSON.parse(row.aside) as Asides[K],
  }
}

function listRows<K extends Kind>(
  prepare: Store['prepare'],
  kind: K,
  account: string | null,
  filters: Filters,
  page: Page,
): { rows: Row<K>[]; hasMore: boolean } {
  const where = ['kind = ?']
  const values: SQLInputValue[] = [kind]
  const add = (condition: string, ...given: SQLInputValue[]) => {
    where.push(condition)
    values.push(...given)
  }
  if (account !== null) add('account = ?', account)
  for (const name of COLUMN_NAMES) {
    if (name !== 'created' && filters[name] !== undefined) add(`${name} = ?`, filters[name])
  }
  if (filters.subtypes) add(`subtype IN (${filters.subtypes.map(() => '?').join(', ')})`, ...filters.subtypes)
  if (filters.subtypePrefix !== undefined) {
    add('substr(subtype, 1, ?) = ?', filters.subtypePrefix.length, filters.subtypePrefix)
  }
  const { created } = filters
  if (created?.gt !== undefined) add('created > ?', created.gt)
  if (created?.gte !== undefined) add('created >= ?', created.gte)
  if (created?.lt !== undefined) add('created < ?', created.lt)
  if (created?.lte !== undefined) add('created <= ?', created.lte)
  const backwards = page.endingBefore !== undefined
  if (page.startingAfter !== undefined)
    add('seq < (SELECT seq FROM objects WHERE id = ?)', page.startingAfter)
  if (page.endingBefore !== undefined) add('seq > (SELECT seq FROM objects WHERE id = ?)', page.endingBefore)
  const limit = page.limit ?? 10
  const statement = prepare(
    `SELECT seq, kind, account, body, aside FROM objects WHERE ${where.join(' AND ')}
     ORDER BY seq ${backwards ? 'ASC' : 'DESC'} LIMIT ?`,
  )
  const found = (statement.all(...values, limit + 1) as StoredRow[]).map((row) => rowOf<K>(row))
  const rows = found.slice(0, limit)
  return { rows: backwards ? rows.reverse() : rows, hasMore: found.length > limit }
}
