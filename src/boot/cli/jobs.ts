import { JOB_STATES, listJobs } from '#src/modules/operator/reads.ts'
import { retryJob } from '#src/modules/operator/retry-job.ts'
import { oneOf, sayTable, wholeNumber } from './arguments.ts'
import { say, Usage, type Given } from './command.ts'
import { withMarketplace } from './marketplace.ts'

export async function list(given: Given): Promise<void> {
  const state = oneOf(given, 'state', JOB_STATES)
  const limit = wholeNumber(given, 'limit')
  await withMarketplace(async (_, ctx) => {
    const { items } = await listJobs(ctx, { state, limit })
    sayTable(
      items.map((job) => [
        job.id,
        job.state,
        `${job.attempts}/${job.attemptsMax}`,
        job.runAt,
        job.task,
        job.lastError ?? '',
      ]),
      'The worker has nothing to do.',
    )
  })
}

export async function retry(given: Given): Promise<void> {
  const [jobId = ''] = given.args
  if (!/^\d{1,18}$/.test(jobId))
    throw new Usage(`"${jobId}" is not the number of a job; "jobs list" shows them.`)
  await withMarketplace(async (_, ctx) => {
    await retryJob(ctx, { jobId, reason: given.option('reason') ?? '' })
    say(`The worker runs job ${jobId} now.`)
  })
}
