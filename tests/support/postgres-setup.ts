// One PostgreSQL for all database tests of a run, with one migrated database that each file copies.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import {
  startEmbeddedPostgres,
  sweepAbandonedClusters,
  throwAway,
  withClient,
} from '../../scripts/embedded-postgres.ts'
import { migrateUp } from '#src/platform/db/migrate.ts'

export interface TestPostgres {
  superuserUrl: string
  ownerUrl: string
  appUrl: string
  template: string
  logPath: string
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestPostgres
  }
}

const prefix = 'ecosystem-test-'
const template = 'ecosystem_template'

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepAbandonedClusters(os.tmpdir(), prefix)
  const directory = path.join(os.tmpdir(), `${prefix}${process.pid}`)
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  const server = await startEmbeddedPostgres({
    dataDir: path.join(directory, 'postgres'),
    database: template,
    settings: throwAway,
  })
  const stop = async () => {
    await server.stop()
    fs.rmSync(directory, { recursive: true, force: true })
  }
  try {
    await migrateUp(server.url('ecosystem_owner', template))
    await withClient(server.url('postgres', 'postgres'), (client) =>
      client.query(`alter database ${template} with is_template true allow_connections false`),
    )
  } catch (error) {
    await stop()
    throw error
  }
  project.provide('postgres', {
    superuserUrl: server.url('postgres', 'postgres'),
    ownerUrl: server.url('ecosystem_owner', template),
    appUrl: server.url('ecosystem_app', template),
    template,
    logPath: server.logPath,
  })
  return stop
}
