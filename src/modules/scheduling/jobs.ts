import { z } from 'zod'
import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { refreshBusyFeed, sweepBusyFeeds } from './busy-feeds/refresh-busy-feed.ts'
import { REFRESH_TASK } from './busy-feeds/subscribe-busy-feed.ts'
import { sweepOpenings } from './openings/refresh-openings.ts'
import type { BusyFeedId } from './tables.ts'

const SWEEP_EVERY_MS = 30_000
/** Until then searches ask the slot engine about more calendars than they need to. */
const REFRESH_EVERY_MS = 1_000
const payloadSchema = z.object({ feedId: z.uuid() })

export function schedulingJobs(): ModuleJobs {
  return {
    jobs: {
      [REFRESH_TASK]: (ctx, payload) =>
        refreshBusyFeed(ctx, payloadSchema.parse(payload).feedId as BusyFeedId),
    },
    sweeps: [
      { name: 'scheduling.busy-feeds', everyMs: SWEEP_EVERY_MS, run: sweepBusyFeeds },
      { name: 'scheduling.openings', everyMs: REFRESH_EVERY_MS, run: sweepOpenings },
    ],
    subscriptions: {},
  }
}
