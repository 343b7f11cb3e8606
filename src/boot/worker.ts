import { serve } from '@hono/node-server'
import { createApi } from '#src/http/app.ts'
import { healthRoutes } from '#src/http/health.ts'
import { metricsRoutes } from '#src/http/metrics.ts'
import { ANONYMOUS } from '#src/kernel/actor.ts'
import { ConfigInvalid, readConfig } from '#src/platform/config.ts'
import { runWorker } from '#src/platform/jobs/run.ts'
import { compose, describeSeams, type Composition } from './compose.ts'
import { composeJobs } from './jobs.ts'

const CONCURRENCY = 8
const STOP_MS_MAX = 20_000
const HOST = process.argv.includes('--public') ? '0.0.0.0' : '127.0.0.1'

async function work(): Promise<void> {
  const config = readConfig()
  const composition = compose(config, 'worker')
  const { db, clock, log } = composition
  const worker = await runWorker({
    db,
    config,
    clock,
    log,
    modules: composeJobs(composition),
    concurrency: CONCURRENCY,
  })
  const server = listen(composition)
  log.info({ seams: describeSeams(config) }, 'the worker is up')

  const stop = () => {
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
    server?.close()
    void worker
      .stop()
      .then(() => composition.close())
      .finally(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  await worker.finished
}

/** The worker calls Stripe more than anybody, and so has metrics to tell; it has no other reason to listen. */
function listen({ config, db, log, metrics, contextFor }: Composition) {
  if (config.WORKER_PORT === undefined) return null
  const api = createApi({
    log,
    contextFor,
    authenticate: () => Promise.resolve(ANONYMOUS),
    ownOrigins: [],
    routes: [],
    rawRoutes: [healthRoutes({ db }), metricsRoutes({ metrics, token: config.METRICS_TOKEN })],
  })
  return serve({ fetch: api.fetch, port: config.WORKER_PORT, hostname: HOST })
}

work().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigInvalid ? error.message : (error as Error).stack}\n`)
  process.exit(1)
})
