// Web, worker and sandbox are killed at any moment while people book, pay, move and cancel; what they were told with a
// 2xx is true afterwards. CRASH_SECONDS=600 for a long run, CRASH_SEED=… to see the same order of deaths again.
import { randomInt, randomUUID } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { seededRandom } from '#src/demo/random.ts'
import { Temporal } from '#src/kernel/time.ts'
import { fileClock } from '#src/platform/clock.ts'
import { findDrift, findViolations } from '#tests/invariants/check.ts'
import { fullHourIn, makeProvider, type MadeProvider } from '#tests/support/factories.ts'
import { startMailServer } from '#tests/support/mail-server.ts'
import { gatewayOf, openOwner, startMarketplace } from '#tests/support/marketplace.ts'
import { openReadyAccount } from '#tests/support/money.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { act, eventually, hold, look, type Said } from '#tests/support/people.ts'

const SECONDS = Number(process.env['CRASH_SECONDS'] ?? 30)
const SEED = Number(process.env['CRASH_SEED'] ?? randomInt(1_000_000_000))
const PEOPLE = 6
const PROVIDERS = 4
const VICTIMS = ['web-1', 'web-2', 'worker', 'sandbox'] as const
/** A dead worker's jobs are taken over after 20 s, and those that failed meanwhile wait for their next try. */
const REST_SECONDS_MAX = 120
const LONG_MS = (SECONDS + 6 * REST_SECONDS_MAX) * 1_000

// A mail server of its own: the embedded mailbox is one table with the mail's id as its key, where nothing can be twice.
const mail = await startMailServer({ thinksMs: 100 })
const market = await startMarketplace({
  webProcesses: 2,
  env: { SERVE_PAGES: '0', LOG_LEVEL: 'warn', MAILER: 'smtp', SMTP_URL: mail.url },
})
const owner = openOwner(market, 'crash')
const gateway = gatewayOf(market)
const clock = fileClock(market.clockFile)
afterAll(async () => {
  await owner.$client.end()
  await market.stop()
  await mail.stop()
})

const random = seededRandom(SEED)

/** What somebody was told with a 2xx. Only what they were told last must still be so; anything before was so then. */
interface Told {
  readonly id: string
  readonly key: string
  /** One; two where a move was never answered: then it is at the one or at the other. */
  startsAt: readonly string[]
  paid: boolean
  cancelled: 'yes' | 'no' | 'perhaps'
}
const told = new Map<string, Told>()
/** When the worker died, on the clock of this machine. */
const deathsOfWorker: number[] = []
const counts = { held: 0, paid: 0, moved: 0, cancelled: 0, unanswered: 0, kills: 0 }
let loadIsOver = false

describe(`with processes killed at random for ${SECONDS} s, seed ${SEED}`, () => {
  it(
    'people go on booking',
    async () => {
      const providers = await Promise.all(Array.from({ length: PROVIDERS }, payableProvider))
      const people = Array.from({ length: PEOPLE }, (_, index) => live(providers, index))
      const until = performance.now() + SECONDS * 1_000
      // Somebody may die while another is not yet up again, but never everybody at once: then nothing would happen.
      const comingBack = new Map<string, Promise<void>>()
      while (performance.now() < until) {
        await untilSomethingHappens()
        const alive = VICTIMS.filter((name) => !comingBack.has(name))
        const victim = random.pick(alive)
        await market.kill(victim)
        if (victim === 'worker') deathsOfWorker.push(performance.now())
        counts.kills += 1
        comingBack.set(
          victim,
          market.restart(victim).then(() => void comingBack.delete(victim)),
        )
        if (comingBack.size >= VICTIMS.length / 2) await Promise.race(comingBack.values())
      }
      await Promise.all(comingBack.values())
      loadIsOver = true
      await Promise.all(people)
      process.stdout.write(
        `crash: seed ${SEED}, ${Object.entries(counts)
          .map(([what, count]) => `${count} ${what}`)
          .join(', ')}\n`,
      )
      expect(counts.kills).toBeGreaterThan(3)
      expect(counts.paid).toBeGreaterThan(5)
    },
    LONG_MS,
  )

  it(
    'everything comes to rest, and is in order',
    async () => {
      await expectRestInOrder()
    },
    LONG_MS,
  )

  it('each booking that was confirmed to somebody is there, as it was told', async () => {
    const wrong: string[] = []
    for (const each of told.values()) {
      const { status, body } = await look(market.url, each.id, each)
      if (status !== 200) wrong.push(`${each.id}: ${status}`)
      else if (each.cancelled === 'yes' && body.state !== 'cancelled')
        wrong.push(`${each.id} was cancelled and is ${body.state}`)
      else if (each.cancelled === 'no' && body.state === 'cancelled')
        wrong.push(`${each.id} is cancelled, and nobody asked`)
      else if (!each.startsAt.includes(body.startsAt))
        wrong.push(`${each.id} was at ${each.startsAt.join(' or ')} and is at ${body.startsAt}`)
      else if (each.paid && !['confirmed', 'in_progress', 'completed', 'cancelled'].includes(body.state))
        wrong.push(`${each.id} was paid and is ${body.state}`)
    }
    expect(wrong).toEqual([])
  })

  it(
    'after the day of payout each provider has got their money once, and nobody anything twice',
    async () => {
      const { rows } = await owner.$client.query<{ last: Date }>('select max(ends_at) as last from bookings')
      const last = Temporal.Instant.fromEpochMilliseconds(rows[0]?.last.getTime() ?? 0)
      // In steps, so that each booking begins and ends before escrow is counted.
      for (const step of [last.add({ minutes: 1 }), last.add({ hours: 24 * 7 + 1 })]) {
        clock.moveTo(step)
        await expectRestInOrder()
      }
      const payouts = await owner.$client.query<{ status: string; count: number }>(
        'select status, count(*)::int as count from payouts group by status',
      )
      expect(payouts.rows.map(({ status }) => status)).toEqual(['paid'])
      await expectNothingTwiceAtStripe()
    },
    LONG_MS,
  )

  it('each mail arrived that is said to be sent, and none again unless the worker had died with it in hand', async () => {
    const { rows } = await owner.$client.query<{ id: string; to: string; status: string; attempts: number }>(
      'select id, recipient_email as to, status, attempts from mails',
    )
    const known = new Map(rows.map((row) => [row.id, row]))
    const wrong = rows
      .filter(({ id, status }) => status === 'sent' && !mail.delivered.has(id))
      .map(({ id }) => `${id} is sent and did not arrive`)
    let again = 0
    for (const [id, copies] of mail.delivered) {
      const row = known.get(id)
      if (!row) wrong.push(`${id} arrived, and nobody was promised it`)
      else if (copies.some(({ to }) => to !== row.to)) wrong.push(`${id} arrived at somebody else`)
      else if (copies.length > row.attempts) wrong.push(`${id} arrived more often than it was sent`)
      for (const [index, { at }] of copies.entries()) {
        const next = copies[index + 1]
        if (!next) continue
        again += 1
        // What send-mail.ts promises: only a sender that died between handing it over and writing that down sends again.
        if (!deathsOfWorker.some((death) => at <= death && death <= next.at))
          wrong.push(`${id} arrived again, and the worker lived`)
      }
    }
    process.stdout.write(`crash: ${mail.delivered.size} mails arrived, ${again} of them again\n`)
    expect(mail.delivered.size).toBeGreaterThan(counts.paid)
    expect(wrong).toEqual([])
  })

  it('no process complained of a bug', () => {
    for (const name of ['web-1', 'web-2', 'worker'])
      expect(market.log(name)).not.toMatch(/AssertionFailed|TypeError|RangeError|"code":"bug"/)
    expect(market.log('postgres')).not.toMatch(/deadlock detected|PANIC/)
  })
})

async function payableProvider(): Promise<MadeProvider> {
  const provider = await makeProvider(owner, { payoutAccountId: null })
  const account = await openReadyAccount({ gateway }, provider.providerId)
  await owner.$client.query(
    'update providers set payout_account_id = $1, payout_account_ready = true where id = $2',
    [account, provider.providerId],
  )
  return provider
}

/** Between two deaths some people must have got an answer, so that there is something to lose. */
async function untilSomethingHappens(): Promise<void> {
  const before = counts.held + counts.paid + counts.moved + counts.cancelled
  const wanted = random.between(1, 12)
  await eventually('somebody to be answered', 30, () =>
    Promise.resolve(counts.held + counts.paid + counts.moved + counts.cancelled >= before + wanted),
  )
}

/** One person: books, pays, and then keeps it, moves it or cancels it; again and again. */
async function live(providers: readonly MadeProvider[], index: number): Promise<void> {
  let turn = 0
  while (!loadIsOver) {
    turn += 1
    const provider = providers[(index + turn) % providers.length]
    if (!provider) return
    const startsAt = () => fullHourIn(26 + random.between(0, 900), clock.now())
    const wanted = { serviceId: provider.serviceId, startsAt: startsAt() }
    const held = await insist((url, idempotencyKey) => hold(url, wanted, { idempotencyKey }))
    if (held?.status !== 201) continue
    const booking: Told = {
      id: held.body.booking.id,
      key: held.body.guestKey,
      startsAt: [held.body.booking.startsAt],
      paid: false,
      cancelled: 'no',
    }
    told.set(booking.id, booking)
    counts.held += 1
    if (!(await payFor(booking))) {
      // Whoever does not get through loses the hold, which is as it was told.
      told.delete(booking.id)
      continue
    }
    booking.paid = true
    counts.paid += 1
    const choice = random.next()
    if (choice < 0.3) await move(booking, startsAt())
    else if (choice < 0.6) await cancel(booking)
  }
}

/** Pays, and waits until the booking is said to be confirmed. */
async function payFor(booking: Told): Promise<boolean> {
  const opened = await insist((url, idempotencyKey) =>
    act(url, booking.id, 'checkout', {}, { ...booking, idempotencyKey }),
  )
  if (opened?.status !== 200) return false
  for (let attempt = 0; attempt < TRIES_MAX && !loadIsOver; attempt += 1) {
    // A page that is closed was paid by a try whose answer was lost.
    await payWithCard(String(opened.body.paymentUrl)).catch(() => null)
    const seen = await insist((url) => act(url, booking.id, 'payment-check', undefined, booking))
    if (seen?.status === 200 && seen.body.state === 'confirmed') return true
  }
  return false
}

async function move(booking: Told, startsAt: string): Promise<void> {
  const answer = await insist((url, idempotencyKey) =>
    act(url, booking.id, 'rescheduling', { startsAt }, { ...booking, idempotencyKey }),
  )
  if (answer?.status === 200) {
    booking.startsAt = [answer.body.startsAt]
    counts.moved += 1
  } else if (!answer) booking.startsAt = [...booking.startsAt, startsAt]
}

async function cancel(booking: Told): Promise<void> {
  const answer = await insist((url, idempotencyKey) =>
    act(url, booking.id, 'cancellation', { reason: 'Plans changed' }, { ...booking, idempotencyKey }),
  )
  if (answer?.status === 200) {
    booking.cancelled = 'yes'
    counts.cancelled += 1
  } else if (!answer) booking.cancelled = 'perhaps'
}

const TRIES_MAX = 80

/** Asks with one key until there is an answer, at the one site and the other, as a client with patience does. */
async function insist(attempt: (url: string, idempotencyKey: string) => Promise<Said>): Promise<Said | null> {
  const idempotencyKey = randomUUID()
  for (let count = 0; count < TRIES_MAX; count += 1) {
    try {
      const answer = await attempt(market.urls[count % market.urls.length] ?? market.url, idempotencyKey)
      const later = answer.status >= 500 || answer.body?.code === 'request.in_progress'
      if (!later) return answer
    } catch {
      // Killed while it answered, or not up again yet.
    }
    counts.unanswered += 1
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  return null
}
const RETRY_MS = 250

async function expectRestInOrder(): Promise<void> {
  const violations = () => findViolations(owner, { now: clock.now(), settled: true, mailbox: false })
  // What a dead process had in hand is given up after some minutes; they pass now.
  clock.moveTo(clock.now().add({ minutes: 3 }))
  let triedAgainAt = 0
  let found: unknown[] = []
  await eventually('rest', REST_SECONDS_MAX, async () => {
    // Jobs that failed while something was down wait longer and longer; here for some seconds, and without using up their tries.
    if (performance.now() > triedAgainAt + TRY_AGAIN_MS) {
      triedAgainAt = performance.now()
      await owner.$client.query(
        `select graphile_worker.reschedule_jobs(array(select id from graphile_worker.jobs
          where locked_at is null and run_at > now() and attempts < max_attempts - 2), run_at => now())`,
      )
    }
    found = [...(await stillDue()), ...(await violations()), ...(await findDrift(owner, gateway))]
    return found.length === 0
  }).catch(() => null)
  expect(found).toEqual([])
}

/** What has fallen due and the worker has not come to yet: until then nothing has come to rest, however quiet it is. */
async function stillDue(): Promise<unknown[]> {
  const now = new Date(clock.now().epochMilliseconds)
  const { rows } = await owner.$client.query(
    `select 'booking' as due, id::text from bookings where next_due_at <= $1
     union all select 'payout', id::text from payouts where attempt_due_at <= $1
     union all select 'reminder', booking_id::text from reminders where due_at <= $1 and sent_at is null`,
    [now],
  )
  return rows
}
const TRY_AGAIN_MS = 6_000

/** Stripe's own lists, and not what we wrote down of them. */
async function expectNothingTwiceAtStripe(): Promise<void> {
  const ours = {
    transfers: await owner.$client.query<{ id: string }>(
      "select stripe_id as id from payout_movements where kind = 'transfer' and status = 'done'",
    ),
    refunds: await owner.$client.query<{ id: string }>(
      'select stripe_refund_id as id from refunds where stripe_refund_id is not null',
    ),
    charges: await owner.$client.query<{ id: string }>(
      'select charge_id as id from payments where captured_minor > 0',
    ),
  }
  for (const [kind, { rows }] of Object.entries(ours)) {
    const theirs = (await listAtStripe(kind)).filter((each) => kind !== 'charges' || each.paid)
    expect({ kind, ids: theirs.map(({ id }) => id).sort() }).toEqual({
      kind,
      ids: rows.map(({ id }) => id).sort(),
    })
  }
}

async function listAtStripe(kind: string): Promise<{ id: string; paid?: boolean }[]> {
  const found: { id: string; paid?: boolean }[] = []
  for (;;) {
    const last = found.at(-1)
    const response = await fetch(
      `${market.stripeUrl}/v1/${kind}?limit=100${last ? `&starting_after=${last.id}` : ''}`,
      {
        headers: { authorization: `Bearer ${market.env['STRIPE_SECRET_KEY'] ?? ''}` },
      },
    )
    const page = (await response.json()) as { data: { id: string; paid?: boolean }[]; has_more: boolean }
    found.push(...page.data)
    if (!page.has_more) return found
  }
}
