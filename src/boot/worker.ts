import { ConfigInvalid, readConfig } from '#src/platform/config.ts'
import { runWorker } from '#src/platform/jobs/run.ts'
import { compose, describeSeams } from './compose.ts'
import { composeJobs } from './jobs.ts'

const CONCURRENCY = 8
const STOP_MS_MAX = 20_000
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
  log.info({ seams: describeSeams(config) }, 'the worker is up')

  const stop = () => {
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
    void worker
      .stop()
      .then(() => composition.close())
      .finally(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  await worker.finished
}

work().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigInvalid ? error.message : (error as Error).stack}\n`)
  process.exit(1)
})
