import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { PreparingClient } from './preparing-client.ts'

/** Queries outside a transaction: reads, and single statements that are a transaction by themselves. */
export type Database = NodePgDatabase & { $client: pg.Pool }
/** Queries inside a transaction. Writers ask for one, so that the compiler asks for the transaction. */
export type Tx = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0]
/** For reads that work in both. */
export type Queryable = Database | Tx

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 15_000
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 20_000

export interface DatabaseOptions {
  url: string
  poolMax: number
  /** The connections are our own, with no pooler between that hands them to others after each transaction. */
  direct: boolean
  applicationName: string
  onIdleError: (error: Error) => void
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    ...(options.direct ? { Client: PreparingClient } : {}),
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  })
  // A connection that dies (failover, restart) is the pool's to replace; without listeners it would end the process.
  pool.on('error', options.onIdleError)
  pool.on('connect', (client) => client.on('error', options.onIdleError))
  return drizzle({ client: pool, casing: 'snake_case' })
}
