// What can happen in a simulated marketplace. A step is a kind and three numbers; what they mean depends on what is there
// when it is taken, so that a program still means something when steps before are left out.
import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { Random } from '#src/demo/random.ts'
import { chargeStepOf } from '#src/kernel/charges.ts'
import { money, toDecimalString, type Currency } from '#src/kernel/money.ts'
import { isBefore, type Temporal } from '#src/kernel/time.ts'
import { ANSWER_KEPT_HOURS } from '#src/platform/http/idempotency.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { CRASH_POINTS } from './life.ts'
import { OFFERS, type Asking, type Letter, type Said, type World } from './world.ts'

export interface Step {
  readonly kind: StepKind
  readonly a: number
  readonly b: number
  readonly c: number
}

interface Booked extends Asking {
  readonly id: string
  readonly currency: Currency
  readonly provider: number
}

/** What somebody was told with a 2xx, and must stay so. */
interface Told {
  readonly bookingId: string
  readonly cancelled: boolean
}

interface Write {
  readonly path: string
  readonly body: unknown
  readonly asking: Asking
  readonly said: Said
  readonly at: Temporal.Instant
}

/** What the people of a program remember. */
export interface Story {
  readonly world: World
  readonly bookings: Booked[]
  readonly told: Told[]
  readonly writes: Write[]
  /** Letters that were answered with 200. */
  readonly taken: Set<string>
  /** Whether the worker has done all that was due, without trouble, since the clock was moved. */
  caughtUp: boolean
  troubled: boolean
  /** What went wrong in an answer. */
  readonly complaints: string[]
}

export function beginStory(world: World): Story {
  return {
    world,
    bookings: [],
    told: [],
    writes: [],
    taken: new Set(),
    caughtUp: true,
    troubled: false,
    complaints: [],
  }
}

const CARDS = [
  '4242424242424242',
  '4242424242424242',
  '4242424242424242',
  '4000000000000077', // available at once
  '4000000000000002', // declined
  '4000000000000259', // disputed 2 s later
  '4000000000007726', // refund pending, then succeeds
  '4000000000005126', // refund succeeds, then fails
]
const CALLS = [
  'POST /v1/checkout/sessions',
  'GET /v1/checkout/sessions/:id',
  'POST /v1/checkout/sessions/:id/expire',
  'POST /v1/payment_intents/:id/capture',
  'POST /v1/payment_intents/:id/cancel',
  'GET /v1/payment_intents/:id',
  'POST /v1/refunds',
  'GET /v1/refunds',
  'GET /v1/disputes',
  'POST /v1/transfers',
  'GET /v1/transfers',
  'POST /v1/transfers/:id/reversals',
  'GET /v1/balance_transactions',
]
const CALL_FAULTS = ['500', '500-after-success', 'drop-before', 'drop-after-commit', '429', 'truncate']
const BY_HAND: readonly (readonly [list: string, actions: readonly string[]])[] = [
  ['charges', ['refund', 'refund', 'dispute', 'inquire', 'warn']],
  ['refunds', ['succeed', 'fail']],
  ['disputes', ['win', 'lose', 'escalate', 'close']],
  ['transfers', ['reverse', 'reverse']],
]

/** So many percent, as card networks can move it. */
function shareOf(wholeMinor: number, percent: number, currency: Currency): number {
  const step = Number(chargeStepOf(currency))
  return Math.max(1, Math.floor((wholeMinor * percent) / 100 / step)) * step
}

const at = <T>(items: readonly T[], index: number): T | undefined => items[index % items.length]

/** Writes as a client does, and remembers it. */
async function write(story: Story, path: string, body: unknown, asking: Asking): Promise<Said> {
  const keyed = { ...asking, idempotencyKey: randomUUID() }
  const said = await story.world.ask('POST', path, body, keyed)
  if (said.status === 500) story.complaints.push(`POST ${path} answered 500`)
  story.writes.push({ path, body, asking: keyed, said, at: story.world.now() })
  return said
}

const sentence = ({ status, body }: Said) => `${status}${status >= 400 ? ` ${String(body.code)}` : ''}`

/** A booking and whoever acts on it, by the number: the one who booked, the provider, or an operator. */
function whoActs(story: Story, { a, b }: Step): { booked: Booked; asking: Asking } | null {
  const booked = at(story.bookings, a)
  if (!booked) return null
  const { owner, operator } = story.world.people
  const asking = at([booked, booked, { cookie: owner.cookie }, { cookie: operator.cookie }], b) ?? booked
  return { booked, asking }
}

async function onBooking(
  story: Story,
  step: Step,
  what: string,
  body: unknown,
  asking?: Asking,
): Promise<string> {
  const acting = whoActs(story, step)
  if (!acting) return 'nothing is booked'
  const said = await write(story, `/bookings/${acting.booked.id}/${what}`, body, asking ?? acting.asking)
  if (what === 'cancellation' && said.status === 200)
    story.told.push({ bookingId: acting.booked.id, cancelled: true })
  return sentence(said)
}

async function idsFrom(story: Story, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await story.world.owner.execute<{ id: string }>(query)
  return rows.map(({ id }) => id)
}

async function take(story: Story, letter: Letter): Promise<string> {
  const status = await story.world.deliver(letter)
  if (status === 200) {
    story.taken.add(letter.id)
    story.world.deliveredLetters.push(letter)
  } else if (status === null) {
    story.world.letters.push(letter) // no answer: it comes again
  } else story.complaints.push(`${letter.type} was answered with ${status}`)
  return `${letter.type} ${status ?? 'unanswered'}`
}

const STEPS = {
  async hold(story, { a, b, c }) {
    const { world } = story
    const provider = at(world.providers, a)
    if (!provider) return 'nobody to book'
    const customer = b % 2 === 0
    const who: Asking = customer ? { cookie: world.people.customer.cookie } : {}
    const startsAt = world
      .now()
      .add({ hours: 2 + (c % 3 === 0 ? c % 90 : c % 12) })
      .round({ smallestUnit: 'hour' })
      .toString()
    const offer = { serviceId: provider.serviceId, startsAt }
    const quote = await world.ask('POST', '/quotes', offer, who)
    if (quote.status !== 200) return `no quote: ${sentence(quote)}`
    const guest = { name: 'Gail Guest', email: `gail-${story.bookings.length}@example.test` }
    const body = { ...offer, expectedTotal: quote.body.total, ...(!customer && { guest }) }
    const said = await write(story, '/bookings', body, who)
    if (said.status !== 201) return sentence(said)
    const id = String(said.body.booking.id)
    const { currency } = quote.body.total as { currency: Currency }
    story.bookings.push({
      id,
      currency,
      provider: a % world.providers.length,
      ...who,
      key: said.body.guestKey,
    })
    story.told.push({ bookingId: id, cancelled: false })
    return `201 ${customer ? 'customer' : 'guest'} of provider ${a % world.providers.length} at ${startsAt}`
  },

  async pay(story, { a, b }) {
    // Mostly the newest: an old one is rarely payable any more.
    const booked = b % 4 === 0 ? at(story.bookings, a) : story.bookings.at(-1)
    if (!booked) return 'nothing is booked'
    const opened = await write(story, `/bookings/${booked.id}/checkout`, {}, booked)
    if (opened.status !== 200) return sentence(opened)
    const card = at(CARDS, b) ?? ''
    const paid = await payWithCard(String(opened.body.paymentUrl), card).catch(() => null) // closed meanwhile
    return `card ${card.slice(-4)}: ${paid?.status ?? 'no form'}`
  },

  check: (story, step) => onBooking(story, step, 'payment-check', undefined, at(story.bookings, step.a)),
  accept: (story, step) =>
    onBooking(story, step, 'acceptance', undefined, { cookie: story.world.people.owner.cookie }),
  decline: (story, step) =>
    onBooking(story, step, 'declination', {}, { cookie: story.world.people.owner.cookie }),
  cancel: (story, step) => onBooking(story, step, 'cancellation', { reason: 'Plans changed' }),
  reschedule: (story, step) =>
    onBooking(story, step, 'rescheduling', {
      startsAt: story.world
        .now()
        .add({ hours: 2 + (step.c % 120) })
        .round({ smallestUnit: 'hour' })
        .toString(),
    }),
  complete: (story, step) => onBooking(story, step, 'completion', undefined),
  noShow: (story, step) =>
    onBooking(
      story,
      step,
      'no-show',
      step.b % 4 === 3
        ? { absent: at(['customer', 'provider'] as const, step.c), reason: 'Nobody came' }
        : {},
    ),

  async refund(story, { a, c }) {
    const booked = at(story.bookings, a)
    if (!booked) return 'nothing is booked'
    const { rows } = await story.world.owner.execute<{ left: string }>(sql`
      select (captured_minor - refund_requested_minor)::text as left from payments where booking_id = ${booked.id}`)
    const left = Number(rows[0]?.left ?? 0)
    const amountMinor = c % 5 === 0 ? left : shareOf(left, (c % 97) + 1, booked.currency)
    const said = await write(
      story,
      `/bookings/${booked.id}/refunds`,
      { amount: { amountMinor: amountMinor || 100, currency: booked.currency }, reason: 'Goodwill' },
      { cookie: story.world.people.operator.cookie },
    )
    return `${amountMinor}: ${sentence(said)}`
  },

  async failedRefund(story, { a, b }) {
    const ids = await idsFrom(
      story,
      sql`select id from refunds where status = 'failed' order by requested_at, amount_minor`,
    )
    const id = at(ids, a)
    if (!id) return 'none has failed'
    const what = b % 2 === 0 ? 'attempts' : 'settlement'
    const asking = { cookie: story.world.people.operator.cookie }
    return `${what}: ${sentence(await write(story, `/refunds/${id}/${what}`, { reason: 'Looked at' }, asking))}`
  },

  async retryPayout(story, { a }) {
    const ids = await idsFrom(
      story,
      sql`select id from payouts where status in ('scheduled', 'failed') or waits_for is not null order by created_at, amount_minor`,
    )
    const id = at(ids, a)
    if (!id) return 'none waits'
    const asking = { cookie: story.world.people.operator.cookie }
    return sentence(await write(story, `/payouts/${id}/attempts`, { reason: 'Looked at' }, asking))
  },

  async byHand(story, { a, b, c }) {
    const [list, actions] = at(BY_HAND, a) ?? ['charges', ['refund']]
    const object = at(await story.world.listAtStripe(list), b)
    const action = at(actions, c) ?? ''
    if (!object) return `no ${list}`
    const currency = String(object['currency'] ?? 'usd').toUpperCase() as Currency
    const whole = Number(object['amount'] ?? 0)
    const part =
      c % 3 === 0 ? {} : { amount: toDecimalString(money(shareOf(whole, (c % 70) + 1, currency), currency)) }
    const fields = action === 'refund' || action === 'reverse' ? part : {}
    return `${action} of ${list} ${JSON.stringify(fields)}: ${await story.world.byHand(object.id, action, fields)}`
  },

  async account(story, { a, b }) {
    const provider = at(story.world.providers, a)
    const action = at(['restrict', 'restore', 'restore', 'settle', 'pay-out'], b) ?? ''
    return `${action}: ${provider ? await story.world.byHand(provider.accountId, action) : 'nobody'}`
  },

  /** The platform's own balance runs dry, and is filled again. */
  async treasury({ world }, { a, b }) {
    const action = at(['drain', 'drain', 'settle', 'allow-debits', 'top-up'], a) ?? ''
    const { currency } = at(OFFERS, b) ?? { currency: 'USD' }
    const fields = action === 'top-up' ? { currency: currency.toLowerCase(), amount: '1000' } : {}
    return `${action} ${JSON.stringify(fields)}: ${await world.byHand('platform', action, fields)}`
  },

  async clock(story, { a, b }) {
    const minutes = at([1, 7, 11, 16, 60, 5 * 60, 24 * 60, 60 * 60, 7 * 24 * 60, 15 * 24 * 60], a) ?? 1
    story.world.pass({ minutes, seconds: b % 60 })
    story.caughtUp = false
    return `${minutes} min`
  },

  async jobs({ world }) {
    await world.hastenJobs()
    await world.runJobs()
    return 'ran'
  },

  async sweeps({ world }) {
    await world.runSweeps()
    return 'ran'
  },

  /** What the worker does all the time. */
  async work(story) {
    const { world } = story
    const { life } = world.process()
    await world.hastenJobs()
    for (let round = 0; round < 2; round += 1) {
      await world.runSweeps()
      await world.runJobs()
    }
    if (!story.troubled && world.process().life === life) story.caughtUp = true
    return story.caughtUp ? 'all that was due' : 'with trouble'
  },

  async post(story, { a }) {
    const many = story.world.letters.splice(0, 1 + (a % 12))
    for (const letter of many) await take(story, letter)
    return `${many.length} letters`
  },
  async postLate(story, { a }) {
    const [letter] = story.world.letters.splice(a % Math.max(1, story.world.letters.length), 1)
    return letter ? take(story, letter) : 'no letter'
  },
  async postAgain(story, { a }) {
    const letter = at(story.world.deliveredLetters, a)
    return letter ? take(story, letter) : 'no letter'
  },
  /** Stripe says that it may tell one thing in two events. */
  async postTwin(story, { a }) {
    const letter = at(story.world.deliveredLetters, a)
    if (!letter) return 'no letter'
    const id = `${letter.id}twin`
    return take(story, { ...letter, id, body: letter.body.replace(letter.id, id) })
  },
  async lose({ world }, { a }) {
    const [letter] = world.letters.splice(a % Math.max(1, world.letters.length), 1)
    return letter ? letter.type : 'no letter'
  },

  /** A client that lost the answer asks again. */
  async askAgain(story, { a }) {
    const { world, writes } = story
    const kept = writes.filter((one) => isBefore(world.now(), one.at.add({ hours: ANSWER_KEPT_HOURS })))
    const write = at(kept.slice(-8), a)
    // After trouble the first answer was none, and the second may be another.
    if (!write || write.said.status >= 500 || write.said.body?.code === 'request.in_progress')
      return 'nothing'
    if (write.said.status >= 400 && /^(request|auth)[.]/.test(String(write.said.body?.code))) return 'nothing'
    const again = await world.ask('POST', write.path, write.body, write.asking)
    const same = (said: Said) => JSON.stringify([said.status, said.body?.code, said.body?.id])
    // 503 is trouble and says come back; 500 would be a mistake of ours.
    if (again.status !== 503 && same(again) !== same(write.said))
      story.complaints.push(
        `POST ${write.path} answered ${sentence(write.said)} and then ${sentence(again)} to one key`,
      )
    return sentence(again)
  },

  async fault(story, { a, b, c }) {
    const match = at(CALLS, a) ?? ''
    const action = at(CALL_FAULTS, b) ?? ''
    await story.world.fault({ match, action, times: 1 + (c % 2) })
    story.troubled = true
    story.caughtUp = false
    return `${action} at ${match}`
  },
  async crash(story, { a, b }) {
    const point = at(CRASH_POINTS, a) ?? 'after a commit'
    story.world.process().life.endAt(point, 1 + (b % 6))
    story.caughtUp = false
    return `${point}, the ${1 + (b % 6)}. time`
  },
  async calm(story) {
    await story.world.clearFaults()
    story.troubled = false
    return 'faults are over'
  },
} satisfies Record<string, (story: Story, step: Step) => Promise<string>>

type StepKind = keyof typeof STEPS

/** How often each comes, out of their sum. */
const WEIGHTS: Readonly<Record<StepKind, number>> = {
  ...{ hold: 12, pay: 14, check: 3, accept: 6, decline: 2, cancel: 6, reschedule: 3, complete: 3, noShow: 3 },
  ...{ refund: 5, failedRefund: 3, retryPayout: 2, byHand: 8, account: 3, treasury: 2 },
  ...{ clock: 10, jobs: 8, sweeps: 4, work: 14 },
  ...{ post: 12, postLate: 3, postAgain: 3, postTwin: 2, lose: 2 },
  ...{ askAgain: 3, fault: 5, crash: 5, calm: 4 },
}
const KINDS = (Object.keys(WEIGHTS) as StepKind[]).flatMap((kind) =>
  Array.from({ length: WEIGHTS[kind] }, () => kind),
)

/** What usually comes together: without it, chance alone would rarely get as far as a payout. */
const HABITS: readonly (readonly StepKind[])[] = [
  ['hold', 'pay', 'post', 'work'],
  ['hold', 'pay', 'work', 'accept', 'work', 'post'],
  ['hold', 'pay', 'check', 'jobs', 'cancel', 'jobs', 'post'],
  ['clock', 'work', 'clock', 'work', 'post', 'work'],
  ['byHand', 'post', 'work'],
  ['account', 'byHand', 'post', 'work'],
  ['refund', 'work', 'post'],
  ['crash', 'work', 'post', 'work'],
  ['fault', 'work', 'calm', 'work'],
]
const HABITUAL = 0.25

export function writeProgram(random: Random, length: number): Step[] {
  const number = () => random.between(0, 9_999)
  const kinds: StepKind[] = [...(HABITS[0] ?? []), ...(HABITS[1] ?? [])]
  while (kinds.length < length)
    kinds.push(...(random.chance(HABITUAL) ? random.pick(HABITS) : [random.pick(KINDS)]))
  return kinds.slice(0, length).map((kind) => ({ kind, a: number(), b: number(), c: number() }))
}

/** Takes one step. @returns what happened, for whoever reads the failure. */
export async function takeStep(story: Story, step: Step): Promise<string> {
  const happened = await STEPS[step.kind](story, step)
  await story.world.collectLetters()
  return `${step.kind} ${step.a}/${step.b}/${step.c}: ${happened}`
}

export async function carryAllLetters(story: Story): Promise<void> {
  for (const letter of story.world.letters.splice(0)) await take(story, letter)
}
