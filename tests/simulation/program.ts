// Runs a program against a world of its own, holds the invariants against it after each step, and makes a program that fails
// as short as it can.
import { sql } from 'drizzle-orm'
import { seededRandom } from '#src/demo/random.ts'
import { findDrift, findViolations } from '#tests/invariants/check.ts'
import { beginStory, carryAllLetters, takeStep, writeProgram, type Step, type Story } from './steps.ts'
import { OFFERS, openWorld, RETRY_SECONDS, type prepareWorlds } from './world.ts'

type Prepared = Awaited<ReturnType<typeof prepareWorlds>>

export interface Failure {
  readonly seed: number
  readonly steps: readonly Step[]
  /** What happened, step by step. */
  readonly log: readonly string[]
  readonly wrong: readonly unknown[]
}

/** Promises with a time limit hold while the worker works. */
const NEEDS_A_WORKER = new Set(['I-22', 'I-23'])
const REST_ROUNDS_MAX = 15
const RECONCILIATIONS_MAX = 5

export const programOf = (seed: number, length: number): Step[] => writeProgram(seededRandom(seed), length)

/** @returns null when every promise was kept, on the way and at the end. */
export async function runProgram(
  prepared: Prepared,
  seed: number,
  steps: readonly Step[],
): Promise<Failure | null> {
  const world = await openWorld(prepared)
  const log: string[] = []
  const failed = (wrong: readonly unknown[]) => (wrong.length > 0 ? { seed, steps, log, wrong } : null)
  try {
    const story = beginStory(world)
    for (const [index, step] of steps.entries()) {
      log.push(`${index + 1}. ${await takeStep(story, step)}`)
      const failure = failed(await brokenPromises(story))
      if (failure) return failure
      world.pass({ seconds: 1 })
    }
    log.push('and then everything comes to rest')
    return failed(await comeToRest(story))
  } catch (error) {
    return { seed, steps, log, wrong: [error] }
  } finally {
    await world.close()
  }
}

async function brokenPromises(story: Story): Promise<unknown[]> {
  const { world } = story
  const violations = await findViolations(world.owner, { now: world.now() })
  return [
    ...violations.filter(({ invariant }) => story.caughtUp || !NEEDS_A_WORKER.has(invariant)),
    ...(await brokenWords(story)),
    ...story.complaints,
  ]
}

/** I-24 and I-17: what somebody was told with a 2xx is so. */
async function brokenWords({ world, told, taken }: Story): Promise<string[]> {
  const { rows: bookings } = await world.owner.execute<{ id: string; state: string }>(
    sql`select id, state from bookings`,
  )
  const states = new Map(bookings.map(({ id, state }) => [id, state]))
  const { rows: inbox } = await world.owner.execute<{ id: string }>(sql`select id from webhook_events`)
  const stored = new Set(inbox.map(({ id }) => id))
  return [
    ...told
      .filter(({ bookingId, cancelled }) => {
        const state = states.get(bookingId)
        return state === undefined || (cancelled && state !== 'cancelled')
      })
      .map((each) => `somebody was told ${JSON.stringify(each)}, and it is ${states.get(each.bookingId)}`),
    ...[...taken]
      .filter((id) => !stored.has(id))
      .map((id) => `event ${id} was answered with 200 and is lost`),
  ]
}

/** Trouble ends, letters arrive, jobs and sweeps run, and the days pass until everybody has what is theirs. */
async function comeToRest(story: Story): Promise<unknown[]> {
  const { world } = story
  await world.clearFaults()
  for (const { accountId } of world.providers) await world.byHand(accountId, 'restore')
  await world.byHand('platform', 'allow-debits')
  for (const currency of new Set(OFFERS.map((offer) => offer.currency.toLowerCase())))
    await world.byHand('platform', 'top-up', { currency, amount: '1000' })
  await rest(story)
  const { rows } = await world.owner.execute<{ seconds: string | null }>(
    sql`select extract(epoch from max(ends_at) - ${world.now().toString()}::timestamptz)::text as seconds from bookings`,
  )
  // In steps, so that each booking begins and ends before escrow is counted.
  for (const seconds of [Math.max(0, Number(rows[0]?.seconds ?? 0)) + 60, (7 * 24 + 1) * 3_600]) {
    world.pass({ seconds: Math.ceil(seconds) })
    await rest(story)
  }
  for (let day = 0; day < RECONCILIATIONS_MAX; day += 1) {
    await decideWhatWaits(story)
    world.pass({ hours: 36 })
    await rest(story)
    if (day > 0 && (await openDifferences(story)).length === 0 && (await whatWaits(story)).length === 0) break
  }
  return [
    ...(await findViolations(world.owner, { now: world.now(), settled: true })),
    ...(await findDrift(world.owner, world.process().composition.gateway)),
    ...(await openDifferences(story)).map((difference) => ({ difference })),
    ...(await brokenWords(story)),
    ...story.complaints,
  ]
}

/** Until no letter and no job is left. */
async function rest(story: Story): Promise<void> {
  const { world } = story
  world.pass({ seconds: RETRY_SECONDS })
  for (let round = 0; round < REST_ROUNDS_MAX; round += 1) {
    await world.hastenJobs()
    await world.runSweeps()
    await world.runJobs()
    await world.collectLetters()
    const { rows } = await world.owner.execute(sql`
      select 1 from graphile_worker.jobs where attempts < max_attempts limit 1`)
    if (world.letters.length === 0 && rows.length === 0) return
    await carryAllLetters(story)
    if (rows.length > 0) world.pass({ seconds: RETRY_SECONDS })
  }
}

const whatWaits = async ({ world }: Story) =>
  (
    await world.owner.execute<{ id: string }>(
      sql`select id from payouts where status = 'failed' or attempt_due_at <= ${world.now().toString()}::timestamptz`,
    )
  ).rows

/** An operator looks at what was given up. */
async function decideWhatWaits(story: Story): Promise<void> {
  const asking = { cookie: story.world.people.operator.cookie }
  for (const { id } of await whatWaits(story))
    await story.world.ask('POST', `/payouts/${id}/attempts`, { reason: 'All is well again' }, asking)
  await rest(story)
}

async function openDifferences({ world }: Story): Promise<unknown[]> {
  const { rows } = await world.owner.execute(
    sql`select kind, object_id, booking_id, expected_minor, actual_minor from reconciliation_differences where resolved_at is null`,
  )
  return rows
}

/** Leaves out steps while it still fails in the same way, for as long as there is time. */
export async function shrink(prepared: Prepared, failure: Failure, milliseconds: number): Promise<Failure> {
  const until = performance.now() + milliseconds
  let best = failure
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < best.steps.length && performance.now() < until;) {
      const shorter = best.steps.toSpliced(start, size)
      const again = await runProgram(prepared, best.seed, shorter)
      if (again && nameOf(again) === nameOf(best)) best = again
      else start += size
    }
  }
  return best
}

/** Two failures are one when the same promise is broken first. */
function nameOf({ wrong }: Failure): string {
  const [first] = wrong
  if (typeof first === 'object' && first !== null && 'promise' in first) return String(first.promise)
  if (first instanceof Error) return first.message
  return typeof first === 'string' ? first.replaceAll(/[0-9a-f-]{36}/g, '…') : 'a difference'
}

export function describeFailure({ seed, log, wrong, steps }: Failure): string {
  const shown = wrong.map((each) =>
    each instanceof Error ? (each.stack ?? each.message) : JSON.stringify(each, bigintsAsText, 2),
  )
  return [`seed ${seed}, ${steps.length} steps`, ...log, ...shown].join('\n')
}

const bigintsAsText = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
