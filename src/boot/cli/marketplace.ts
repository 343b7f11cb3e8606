import { readConfig, type Config } from '#src/platform/config.ts'
import type { Ctx } from '#src/platform/context.ts'
import { compose, type Composition } from '../compose.ts'

/** Runs `work` with the marketplace composed as everywhere, on behalf of whoever sits at the terminal. */
export async function withMarketplace(
  work: (composition: Composition, ctx: Ctx) => Promise<void>,
  config: Config = readConfig(),
): Promise<void> {
  const composition = compose({ ...config, LOG_LEVEL: 'warn' }, 'cli')
  try {
    await work(composition, composition.contextFor({ kind: 'system', name: 'command line' }))
  } finally {
    await composition.close()
  }
}
