import { serve } from '@hono/node-server'
import { sql } from 'drizzle-orm'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { chooseProviders, readCast, type CastService } from '#src/demo/cast.ts'
import { openTestAccount } from '#src/demo/open-test-account.ts'
import { addOwners, addPeople, type Person } from '#src/demo/people.ts'
import { openStage, type Told } from '#src/demo/play-stories.ts'
import { seedDemoProviders } from '#src/demo/providers.ts'
import { seededRandom } from '#src/demo/random.ts'
import { HISTORY_DAYS, tellStories } from '#src/demo/stories.ts'
import type { Actor } from '#src/kernel/actor.ts'
import { assert } from '#src/kernel/assert.ts'
import type { UserId } from '#src/kernel/ids.ts'
import { isBefore, Temporal } from '#src/kernel/time.ts'
import { createAccounts, users, type Accounts } from '#src/modules/identity/index.ts'
import { getTrialBalances } from '#src/modules/ledger/reads.ts'
import type { MovableClock } from '#src/platform/clock.ts'
import type { Ctx } from '#src/platform/context.ts'
import { runWorker, type ModuleJobs } from '#src/platform/jobs/run.ts'
import { composeApi, type ComposedApi } from './api.ts'
import type { Composition } from './compose.ts'
import { composeJobs } from './jobs.ts'
import { noteSeedProgress, type SeedProgress } from './seed-progress.ts'

// The demonstration's past: three weeks of it, lived through by the real marketplace in some seconds. The clock of the
// demonstration begins three weeks ago and is moved on step by step; at each step people book, pay, cancel and review
// through the same verbs as on the site, and the worker does what falls due.

const SEED = 20_261_122
const PASSWORD = 'ecosystem-demo'
const SIGN_INS = {
  customer: { name: 'Casey Rivers', email: 'customer@demo.test' },
  provider: { name: 'Willa Stone', email: 'provider@demo.test' },
  operator: { name: 'Omar Keller', email: 'operator@demo.test' },
} as const
const CUSTOMERS = 40
const PROVIDERS_WITH_CUSTOMERS = 44
const WORKERS = 4
const POLL_MS = 10
/** Work that does not end by itself is a mistake; the seed stops and says so. */
const DRAIN_MS_MAX = 60_000
const ROUNDS_MAX = 20
const PROGRESS_EVERY = 30 // bookings

export interface SeedOptions {
  scale?: 'full' | 'small'
  say?: (line: string) => void
}

/**
 * Fills an empty marketplace with people, providers and bookings in every state; where `progress` says that an earlier run was
 * cut off, it goes on from there.
 */
export async function seedDemo(
  composition: Composition,
  progress: Extract<SeedProgress, 'nothing' | 'begun'>,
  { scale = 'full', say = () => {} }: SeedOptions = {},
): Promise<void> {
  const { config, db, movableClock: clock } = composition
  assert(config.DEMO_MODE, 'demo data is for demonstrations')
  if (!clock || !config.STRIPE_API_BASE) return seedPresent(composition, say)

  const present = Temporal.Now.instant()
  if (progress === 'nothing') {
    clock.restartAt(present.subtract({ hours: 24 * HISTORY_DAYS }))
    await noteSeedProgress(system(composition), 'demo.seed_begun')
  }
  const resumedAt = clock.now()
  const composed = composeApi(composition)
  const closeDoor = await openDoor(composition, composed)
  const modules = composeJobs(composition)
  const worker = await runWorker({
    ...composition,
    modules: modules.map((each) => ({ ...each, sweeps: [] })),
    concurrency: WORKERS,
  })
  const passTime = () => settle(composition, modules)
  try {
    const ctx = system(composition)
    const people = await signUpPeople(composition, createAccounts(composition))
    const made = await seedDemoProviders(ctx, {
      ownerEmail: SIGN_INS.provider.email,
      openPayoutAccount: openTestAccount(composition.gateway),
    })
    say(`${made.providers} providers, ${made.payoutAccountsReady} of them can be paid`)

    const everyone = await readCast(db)
    const chosen = new Set(chooseProviders(everyone, seededRandom(SEED), PROVIDERS_WITH_CUSTOMERS))
    await addOwners(ctx, [...chosen])
    const cast = (await readCast(db)).filter(({ providerId, showcase }) => showcase || chosen.has(providerId))
    const stage = openStage(
      {
        ...composition,
        ...people,
        seed: SEED,
        present,
        cast,
        everyone,
        contextFor: (actor: Actor) => composition.contextFor(actor),
      },
      tellStories(seededRandom(SEED), { scale, hourAtShowcase: hourAtShowcase(cast, present) }),
    )
    if (progress === 'begun') stage.skipBefore(resumedAt)

    let told = 0
    for (const moment of moments(present)) {
      if (isBefore(moment, clock.now())) continue
      await beginAndEnd(composition, clock, modules, moment)
      clock.moveTo(moment)
      await passTime()
      await stage.actUntil(moment)
      await drain(composition)
      if (stage.told.booked >= told + PROGRESS_EVERY)
        say(`${(told = stage.told.booked)} bookings, up to ${moment.toString().slice(0, 10)}`)
    }
    clock.moveTo(Temporal.Now.instant())
    await passTime()
    await passTime() // what has just ended may be due for something else already
    await finish(composition, stage.told, say)
  } finally {
    await worker.stop()
    await closeDoor()
  }
}

function system({ contextFor }: Composition): Ctx {
  return contextFor({ kind: 'system', name: 'demo seed' })
}

/** Where time cannot be moved, or Stripe itself is asked, there is no past to be lived: people and providers only. */
async function seedPresent(composition: Composition, say: (line: string) => void): Promise<void> {
  const ctx = system(composition)
  await signUpPeople(composition, createAccounts(composition))
  const made = await seedDemoProviders(ctx, { ownerEmail: SIGN_INS.provider.email })
  await noteSeedProgress(ctx, 'demo.seed_finished')
  say(
    `${made.providers} providers, and no bookings: those need the Stripe sandbox and a clock that can be moved.`,
  )
}

/** The API where the site will be, so that the payment company's webhooks are heard. If the site is up already, it hears them. */
async function openDoor({ config }: Composition, { api }: ComposedApi): Promise<() => Promise<void>> {
  const server = serve({ fetch: api.fetch, port: config.PORT, hostname: '127.0.0.1' })
  const listening = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ])
  if (!listening) return async () => {}
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
}

async function signUpPeople(
  composition: Composition,
  accounts: Accounts,
): Promise<{ customers: Person[]; demoCustomer: Person }> {
  const ctx = system(composition)
  const customers = await addPeople(ctx, 'customers', CUSTOMERS)
  await Promise.all(Object.values(SIGN_INS).map((person) => signUp(ctx, accounts, person)))
  const since = ctx.now.toString()
  await ctx.db.execute(sql`
    update users set email_verified = true, created_at = ${since}, time_zone = 'America/Toronto',
      operator_role = case when email = ${SIGN_INS.operator.email} then 'admin' end
    where email in (${sql.join(
      Object.values(SIGN_INS).map(({ email }) => sql`${email}`),
      sql`, `,
    )})`)
  const [row] = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(sql`email = ${SIGN_INS.customer.email}`)
  assert(row, 'the demo customer has signed up')
  return {
    customers,
    demoCustomer: { ...SIGN_INS.customer, userId: row.id satisfies UserId, timeZone: 'America/Toronto' },
  }
}

async function signUp(
  { db }: Ctx,
  accounts: Accounts,
  { name, email }: { name: string; email: string },
): Promise<void> {
  const known = await db
    .select({ id: users.id })
    .from(users)
    .where(sql`email = ${email}`)
  if (known.length === 0) await accounts.api.signUpEmail({ body: { name, email, password: PASSWORD } })
}

/** When the clock stops on its way to the present: three times a day at no particular hour, and more often at the end. */
function moments(present: Temporal.Instant): Temporal.Instant[] {
  const random = seededRandom(SEED)
  const hours: number[] = []
  for (let at = -24 * HISTORY_DAYS + 2; at < -26; at += 7 + random.next() * 4) hours.push(at)
  return [...hours, -25, -19, -15, -12, -9.5, -7, -5, -3.4, -2.2, -1.3, -0.7, -0.3, 0].map((hour) =>
    present.add({ seconds: Math.round(hour * 3_600) }),
  )
}

const MOVE_DUE = 'bookings.move-due'

/** Up to the next stop, each booking begins and ends at its own time, as it would with a worker that never sleeps. */
async function beginAndEnd(
  { db, contextFor }: Composition,
  clock: MovableClock,
  modules: readonly ModuleJobs[],
  until: Temporal.Instant,
): Promise<void> {
  const sweep = modules.flatMap((module) => module.sweeps).find(({ name }) => name === MOVE_DUE)
  assert(sweep, 'there is a sweep that begins and ends bookings')
  for (;;) {
    const { rows } = await db.execute<{ at: string | null }>(sql`
      select min(next_due_at) as at from bookings
      where state <> 'held' and next_due_at > ${clock.now().toString()} and next_due_at < ${until.toString()}`)
    const at = rows[0]?.at
    if (!at) return
    clock.moveTo(Temporal.Instant.from(at))
    await sweep.run(contextFor({ kind: 'system', name: MOVE_DUE }))
  }
}

function hourAtShowcase(cast: readonly CastService[], present: Temporal.Instant): number {
  const showcase = cast.find((service) => service.showcase)
  assert(showcase, 'there is a showcase')
  const there = present.toZonedDateTimeISO(showcase.timeZone)
  return there.since(there.startOfDay()).total({ unit: 'hours' })
}

/** Everything that is due is done, and what follows from it, until nothing more follows. */
async function settle(composition: Composition, modules: readonly ModuleJobs[]): Promise<void> {
  let sweeps = modules.flatMap((module) => module.sweeps)
  for (let round = 0; round < ROUNDS_MAX && sweeps.length > 0; round += 1) {
    const handled = await Promise.all(
      sweeps.map(({ name, run }) => run(composition.contextFor({ kind: 'system', name }))),
    )
    sweeps = sweeps.filter((_, index) => handled[index] !== 0)
    await drain(composition)
  }
}

/** Waits for the queue to be empty, but for jobs that failed and wait for their next try. */
async function drain({ db }: Composition): Promise<void> {
  const until = performance.now() + DRAIN_MS_MAX
  for (;;) {
    const { rows } = await db.execute<{ busy: boolean }>(sql`
      select exists (select from graphile_worker.jobs where locked_at is not null or (run_at <= now() and attempts < max_attempts)) as busy`)
    if (!rows[0]?.busy) return
    if (performance.now() > until)
      throw new Error('The background work of the demo data does not come to an end.')
    await delay(POLL_MS)
  }
}

async function finish(composition: Composition, told: Told, say: (line: string) => void): Promise<void> {
  const { db } = composition
  const { rows } = await db.execute<{ state: string; count: number }>(
    sql`select state, count(*)::int as count from bookings group by state order by count desc`,
  )
  const balances = await getTrialBalances(db)
  assert(
    balances.every(({ differenceMinor }) => differenceMinor === 0n),
    'the ledger adds up',
  )
  await noteSeedProgress(system(composition), 'demo.seed_finished')
  say(
    `${told.booked} bookings: ${rows.map(({ state, count }) => `${count} ${state.replaceAll('_', ' ')}`).join(', ')}`,
  )
  say(`left out: ${[...told.refused].map(([code, count]) => `${count} ${code}`).join(', ') || 'nothing'}`)
}
