import { sql } from 'drizzle-orm'
import { Logger, run, type WorkerEvents } from 'graphile-worker'
import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { assert } from '#src/kernel/assert.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Ctx } from '../context.ts'
import type { Database } from '../db/database.ts'
import { writable, type Log } from '../log.ts'
import { DISPATCH_TASK } from '../outbox/emit.ts'
import { dispatchEvent, type Subscriptions } from '../outbox/dispatch.ts'
import { putAwayReplaced } from './put-away-replaced.ts'

/** Handles one job. It may be called again after a crash at any point, so a second run must be harmless. */
export type JobHandler = (ctx: Ctx, payload: JsonObject) => Promise<void>
export type Jobs = Readonly<Record<string, JobHandler>>

/** Work that falls due by time: looked for in the tables every so often, since the clock of a demo can be moved. */
export interface Sweep {
  readonly name: string
  readonly everyMs: number
  /** Handles what is due at ctx.now, in bounded batches; answers how many it handled, and runs again at once while that is not zero. */
  readonly run: (ctx: Ctx) => Promise<number>
}

/** What one module gives the worker. */
export interface ModuleJobs {
  readonly jobs: Jobs
  readonly sweeps: readonly Sweep[]
  readonly subscriptions: Subscriptions
}

export interface WorkerOptions {
  db: Database
  config: Config
  clock: Clock
  log: Log
  modules: readonly ModuleJobs[]
  concurrency: number
}

const HEARTBEAT_MS = 5_000
/** A worker silent for this long is dead: its jobs are given to others. graphile-worker alone would wait four hours. */
const DEAD_AFTER_SECONDS = 20
const SWEEP_ROUNDS_MAX = 200

/** Runs jobs, sweeps and the heartbeat until `stop`. */
export async function runWorker(
  options: WorkerOptions,
): Promise<{ stop: () => Promise<void>; finished: Promise<void> }> {
  const { db, config, clock, log, modules } = options
  const contextFor = (name: string): Ctx => ({
    db,
    config,
    log: log.child({ job: name }),
    now: clock.now(),
    actor: { kind: 'system', name },
    requestId: randomUUID(),
  })
  const subscriptions = mergeSubscriptions(modules)
  const jobs: Jobs = Object.fromEntries(modules.flatMap((module) => Object.entries(module.jobs)))
  const handlers: Jobs = {
    ...jobs,
    [DISPATCH_TASK]: (ctx, payload) =>
      dispatchEvent(ctx, String(payload['eventId']), subscriptions, async (task, news) => {
        const handle = jobs[task]
        assert(handle, `somebody handles ${task}`)
        await handle(contextFor(task), news)
      }),
  }
  const events: WorkerEvents = new EventEmitter()
  const lockOwners = collectLockOwners(events)
  const runner = await run({
    events,
    pgPool: db.$client,
    concurrency: options.concurrency,
    noHandleSignals: true,
    pollInterval: 1_000,
    parsedCronItems: [],
    noPreparedStatements: true,
    // Jobs come and go in batches: one look for several, one word that several are done.
    preset: {
      worker: {
        localQueue: { size: options.concurrency + 1 },
        completeJobBatchDelay: 5,
        failJobBatchDelay: 5,
      },
    },
    logger: new Logger(() => (level, message) => {
      if (level === 'error' || level === 'warning')
        log[level === 'error' ? 'error' : 'warn']({ queue: true }, message)
    }),
    taskList: Object.fromEntries(
      Object.entries(handlers).map(([task, handle]) => [
        task,
        async (payload: unknown) => {
          await handle(contextFor(task), payload as JsonObject).catch((error: unknown) => {
            throw writable(error) // the queue keeps what it said, and logs it
          })
        },
      ]),
    ),
  })
  const stopping = new AbortController()
  const loops = [
    repeat(HEARTBEAT_MS, stopping.signal, () => beat(db, [...lockOwners]), log),
    ...modules
      .flatMap((module) => module.sweeps)
      .map((sweep) =>
        repeat(sweep.everyMs, stopping.signal, () => sweepAll(sweep, contextFor, stopping.signal), log),
      ),
  ]
  return {
    finished: runner.promise,
    stop: async () => {
      stopping.abort()
      await runner.stop()
      await Promise.all(loops)
    },
  }
}

async function sweepAll(sweep: Sweep, contextFor: (name: string) => Ctx, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < SWEEP_ROUNDS_MAX && !signal.aborted; round += 1) {
    if ((await sweep.run(contextFor(sweep.name))) === 0) return
  }
}

function mergeSubscriptions(modules: readonly ModuleJobs[]): Subscriptions {
  const merged: Record<string, string[]> = {}
  for (const { subscriptions } of modules) {
    for (const [event, tasks] of Object.entries(subscriptions)) (merged[event] ??= []).push(...tasks)
  }
  return merged
}

/** Calls `work` now and every `everyMs` until the signal; a failure is logged and the next round tries again. */
async function repeat(
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
  log: Log,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work()
    } catch (error) {
      log.error({ error }, 'a round of periodic work failed')
    }
    await waitFor(everyMs, signal)
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** The names under which this process locks jobs: its workers, and the pool where a local queue fetches for them. */
function collectLockOwners(events: WorkerEvents): Set<string> {
  const owners = new Set<string>()
  events.on('pool:create', ({ workerPool }) => owners.add(workerPool.id))
  events.on('worker:create', ({ worker }) => owners.add(worker.workerId))
  events.on('worker:stop', ({ worker }) => owners.delete(worker.workerId))
  return owners
}

/** Says that this process's workers are alive, and takes jobs away from workers that have stopped saying so. Uses the database's clock. */
async function beat(db: Database, alive: readonly string[]): Promise<void> {
  await db.execute(sql`
    insert into worker_heartbeats (worker_id, seen_at) select unnest(${sql.param(alive)}::text[]), now()
    on conflict (worker_id) do update set seen_at = excluded.seen_at`)
  await db.execute(sql`
    with dead as (
      select distinct j.locked_by from graphile_worker.jobs j
      left join worker_heartbeats h on h.worker_id = j.locked_by
      where j.locked_by is not null and j.locked_at < now() - make_interval(secs => ${DEAD_AFTER_SECONDS})
        and (h.seen_at is null or h.seen_at < now() - make_interval(secs => ${DEAD_AFTER_SECONDS})))
    select graphile_worker.force_unlock_workers(array_agg(locked_by)) from dead having count(*) > 0`)
  await putAwayReplaced(db)
  await db.execute(sql`delete from worker_heartbeats where seen_at < now() - interval '1 day'`)
}
