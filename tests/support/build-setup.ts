// Tests of whole marketplaces run the built site, as people do; it is built once, and only when its sources changed.
import path from 'node:path'
import { buildSite, isBuilt } from '../../scripts/build.ts'
import { makeSecrets, environmentFor } from '../../scripts/environment.ts'
import { repository } from '../../scripts/processes.ts'

export default async function setup(): Promise<void> {
  const places = {
    databaseUrl: 'postgresql://unused',
    databaseOwnerUrl: 'postgresql://unused',
    port: 3000,
    stripePort: 1,
    dataDir: '.data',
  }
  const env = environmentFor(makeSecrets(), places, process.env)
  if (!isBuilt(env)) await buildSite(env, path.join(repository, '.data/logs/build.log'))
}
