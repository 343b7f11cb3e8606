// The order in which the events of a booking come says nothing: whatever it is, and however often each comes, the books end
// in one state. SIM_PERMUTATIONS for how many orders, SIM_SEED=… to see the same ones again.
import { randomInt } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { seededRandom, type Random } from '#src/demo/random.ts'
import { findDrift, findViolations } from '#tests/invariants/check.ts'
import { numberFromOutside } from '#tests/support/chance.ts'
import { payWithCard } from '#tests/support/pay.ts'
import { withClient } from '../../scripts/embedded-postgres.ts'
import { openWorld, prepareWorlds, type Letter, type World } from './world.ts'

const SEED = numberFromOutside('SIM_SEED', randomInt(1, 1_000_000_000))
const PERMUTATIONS = numberFromOutside('SIM_PERMUTATIONS', 60)
const MS_PER_PERMUTATION_MAX = 1_000
/** So often an event comes once more, and so often the worker acts between two of them. */
const TWICE = 0.3
const ACTS_BETWEEN = 0.15

const prepared = await prepareWorlds()
afterAll(() => prepared.template.drop())

interface Life {
  readonly world: World
  readonly bookingId: string
  readonly chargeId: string
}

/** Booked by a guest and paid at Stripe, which nobody here has heard of. */
async function paidLife(): Promise<Life> {
  const world = await openWorld(prepared)
  await world.collectLetters()
  world.letters.splice(0) // of the providers' accounts, from before there was a booking
  const [provider] = world.providers
  const startsAt = world.now().add({ hours: 5 }).toString()
  const guest = { name: 'Gail Guest', email: 'gail@example.test' }
  const expectedTotal = { amountMinor: 11_000, currency: 'USD' }
  const offer = { serviceId: provider?.serviceId, startsAt, expectedTotal, guest }
  const held = await world.ask('POST', '/bookings', offer)
  const key = String(held.body.guestKey)
  const bookingId = String(held.body.booking.id)
  const opened = await world.ask('POST', `/bookings/${bookingId}/checkout`, {}, { key })
  expect((await payWithCard(String(opened.body.paymentUrl))).status).toBe(303)
  const [charge] = await world.listAtStripe('charges')
  return { world, bookingId, chargeId: String(charge?.id) }
}

const newest = async (world: World, list: string) => String((await world.listAtStripe(list)).at(-1)?.id)

async function byHand(world: World, id: string, action: string, amount = ''): Promise<void> {
  expect(await world.byHand(id, action, { amount })).toBe(true)
}

async function refundedAndDisputed(verdict: 'win' | 'lose'): Promise<Life> {
  const life = await paidLife()
  const { world, chargeId } = life
  await byHand(world, chargeId, 'refund', '30.01')
  await byHand(world, chargeId, 'refund', '20.02')
  await byHand(world, chargeId, 'dispute', '40.00')
  await byHand(world, await newest(world, 'disputes'), verdict)
  return life
}

async function refundThatComesBack(): Promise<Life> {
  const life = await paidLife()
  await byHand(life.world, life.chargeId, 'refund', '30.01')
  await byHand(life.world, life.chargeId, 'refund', '10.00')
  await byHand(life.world, await newest(life.world, 'refunds'), 'fail')
  return life
}

/** The provider was paid, and then the transfer was taken back by hand, in two parts. */
async function takenBack(): Promise<Life> {
  const life = await paidLife()
  const { world } = life
  const work = async () => {
    for (let round = 0; round < 3; round += 1) {
      await world.runSweeps()
      await world.runJobs()
    }
  }
  world.pass({ minutes: 5 })
  await work()
  for (const hours of [7, 24 * 7]) {
    world.pass({ hours })
    await work()
  }
  const transferId = await newest(world, 'transfers')
  await byHand(world, transferId, 'reverse', '12.34')
  await byHand(world, transferId, 'reverse', '20.00')
  return life
}

/** Statements that bring the database back to where it is now. */
async function rememberDatabase({ owner }: World): Promise<string> {
  const { rows } = await owner.execute<{ name: string; columns: string }>(sql`
    select quote_ident(table_name) as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER' group by table_name`)
  const statements: string[] = []
  await owner.execute(sql`create schema remembered`)
  for (const { name, columns } of rows) {
    const { rowCount } = await owner.execute(
      sql.raw(`create table remembered.${name} as select ${columns} from public.${name}`),
    )
    statements.push(`delete from public.${name}`)
    if (rowCount)
      statements.push(
        `insert into public.${name} (${columns}) overriding system value select ${columns} from remembered.${name}`,
      )
  }
  return [
    'begin',
    'set local session_replication_role = replica', // no triggers: history may go back here, and nowhere else
    ...statements,
    'delete from graphile_worker._private_jobs',
    'commit',
  ].join(';')
}

/** Money and promises, without the names and times that differ each time. */
async function stateOf({ owner }: World): Promise<string> {
  const { rows } = await owner.execute<{ what: string }>(sql`
    select concat_ws(' ', 'booking', state, end_kind) as what from bookings
    union all select concat_ws(' ', 'payment', status, captured_minor, refund_requested_minor, refunded_minor, processing_fee_minor, charge_id) from payments
    union all select concat_ws(' ', 'refund', stripe_refund_id, status, amount_minor, base_part_minor, surcharge_part_minor) from refunds
    union all select concat_ws(' ', 'dispute', stripe_dispute_id, status, amount_minor, withdrawn_minor, fee_minor, base_part_minor, surcharge_part_minor) from disputes
    union all select concat_ws(' ', 'payout', status, amount_minor, waits_for, released_share_minor, released_commission_minor, released_surcharge_minor) from payouts
    union all select concat_ws(' ', 'movement', kind, status, amount_minor, netted_minor, stripe_id) from payout_movements
    union all select concat_ws(' ', 'transfer', t.kind, t.amount_minor, t.external_id, d.code, c.code)
      from ledger_transfers t join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
    order by what`)
  return rows.map(({ what }) => what).join('\n')
}

/** All of them in some order, some of them again. */
function shuffled(random: Random, letters: readonly Letter[]): Letter[] {
  const again = letters.filter(() => random.chance(TWICE))
  const all = [...letters, ...again]
  return random.sample(all, all.length)
}

const LIVES = [
  ['refunded twice, disputed and lost', () => refundedAndDisputed('lose')],
  ['refunded twice, disputed and won', () => refundedAndDisputed('win')],
  ['refunded, and one refund came back', refundThatComesBack],
  ['paid out, and the transfer taken back by hand', takenBack],
] as const
const ORDERS = Math.ceil(PERMUTATIONS / LIVES.length)

test.each(LIVES)(
  `F13 the events of a booking %s end in one state, whatever their order (seed ${SEED})`,
  async (_, live) => {
    const random = seededRandom(SEED)
    const { world } = await live()
    try {
      await world.collectLetters()
      const letters = [...world.letters]
      expect(letters.length).toBeGreaterThan(5)
      const goBack = await rememberDatabase(world)
      const before = await stateOf(world)
      const states = new Map<string, string[]>()
      await withClient(world.superuserUrl, async (superuser) => {
        for (let order = 0; order < ORDERS; order += 1) {
          await superuser.query(goBack)
          const coming = order === 0 ? letters : shuffled(random, letters)
          for (const letter of coming) {
            expect(await world.deliver(letter)).toBe(200)
            if (random.chance(ACTS_BETWEEN)) await world.runJobs()
          }
          await world.runJobs()
          const state = await stateOf(world)
          if (!states.has(state))
            states.set(
              state,
              coming.map(({ type }) => type),
            )
        }
      })
      expect([...states]).toHaveLength(1)
      expect(states.has(before)).toBe(false)
      expect(await findViolations(world.owner, { now: world.now() })).toEqual([])
      expect(await findDrift(world.owner, world.process().composition.gateway)).toEqual([])
    } finally {
      await world.close()
    }
  },
  30_000 + ORDERS * MS_PER_PERMUTATION_MAX,
)
