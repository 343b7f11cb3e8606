import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sql, type SQL } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { Temporal } from '#src/kernel/time.ts'
import { readConfig } from '#src/platform/config.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { databaseErrorCode } from '#src/platform/errors.ts'
import { createLog } from '#src/platform/log.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { makeTransfer } from '#tests/support/transfers.ts'
import type { Transfer } from './domain/transfers.ts'
import { postTransfers } from './post-transfers.ts'
import { listTransfersOfSubject } from './reads.ts'
import { sealNextDay } from './seal-days.ts'
import { verifyLedger } from './verify-ledger.ts'

const { db, owner, appUrl } = await openTestDatabase({ poolMax: 20 })
const config = readConfig({
  DATABASE_URL: appUrl,
  AUTH_SECRET: 'a'.repeat(32),
  LINK_SECRET: 'b'.repeat(32),
  STRIPE_SECRET_KEY: 'sk_test_ledger',
  STRIPE_WEBHOOK_SECRET: 'whsec_a',
  STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_b',
})
const log = createLog('test', 'silent')
const ctx = (now: Temporal.Instant): Ctx => ({
  ...{ db, config, now, log, requestId: randomUUID() },
  actor: { kind: 'system', name: 'test' },
})

let day = Temporal.PlainDate.from('2026-03-01')
const noonOf = (date: Temporal.PlainDate) =>
  date.toZonedDateTime({ timeZone: 'UTC', plainTime: '12:00' }).toInstant()

const transfer = (changes?: Partial<Transfer>) => makeTransfer(noonOf(day), changes)
const post = (at: Temporal.Instant, ...transfers: Transfer[]) =>
  inTransaction({ db }, (tx) => postTransfers(tx, at, transfers))

async function sealAll(now: Temporal.Instant): Promise<number> {
  let sealed = 0
  for (let more = await sealNextDay(ctx(now)); more > 0; more = await sealNextDay(ctx(now))) sealed += more
  return sealed
}

/** A day with three transfers, then sealed; the next test has days of its own. */
async function sealedDay(): Promise<{ date: Temporal.PlainDate; keys: string[] }> {
  const date = day
  const transfers = [transfer(), transfer({ description: 'naïve “quotes” \\ and a\ttab\n' }), transfer()]
  await post(noonOf(date), ...transfers)
  day = date.add({ days: 1 })
  await sealAll(noonOf(day))
  return { date, keys: transfers.map(({ effectKey }) => effectKey) }
}

/** What only the owner of the tables can do, and only after switching the triggers off; undone after `look`. */
async function tampered(changes: SQL[], look: () => Promise<void>, restore: SQL[]): Promise<void> {
  const run = async (statements: SQL[]) => {
    await owner.execute(sql`alter table ledger_transfers disable trigger user`)
    await owner.execute(sql`alter table ledger_days disable trigger user`)
    for (const statement of statements) await owner.execute(statement)
    await owner.execute(sql`alter table ledger_transfers enable trigger user`)
    await owner.execute(sql`alter table ledger_days enable trigger user`)
  }
  await run(changes)
  try {
    await look()
  } finally {
    await run(restore)
  }
  expect((await verifyLedger(db)).problems).toEqual([])
}

describe('a finished day', () => {
  test('is sealed once, an hour after it is over, by any number of workers at once', async () => {
    await post(noonOf(day), transfer())
    const date = day
    day = day.add({ days: 1 })
    expect(await sealAll(day.toZonedDateTime('UTC').toInstant().add({ minutes: 59 }))).toBe(0)
    const after = ctx(day.toZonedDateTime('UTC').toInstant().add({ minutes: 60 }))
    const counts = await Promise.all(Array.from({ length: 8 }, () => sealNextDay(after)))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
    const { sealedThrough, problems } = await verifyLedger(db)
    expect(sealedThrough?.equals(date)).toBe(true)
    expect(problems).toEqual([])
  })

  test('takes nothing more: who comes late is recorded on the first open day', async () => {
    const { date } = await sealedDay()
    const late = transfer()
    await post(noonOf(date), late)
    const { rows } = await db.execute<{ at: string }>(
      sql`select (recorded_at at time zone 'UTC')::text as at from ledger_transfers where effect_key = ${late.effectKey}`,
    )
    expect(rows[0]?.at).toBe(`${date.add({ days: 1 })} 00:00:00`)
    expect((await listTransfersOfSubject(db, late.subjectId))[0]?.occurredAt.equals(late.occurredAt)).toBe(
      true,
    )
    const forced = sql`
      insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, effect_key, occurred_at, recorded_at)
      select ${randomUUID()}, kind, debit_account_id, credit_account_id, 1, currency, ${randomUUID()}, occurred_at, ${noonOf(date).toString()}
      from ledger_transfers limit 1`
    for (const who of [db, owner])
      await expect(who.execute(forced)).rejects.toSatisfy((error) => databaseErrorCode(error) === '23000')
  })

  test('is not sealed under a transfer that is written and not yet committed: it waits, or the transfer is in it', async () => {
    const early = transfer()
    const client = new pg.Client({ connectionString: appUrl })
    await client.connect()
    await client.query('begin')
    const written = await inTransaction({ db }, (tx) => postTransfers(tx, noonOf(day), [transfer()]))
    expect(written).toBe(1)
    await client.query(
      `insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, effect_key, occurred_at, recorded_at)
       select $1, kind, debit_account_id, credit_account_id, 5, currency, $2, occurred_at, $3 from ledger_transfers limit 1`,
      [randomUUID(), early.effectKey, noonOf(day).toString()],
    )
    const date = day
    day = day.add({ days: 1 })
    const sealing = sealNextDay(ctx(noonOf(day)))
    await expect
      .poll(async () => (await owner.execute(sql`select from pg_locks where not granted`)).rowCount)
      .toBeGreaterThan(0)
    await client.query('commit')
    await client.end()
    expect(await sealing).toBe(1)
    const { rows } = await db.execute<{ transfer_count: number }>(
      sql`select transfer_count from ledger_days where on_date = ${date.toString()}::date`,
    )
    expect(rows[0]?.transfer_count).toBeGreaterThanOrEqual(2)
    expect((await verifyLedger(db)).problems).toEqual([])
  })

  test('on which nothing was recorded is in the chain too', async () => {
    const quiet = day
    day = day.add({ days: 2 })
    expect(await sealAll(noonOf(day))).toBe(2)
    const { rows } = await db.execute<{ transfer_count: number; last_sequence: string | null }>(
      sql`select transfer_count, last_sequence from ledger_days where on_date = ${quiet.add({ days: 1 }).toString()}::date`,
    )
    expect(rows).toEqual([{ transfer_count: 0, last_sequence: null }])
  })

  test('cannot be changed, deleted or forged by the application, nor changed by the owner', async () => {
    await sealedDay()
    const changes = [
      sql`update ledger_days set hash = repeat('0', 64)`,
      sql`delete from ledger_days`,
      sql`truncate ledger_days`,
    ]
    for (const change of changes) {
      await expect(db.execute(change)).rejects.toSatisfy((error) => databaseErrorCode(error) === '42501')
      await expect(owner.execute(change)).rejects.toSatisfy((error) => databaseErrorCode(error) === '23000')
    }
    const outOfOrder = sql`select seal_ledger_day(${day.add({ days: 3 }).toString()}::date, ${noonOf(day.add({ days: 9 })).toString()})`
    await expect(db.execute(outOfOrder)).rejects.toSatisfy((error) => databaseErrorCode(error) === '23000')
    const unfinished = sql`select seal_ledger_day(${day.toString()}::date, ${noonOf(day).toString()})`
    await expect(db.execute(unfinished)).rejects.toSatisfy((error) => databaseErrorCode(error) === '23514')
  })
})

describe('verification', () => {
  test('agrees with the database on every byte, whatever a transfer says', async () => {
    const texts = fc
      .string({ unit: 'binary', maxLength: 40 })
      .filter((text) => !text.includes('\0') && text.isWellFormed())
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            description: texts,
            word: texts,
            amountMinor: fc.bigInt({ min: 1n, max: 10n ** 15n }),
            microseconds: fc.integer({ min: 0, max: 86_399_999_999 }),
            currency: fc.constantFrom('USD', 'JPY', 'KWD'),
          }),
          { maxLength: 12 },
        ),
        async (some) => {
          const start = day.toZonedDateTime('UTC').toInstant()
          for (const { description, word, amountMinor, microseconds, currency } of some) {
            await post(
              start.add({ microseconds }),
              transfer({
                description,
                amount: { amountMinor, currency },
                facts: { formula: word, n: Number(amountMinor) },
              }),
            )
          }
          day = day.add({ days: 1 })
          await sealAll(noonOf(day))
          expect((await verifyLedger(db)).problems).toEqual([])
        },
      ),
      { numRuns: 15 },
    )
  })

  test('names the transfer whose amount, account, text or time was changed', async () => {
    const { date, keys } = await sealedDay()
    const key = keys[1] ?? ''
    const changes: [SQL, SQL][] = [
      [sql`amount_minor = amount_minor + 1`, sql`amount_minor = amount_minor - 1`],
      [sql`description = description || ' '`, sql`description = left(description, -1)`],
      [
        sql`recorded_at = recorded_at + interval '1 microsecond'`,
        sql`recorded_at = recorded_at - interval '1 microsecond'`,
      ],
      [sql`facts = '{"formula": "x"}'`, sql`facts = '{}'`],
      [
        sql`debit_account_id = credit_account_id, credit_account_id = debit_account_id`,
        sql`debit_account_id = credit_account_id, credit_account_id = debit_account_id`,
      ],
    ]
    for (const [change, back] of changes) {
      const where = sql`where effect_key = ${key}`
      await tampered(
        [sql`update ledger_transfers set ${change} ${where}`],
        async () => {
          const { problems } = await verifyLedger(db)
          expect(problems[0]).toContain(`${key}) is not as it was when its day was sealed`)
          expect(problems).toContain(`${date}: its transfers do not give the hash it was sealed with`)
          expect(problems).toHaveLength(2)
        },
        [sql`update ledger_transfers set ${back} ${where}`],
      )
    }
  })

  test('names a transfer that is gone, one that was slipped in, and an account of another currency', async () => {
    const { date, keys } = await sealedDay()
    const key = keys[0] ?? ''
    await tampered(
      [
        sql`create table kept as select * from ledger_transfers where effect_key = ${key}`,
        sql`delete from ledger_transfers where effect_key = ${key}`,
      ],
      async () => {
        const { problems } = await verifyLedger(db)
        expect(problems[0]).toMatch(new RegExp(`^${date}: transfer \\d+ was sealed and is gone$`))
      },
      [sql`insert into ledger_transfers overriding system value select * from kept`, sql`drop table kept`],
    )
    await tampered(
      [
        sql`insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, effect_key, occurred_at, recorded_at)
            select ${randomUUID()}, kind, debit_account_id, credit_account_id, 1, 'CAD', 'slipped in', occurred_at, recorded_at
            from ledger_transfers where effect_key = ${key}`,
      ],
      async () => {
        const { problems } = await verifyLedger(db)
        expect(problems[0]).toContain('slipped in) was not there when its day was sealed')
      },
      [sql`delete from ledger_transfers where effect_key = 'slipped in'`],
    )
    await tampered(
      [
        sql`insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, effect_key, occurred_at, recorded_at)
            select ${randomUUID()}, kind, debit_account_id, credit_account_id, 1, 'CAD', 'of today', occurred_at, ${noonOf(day).toString()}
            from ledger_transfers where effect_key = ${key}`,
      ],
      async () =>
        expect((await verifyLedger(db)).problems).toEqual([
          expect.stringMatching(/of today\) is in CAD and its account .* in USD/),
        ]),
      [sql`delete from ledger_transfers where effect_key = 'of today'`],
    )
  })

  test('names a day whose seal was made anew, at the day after it', async () => {
    const { date } = await sealedDay()
    await sealedDay()
    const original = (
      await db.execute<{ hash: string }>(
        sql`select hash from ledger_days where on_date = ${date.toString()}::date`,
      )
    ).rows[0]?.hash
    await tampered(
      [sql`update ledger_days set hash = repeat('a', 64) where on_date = ${date.toString()}::date`],
      async () => {
        expect((await verifyLedger(db)).problems).toEqual([
          `${date}: its transfers do not give the hash it was sealed with`,
          `${date.add({ days: 1 })}: it does not continue the hash of the day before`,
        ])
      },
      [sql`update ledger_days set hash = ${original} where on_date = ${date.toString()}::date`],
    )
  })
})
