import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { catalogOf } from '#tests/support/catalog.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { migrateDown, migrateUp, migrationStatus, readMigrations } from './migrate.ts'

const FOLDER = path.resolve('db/migrations')
const { db, owner, ownerUrl } = await openTestDatabase()
const copies: string[] = []
afterAll(() => Promise.all(copies.map((folder) => rm(folder, { recursive: true }))))

/** The migrations in a folder of their own, to be spoiled. */
async function copyOfMigrations(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'migrations-'))
  copies.push(folder)
  await cp(FOLDER, folder, { recursive: true })
  return folder
}

describe('migrations', () => {
  it('go up, all the way down and up again to the same database', async () => {
    const before = await catalogOf(owner)
    expect(before.length).toBeGreaterThan(200)
    const all = await readMigrations()
    expect(await migrateDown(ownerUrl, all.length)).toHaveLength(all.length)
    expect((await catalogOf(owner)).filter((line) => !/ migrations[. ]|\.migrations/.test(line))).toEqual([])
    expect(await migrateUp(ownerUrl)).toHaveLength(all.length)
    expect(await catalogOf(owner)).toEqual(before)
  })

  it('run once when eight processes start them at the same moment', async () => {
    await migrateDown(ownerUrl, 3)
    const applied = await Promise.all(Array.from({ length: 8 }, () => migrateUp(ownerUrl)))
    expect(applied.flat().sort()).toEqual((await readMigrations()).slice(-3).map(({ name }) => name))
  })

  it('tell what is applied and what is not', async () => {
    await migrateDown(ownerUrl, 1)
    const states = (await migrationStatus(ownerUrl)).map(({ state }) => state)
    expect(states.at(-1)).toBe('pending')
    expect(new Set(states.slice(0, -1))).toEqual(new Set(['applied']))
    await migrateUp(ownerUrl)
  })

  it('refuse a file that was edited after it was applied', async () => {
    const folder = await copyOfMigrations()
    await writeFile(path.join(folder, '0004_scheduling/up.sql'), 'select 1')
    await expect(migrateUp(ownerUrl, folder)).rejects.toThrow('0004_scheduling/up.sql was edited')
  })

  it('refuse a database that is ahead of the code', async () => {
    const folder = await copyOfMigrations()
    const last = (await readMigrations()).at(-1)
    await rm(path.join(folder, last?.name ?? ''), { recursive: true })
    await expect(migrateUp(ownerUrl, folder)).rejects.toThrow('deploy the code that knows it')
  })

  it.each([
    ['a gap', '0099_later'],
    ['a number twice', '0004_twin'],
    ['a name that is none', 'later'],
  ])('refuse %s', async (_what, name) => {
    const folder = await copyOfMigrations()
    await cp(path.join(folder, '0004_scheduling'), path.join(folder, name), { recursive: true })
    await expect(readMigrations(folder)).rejects.toThrow('numbers have neither gaps nor twins')
  })
})

describe('the tables in the code', () => {
  it('have exactly the columns of the database', async () => {
    const tables = await tablesInCode()
    const { rows } = await owner.execute<{ table: string; column: string; nullable: boolean }>(sql`
      select table_name as "table", column_name as "column", is_nullable = 'YES' as nullable from information_schema.columns where table_schema = 'public'`)
    const inDatabase = Object.groupBy(rows, ({ table }) => table)
    const described = new Set<string>()
    for (const { name, columns } of tables) {
      described.add(name)
      expect({ name, columns }).toEqual({
        name,
        columns: Object.fromEntries(
          (inDatabase[name] ?? []).map(({ column, nullable }) => [
            column,
            nullable ? 'nullable' : 'required',
          ]),
        ),
      })
    }
    const READ_BY_SQL_ONLY = [
      'migrations',
      'booking_transitions',
      'calendar_changes',
      'service_openings',
      'document_series',
      'domain_events',
      'ledger_accounts',
      'ledger_days',
      'worker_heartbeats',
    ]
    expect(
      Object.keys(inDatabase)
        .filter((name) => !described.has(name))
        .sort(),
    ).toEqual(READ_BY_SQL_ONLY.sort())
  })
})

async function tablesInCode() {
  const files = globSync('src/{modules,platform,integrations}/**/*.ts', {
    exclude: (name) => name.endsWith('.test.ts'),
  })
  const holders = files.filter((file) => /tables\.ts$|audit\.ts$|idempotency\.ts$|embedded\.ts$/.test(file))
  const modules = await Promise.all(
    holders.map((file) => import(pathToFileURL(path.resolve(file)).href) as Promise<Record<string, unknown>>),
  )
  const tables = new Set(
    modules.flatMap((module) => Object.values(module)).filter((value) => value instanceof PgTable),
  )
  expect(tables.size).toBeGreaterThan(20)
  return [...tables].map((table) => {
    const { name, columns } = getTableConfig(table)
    const snake = (word: string) => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return {
      name,
      columns: Object.fromEntries(
        columns.map((column) => [
          column.keyAsName ? snake(column.name) : column.name,
          column.notNull ? 'required' : 'nullable',
        ]),
      ),
    }
  })
}

it('the application’s role can neither change nor delete what only grows', async () => {
  const { rows } = await owner.execute<{ table: string; allowed: string[] }>(sql`
    select "table", array(select privilege from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) privilege
                          where has_table_privilege('ecosystem_app', "table", privilege)) as allowed
    from unnest(array['ledger_transfers', 'ledger_accounts', 'booking_events', 'audit_log', 'mailbox_messages', 'documents']) "table"`)
  expect(rows.map(({ allowed }) => allowed)).toEqual(rows.map(() => ['SELECT', 'INSERT']))
  const forged = sql`insert into ledger_days (on_date, transfer_count, previous_hash, hash, marks, sealed_at)
    values ('2026-01-01', 0, repeat('0', 64), repeat('0', 64), '', now())`
  await expect(db.execute(forged)).rejects.toMatchObject({ cause: { code: '42501' } })
  await expect(db.execute(sql`delete from ledger_transfers`)).rejects.toMatchObject({
    cause: { code: '42501' },
  })
})
