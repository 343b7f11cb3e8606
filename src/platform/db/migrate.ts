import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runMigrations as runJobQueueMigrations } from 'graphile-worker'
import pg from 'pg'

// Own runner, because the alternatives were tried and skip, forget or overlook: drizzle-kit ignores an edited or an older
// file in silence and has no way down. Folders `NNNN_name/{up.sql,down.sql}`, one transaction each, checksum kept.

const MIGRATIONS = fileURLToPath(new URL('../../../db/migrations/', import.meta.url))
const LOCK_KEY = 5_081_977 // any constant: one runner at a time per database
const LOCK_TIMEOUT = '3s' // a migration that waits for a lock makes everybody behind it wait too
const STATEMENT_TIMEOUT = '10min'
const LOCK_ATTEMPTS_MAX = 5
const JOB_QUEUE_SCHEMA = 'graphile_worker'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly up: string
  readonly down: string
  readonly checksum: string
}

export interface AppliedMigration {
  readonly name: string
  readonly checksum: string
  readonly appliedAt: Date
  readonly durationMs: number
}

export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
}

/** The migrations of this checkout, in order. @throws {MigrationRefused} on a gap, a duplicate number or a missing file. */
export async function readMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const names = (await readdir(folder)).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(/^(\d{4})_[a-z0-9_]+$/.exec(name)?.[1])
      if (number !== index + 1) {
        throw new MigrationRefused(
          `db/migrations/${name} should be number ${index + 1}: numbers have neither gaps nor twins`,
        )
      }
      const read = async (file: string) =>
        readFile(`${folder}/${name}/${file}`, 'utf8').catch((cause: unknown) => {
          throw new MigrationRefused(`db/migrations/${name}/${file} cannot be read`, { cause })
        })
      const [up, down] = await Promise.all([read('up.sql'), read('down.sql')])
      return { number, name, up, down, checksum: createHash('sha256').update(up).digest('hex') }
    }),
  )
}

/** Applies what is missing, and the job queue's own schema. Safe to run from several processes at once. Returns the names applied. */
export async function migrateUp(ownerUrl: string, folder = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(folder)
  return withLockedConnection(ownerUrl, async (client) => {
    const applied = await readApplied(client)
    refuseDifferences(migrations, applied)
    const done: string[] = []
    for (const migration of migrations.slice(applied.length)) {
      await inOneTransaction(client, migration.up, async () => {
        await client.query(
          'insert into migrations (name, checksum, duration_ms) values ($1, $2, extract(milliseconds from clock_timestamp() - transaction_timestamp()))',
          [migration.name, migration.checksum],
        )
      })
      done.push(migration.name)
    }
    await migrateJobQueue(client, ownerUrl)
    return done
  })
}

/** Takes back the newest `count` migrations. Data in what they made is lost; the caller has asked. */
export async function migrateDown(ownerUrl: string, count: number, folder = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(folder)
  return withLockedConnection(ownerUrl, async (client) => {
    const applied = await readApplied(client)
    refuseDifferences(migrations, applied)
    const doomed = migrations.slice(Math.max(0, applied.length - count), applied.length).reverse()
    for (const migration of doomed) {
      await inOneTransaction(client, migration.down, async () => {
        await client.query('delete from migrations where name = $1', [migration.name])
      })
    }
    return doomed.map((migration) => migration.name)
  })
}

export interface MigrationStatus {
  readonly name: string
  readonly state: 'applied' | 'pending' | 'edited' | 'unknown'
  readonly appliedAt: Date | null
  readonly durationMs: number | null
}

export async function migrationStatus(ownerUrl: string, folder = MIGRATIONS): Promise<MigrationStatus[]> {
  const migrations = await readMigrations(folder)
  return withConnection(ownerUrl, async (client) => {
    const applied = await readApplied(client)
    const names = [...new Set([...migrations.map(({ name }) => name), ...applied.map(({ name }) => name)])]
    return names.map((name) => {
      const inCode = migrations.find((migration) => migration.name === name)
      const inDatabase = applied.find((migration) => migration.name === name)
      const state = !inDatabase
        ? 'pending'
        : !inCode
          ? 'unknown'
          : inCode.checksum === inDatabase.checksum
            ? 'applied'
            : 'edited'
      return {
        name,
        state,
        appliedAt: inDatabase?.appliedAt ?? null,
        durationMs: inDatabase?.durationMs ?? null,
      }
    })
  })
}

function refuseDifferences(migrations: readonly Migration[], applied: readonly AppliedMigration[]): void {
  for (const [index, { name, checksum }] of applied.entries()) {
    const migration = migrations[index]
    if (migration?.name !== name) {
      throw new MigrationRefused(
        `the database has ${name} where this checkout has ${migration?.name ?? 'nothing'}: deploy the code that knows it`,
      )
    }
    if (migration.checksum !== checksum) {
      throw new MigrationRefused(
        `db/migrations/${name}/up.sql was edited after it was applied: restore it and add a new migration`,
      )
    }
  }
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  await client.query(`create table if not exists migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now(), duration_ms integer not null)`)
  const { rows } = await client.query<{
    name: string
    checksum: string
    applied_at: Date
    duration_ms: number
  }>('select name, checksum, applied_at, duration_ms from migrations order by name')
  return rows.map((row) => ({
    name: row.name,
    checksum: row.checksum,
    appliedAt: row.applied_at,
    durationMs: row.duration_ms,
  }))
}

async function inOneTransaction(
  client: pg.Client,
  script: string,
  record: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query('begin')
      await client.query(
        `set local lock_timeout = '${LOCK_TIMEOUT}'; set local statement_timeout = '${STATEMENT_TIMEOUT}'`,
      )
      await client.query(script)
      await record()
      await client.query('commit')
      return
    } catch (error) {
      await client.query('rollback')
      const lockNotAvailable = error instanceof pg.DatabaseError && error.code === '55P03'
      if (!lockNotAvailable || attempt >= LOCK_ATTEMPTS_MAX) throw error
    }
  }
}

/** Installs or updates graphile-worker's schema and lets the application's role use it. */
async function migrateJobQueue(client: pg.Client, ownerUrl: string): Promise<void> {
  await runJobQueueMigrations({
    connectionString: ownerUrl,
    schema: JOB_QUEUE_SCHEMA,
    noPreparedStatements: true,
  })
  // Its tables have row security on and no policies: nobody but their owner sees a row until a policy says so.
  await client.query(`
    grant select on migrations to ecosystem_app;
    grant usage on schema ${JOB_QUEUE_SCHEMA} to ecosystem_app;
    grant select, insert, update, delete on all tables in schema ${JOB_QUEUE_SCHEMA} to ecosystem_app;
    grant usage, select, update on all sequences in schema ${JOB_QUEUE_SCHEMA} to ecosystem_app;
    grant execute on all functions in schema ${JOB_QUEUE_SCHEMA} to ecosystem_app;
    do $$
    declare job_table record;
    begin
      for job_table in select tablename from pg_tables t where schemaname = '${JOB_QUEUE_SCHEMA}' and rowsecurity
        and not exists (select from pg_policies p where p.schemaname = t.schemaname and p.tablename = t.tablename and policyname = 'ecosystem_app')
      loop
        execute format('create policy ecosystem_app on ${JOB_QUEUE_SCHEMA}.%I to ecosystem_app using (true) with check (true)', job_table.tablename);
      end loop;
    end $$`)
}

async function withLockedConnection<T>(
  ownerUrl: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withConnection(ownerUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
    return work(client) // the lock goes with the connection
  })
}

async function withConnection<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'ecosystem-migrate' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
