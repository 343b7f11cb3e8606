// A database for one test file: a copy of the migrated one, real commits, nothing shared with other files.
import { randomBytes } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { withClient } from '../../scripts/embedded-postgres.ts'
import { openDatabase, type Database } from '#src/platform/db/database.ts'

export interface TestDatabase {
  readonly name: string
  /** Queries as the application's role: what it may not do is refused here too. */
  readonly db: Database
  /** The same database as the role that owns the tables; for facts the application may not change. */
  readonly owner: Database
  readonly appUrl: string
  readonly ownerUrl: string
  readonly superuserUrl: string
}

export interface OwnedDatabase extends TestDatabase {
  /** Ends our connections to it: it can then be copied. */
  close(): Promise<void>
  drop(): Promise<void>
}

/**
 * Call at the top of a `*.db.test.ts` file: `const { db } = await openTestDatabase()`.
 * It is dropped after the file's last test.
 */
export async function openTestDatabase(options: { poolMax?: number } = {}): Promise<TestDatabase> {
  const database = await createTestDatabase(options)
  afterAll(() => database.drop())
  return database
}

/** One that whoever asked for it drops. @param template the database it is a copy of, to which nobody may be connected */
export async function createTestDatabase({
  poolMax = 10,
  template = inject('postgres').template,
}: { poolMax?: number; template?: string } = {}): Promise<OwnedDatabase> {
  const postgres = inject('postgres')
  const name = `test_${randomBytes(6).toString('hex')}`
  await withClient(postgres.superuserUrl, (client) =>
    client.query(`create database ${name} template ${template} owner ecosystem_owner`),
  )
  const appUrl = inDatabase(postgres.appUrl, name)
  const ownerUrl = inDatabase(postgres.ownerUrl, name)
  const open = (url: string) =>
    openDatabase({
      url,
      poolMax,
      direct: true,
      applicationName: name,
      // Dropping the database ends idle connections; that is expected, and only then.
      onIdleError: (error) => {
        if ((error as { code?: string }).code !== '57P01') throw error
      },
    })
  const db = open(appUrl)
  const owner = open(ownerUrl)
  let closing: Promise<unknown> | null = null
  const close = async () => {
    closing ??= Promise.all([db.$client.end(), owner.$client.end()])
    await closing
  }
  return {
    ...{ name, db, owner, appUrl, ownerUrl, close },
    superuserUrl: inDatabase(postgres.superuserUrl, name),
    drop: async () => {
      await close()
      await withClient(postgres.superuserUrl, (client) => client.query(`drop database ${name} with (force)`))
    },
  }
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
