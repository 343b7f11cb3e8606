import { readConfig } from '#src/platform/config.ts'
import { migrateDown, migrateUp, migrationStatus } from '#src/platform/db/migrate.ts'
import { say, Usage, type Given } from './command.ts'

export async function migrate(): Promise<void> {
  const applied = await migrateUp(ownerUrl())
  say(
    applied.length === 0
      ? 'The database is up to date.'
      : applied.map((name) => `applied ${name}`).join('\n'),
  )
}

export async function printStatus(): Promise<void> {
  for (const { name, state, appliedAt, durationMs } of await migrationStatus(ownerUrl())) {
    say(`${state.padEnd(8)} ${name}${appliedAt ? `  ${appliedAt.toISOString()}  ${durationMs} ms` : ''}`)
  }
}

export async function rollBack(given: Given): Promise<void> {
  const steps = Number(given.option('steps'))
  if (!Number.isInteger(steps) || steps < 1) throw new Usage('--steps is a whole number from 1')
  if (!given.has('destroys')) {
    throw new Usage(
      'Taking back a migration destroys the data in what it made. Say --destroys if you mean it.',
    )
  }
  const undone = await migrateDown(ownerUrl(), steps)
  say(undone.map((name) => `took back ${name}`).join('\n') || 'There was nothing to take back.')
}

export function printConfig(): void {
  const config = readConfig()
  say(`The configuration is complete: ${Object.keys(config).length} settings, ${config.NODE_ENV} mode.`)
}

function ownerUrl(): string {
  const config = readConfig()
  return config.DATABASE_OWNER_URL ?? config.databaseDirectUrl
}
