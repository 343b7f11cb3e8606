import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '#tests/support/app.ts'
import { Temporal } from '#src/kernel/time.ts'
import { createAccounts, findSignedIn } from '#src/modules/identity/index.ts'
import { getTrialBalances } from '#src/modules/ledger/reads.ts'
import { seedDemo } from './seed-demo.ts'
import { readSeedProgress } from './seed-progress.ts'

const SEED_MS_MAX = 120_000

async function rowsOf<T>(app: TestApp, query: ReturnType<typeof sql>): Promise<T[]> {
  const { rows } = await app.database.db.execute(query)
  return rows as T[]
}

async function countOf(app: TestApp, query: ReturnType<typeof sql>): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(app, sql`select count(*)::int as count ${query}`)
  return row?.count ?? 0
}

async function expectSoundBooks(app: TestApp): Promise<void> {
  const balances = await getTrialBalances(app.database.db)
  expect(balances.length).toBeGreaterThan(0)
  expect(balances.map(({ differenceMinor }) => differenceMinor)).toEqual(balances.map(() => 0n))
  const left = sql`from payouts p where p.status = 'paid' and (
    select sum(case when c.code = 'escrow' then t.amount_minor else 0 end - case when d.code = 'escrow' then t.amount_minor else 0 end)
    from ledger_transfers t join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
    where t.subject_id = p.booking_id) <> 0`
  expect(await countOf(app, left)).toBe(0)
}

describe('the demonstration', async () => {
  const app = await startTestApp({ worker: false, env: { PORT: '0' } })
  beforeAll(() => seedDemo(app.composition, 'nothing', { scale: 'small' }), SEED_MS_MAX)

  it('shows bookings in every state', async () => {
    const states = await rowsOf<{ state: string }>(
      app,
      sql`select distinct state from bookings order by state`,
    )
    expect(states.map(({ state }) => state)).toEqual([
      'awaiting_provider',
      'cancelled',
      'completed',
      'confirmed',
      'declined',
      'expired',
      'held',
      'in_progress',
      'no_show',
    ])
  })

  it('shows what happens to people: moves, absences of both sides, answers that never came, seats of one class', async () => {
    expect(await countOf(app, sql`from booking_events where transition = 'reschedule'`)).toBeGreaterThan(0)
    expect(
      await rowsOf(app, sql`select distinct no_show_party from bookings where state = 'no_show' order by 1`),
    ).toHaveLength(2)
    expect(
      await countOf(app, sql`from bookings where state = 'declined' and end_kind = 'system'`),
    ).toBeGreaterThan(0)
    expect(
      await countOf(app, sql`from bookings where state = 'declined' and end_kind = 'provider'`),
    ).toBeGreaterThan(0)
    expect(
      await rowsOf(app, sql`select distinct end_kind from bookings where state = 'cancelled' order by 1`),
    ).toEqual(['customer', 'guest', 'provider'].map((kind) => ({ end_kind: kind })))
    expect(await countOf(app, sql`from bookings where capacity > 1`)).toBeGreaterThan(0)
    expect(await countOf(app, sql`from reviews where booking_id is not null`)).toBeGreaterThan(0)
  })

  it('has moved money as the marketplace does, and every cent is accounted for', async () => {
    await expectSoundBooks(app)
    const statuses = await rowsOf<{ status: string }>(app, sql`select distinct status from payouts`)
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining(['paid', 'scheduled']))
    expect(await countOf(app, sql`from refunds where status = 'succeeded'`)).toBeGreaterThan(2)
    expect(await countOf(app, sql`from payments p where p.status = 'partially_refunded'`)).toBeGreaterThan(0)
    expect(await countOf(app, sql`from payments p where p.status = 'disputed'`)).toBe(1)
    expect(await countOf(app, sql`from stripe_operations where status <> 'succeeded'`)).toBe(0)
    expect(await countOf(app, sql`from graphile_worker.jobs where attempts > 0`)).toBe(0)
  })

  it('ends in the present, with a past that lies before it', async () => {
    expect(Math.abs(app.now().epochMilliseconds - Temporal.Now.instant().epochMilliseconds)).toBeLessThan(
      1_000,
    )
    expect(
      await countOf(
        app,
        sql`from bookings where state in ('confirmed', 'awaiting_provider') and starts_at < now()`,
      ),
    ).toBe(0)
    expect(await countOf(app, sql`from bookings where state = 'completed' and ends_at > now()`)).toBe(0)
    expect(
      await countOf(app, sql`from bookings where created_at < now() - interval '14 days'`),
    ).toBeGreaterThan(0)
  })

  it('has the three people who sign in, each with something to see', async () => {
    const accounts = createAccounts(app.composition)
    const seen = await Promise.all(
      ['customer', 'provider', 'operator'].map(async (who) => {
        const { headers } = await accounts.api.signInEmail({
          body: { email: `${who}@demo.test`, password: 'ecosystem-demo' },
          returnHeaders: true,
        })
        const cookie = headers
          .getSetCookie()
          .map((each) => each.split(';')[0])
          .join('; ')
        return (await findSignedIn(accounts, new Headers({ cookie })))?.operatorRole
      }),
    )
    expect(seen).toEqual([null, null, 'admin'])
    const ofCustomer = sql`from bookings b join users u on u.id = b.customer_id where u.email = 'customer@demo.test'`
    expect(await countOf(app, ofCustomer)).toBeGreaterThan(6)
    const ofProvider = sql`from bookings b join provider_members m on m.provider_id = b.provider_id
      join users u on u.id = m.user_id where u.email = 'provider@demo.test'`
    expect(await countOf(app, ofProvider)).toBeGreaterThan(6)
    expect(
      await countOf(
        app,
        sql`${ofProvider} and b.state = 'awaiting_provider' and b.answer_due_at > now() + interval '2 hours'`,
      ),
    ).toBeGreaterThan(0)
  })

  it('gives the provider a day with people in it, whatever the hour', async () => {
    const today = sql`from bookings b join providers p on p.id = b.provider_id
      where p.import_key = 'showcase' and (b.starts_at at time zone p.time_zone)::date = (now() at time zone p.time_zone)::date`
    expect(await countOf(app, today)).toBeGreaterThan(0)
  })

  it('begins and ends each booking at its own time', async () => {
    const late = sql`from booking_events e join bookings b on b.id = e.booking_id
      where e.at > case e.transition when 'start' then b.starts_at when 'complete' then b.ends_at end + interval '1 minute'`
    expect(await countOf(app, late)).toBe(0)
    expect(await countOf(app, sql`from booking_events where transition = 'complete'`)).toBeGreaterThan(5)
  })

  it('is known to be there, so that nothing is added to it', async () => {
    expect(await readSeedProgress(app.database.db)).toBe('done')
  })
})

describe('a demonstration whose making was cut off', async () => {
  const app = await startTestApp({ worker: false, env: { PORT: '0' } })

  it(
    'is made to the end by the next start, and nothing twice',
    async () => {
      const cut = seedDemo(app.composition, 'nothing', {
        scale: 'small',
        say: (line) => {
          if (line.includes('bookings, up to')) throw new Error('the plug was pulled')
        },
      })
      await expect(cut).rejects.toThrow('the plug was pulled')
      expect(await readSeedProgress(app.database.db)).toBe('begun')
      const before = await countOf(app, sql`from bookings`)
      expect(before).toBeGreaterThan(0)

      await seedDemo(app.composition, 'begun', { scale: 'small' })
      expect(await readSeedProgress(app.database.db)).toBe('done')
      expect(await countOf(app, sql`from bookings`)).toBeGreaterThan(before)
      expect(await countOf(app, sql`from bookings where state = 'held' and hold_expires_at < now()`)).toBe(0)
      await expectSoundBooks(app)
    },
    2 * SEED_MS_MAX,
  )
})
