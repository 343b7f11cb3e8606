import type { ModuleJobs } from '#src/platform/jobs/run.ts'
import { sealNextDay } from './seal-days.ts'

const SEAL_EVERY_MS = 600_000

export function ledgerJobs(): ModuleJobs {
  return {
    jobs: {},
    sweeps: [{ name: 'ledger.seal-days', everyMs: SEAL_EVERY_MS, run: sealNextDay }],
    subscriptions: {},
  }
}
