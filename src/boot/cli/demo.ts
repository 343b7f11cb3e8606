import { readConfig, type Config } from '#src/platform/config.ts'
import { openDatabase } from '#src/platform/db/database.ts'
import { readSeedProgress, type SeedProgress } from '../seed-progress.ts'
import { Failed, say, Usage, type Given } from './command.ts'

export async function seed(given: Given): Promise<void> {
  const scale = given.option('scale')
  if (scale !== 'full' && scale !== 'small') throw new Usage('--scale is full or small.')
  const config = readConfig()
  if (!config.DEMO_MODE) throw new Failed('Demo data is for demonstrations only: DEMO_MODE is not 1 here.')
  // Looked at before anything else is loaded: at the second start of a marketplace this is all that happens.
  const progress = await lookAt(config)
  if (progress === 'done') return say('Demo data is there already.')
  // What people have put in themselves is worth more than a demonstration: `npm start` goes on without.
  if (progress === 'strange')
    return say('There are providers or bookings here already; no demo data is added to them.')

  const from = performance.now()
  const [{ seedDemo }, { withMarketplace }] = await Promise.all([
    import('../seed-demo.ts'),
    import('./marketplace.ts'),
  ])
  await withMarketplace(
    (composition) => seedDemo(composition, progress, { scale, say }),
    withoutSyncing(config),
  )
  say(`Demo data is there (${((performance.now() - from) / 1_000).toFixed(1)} s).`)
}

/** A power cut may take the last moments of a demonstration's past; the disk need not be waited for. A pooler knows no such setting. */
function withoutSyncing(config: Config): Config {
  if (config.DATABASE_POOLER !== 'none') return config
  const url = new URL(config.DATABASE_URL)
  url.searchParams.set('options', '-c synchronous_commit=off')
  return { ...config, DATABASE_URL: url.href }
}

async function lookAt(config: Config): Promise<SeedProgress> {
  const onIdleError = () => undefined // it is closed a moment later
  const db = openDatabase({
    url: config.DATABASE_URL,
    poolMax: 1,
    direct: false,
    applicationName: 'ecosystem-cli',
    onIdleError,
  })
  try {
    return await readSeedProgress(db)
  } finally {
    await db.$client.end()
  }
}
