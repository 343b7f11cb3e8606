import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { startStripeSandbox } from '#sandbox/stripe/server.ts'
import { openTestDatabase } from '#tests/support/database.ts'
import { makeProvider } from '#tests/support/factories.ts'

const { db, owner, appUrl } = await openTestDatabase()
const directory = mkdtempSync(path.join(os.tmpdir(), 'ecosystem-cli-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Each command is a process of its own, and other tests run beside it. */
const PATIENT = { timeout: 120_000 }

const ENVIRONMENT = {
  NODE_ENV: 'test',
  DATABASE_URL: appUrl,
  AUTH_SECRET: 'a secret of the tests, long enough for anything',
  LINK_SECRET: 'another secret of the tests, as long as that one',
  STRIPE_SECRET_KEY: 'sk_test_sandbox',
  STRIPE_WEBHOOK_SECRET: 'whsec_platform',
  STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_connect',
}

async function ops(args: readonly string[], more: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/boot/cli.ts', ...args], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: { ...ENVIRONMENT, ...more } as unknown as NodeJS.ProcessEnv,
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, ...said }
}

async function auditOf(action: string): Promise<Record<string, unknown>[]> {
  const { rows } = await db.execute(
    sql`select actor_kind, after, reason from audit_log where action = ${action} order by at`,
  )
  return rows
}

/** What only the owner of the table can do, with its triggers off. */
async function set(change: string): Promise<void> {
  await owner.transaction(async (tx) => {
    await tx.execute(sql`alter table ledger_transfers disable trigger user`)
    await tx.execute(sql.raw(`update ledger_transfers set ${change}`))
    await tx.execute(sql`alter table ledger_transfers enable trigger user`)
  })
}

it('says in one sentence what it does not understand, as exit code 2', PATIENT, async () => {
  const answer = await ops(['jobs', 'list', '--state', 'lost'])
  expect(answer).toEqual({ code: 2, out: '', err: '--state is one of waiting, running, retrying, dead.\n' })
})

describe('demo seed', PATIENT, () => {
  it('is refused outside a demonstration', async () => {
    const answer = await ops(['demo', 'seed'])
    expect(answer).toMatchObject({ code: 1, out: '' })
    expect(answer.err).toBe('Demo data is for demonstrations only: DEMO_MODE is not 1 here.\n')
  })

  it('cannot be made possible with a live key', async () => {
    const answer = await ops(['demo', 'seed'], { DEMO_MODE: '1', STRIPE_SECRET_KEY: 'sk_live_x' })
    expect(answer).toMatchObject({ code: 1, out: '' })
    expect(answer.err).toContain('DEMO_MODE cannot be on with a live STRIPE_SECRET_KEY')
  })
})

describe('operators add', PATIENT, () => {
  it('makes an account with a password said once, and gives another role to one that is there', async () => {
    const made = await ops(['operators', 'add', 'olga@example.test', '--role', 'admin', '--name', 'Olga'])
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toMatch(/Password, shown this once: \S{20}\n/)
    const again = await ops(['operators', 'add', 'OLGA@example.test', '--role', 'finance'])
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(again.out).not.toContain('Password')
    const { rows } = await db.execute(sql`select name, operator_role from users`)
    expect(rows).toEqual([{ name: 'Olga', operator_role: 'finance' }])
    expect(await auditOf('operator.add')).toMatchObject([
      { actor_kind: 'system', after: { operatorRole: 'admin' } },
      { actor_kind: 'system', after: { operatorRole: 'finance' } },
    ])
  })
})

describe('providers import', PATIENT, () => {
  const file = (name: string, text: string) => {
    const at = path.join(directory, name)
    writeFileSync(at, text)
    return at
  }
  const options = ['--category', 'haircut', '--services', 'Haircut:30:45.00']

  it('takes the good rows, says which ones are bad, and changes nothing the second time', async () => {
    const salons = file(
      'salons.csv',
      'name,street,city,country,lat,lng,monday\nAda Hair,1 Main St,Denver,US,39.74,-104.99,9 AM - 5 PM\n,2 Main St,Denver,US,39.74,-104.99,9 AM - 5 PM\n',
    )
    const first = await ops(['providers', 'import', salons, ...options])
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toContain('line 3 (row 2) not taken: has no name')
    expect(first.out).toMatch(
      /2 rows in [\d.]+ s: 1 new, 0 brought up to date, 0 left to their owners, 0 can be paid, 1 not taken\./,
    )
    expect(first.out).toContain('booked as soon as each has opened a payout account')
    const second = await ops(['providers', 'import', salons, ...options])
    expect(second.out).toContain(': 0 new, 1 brought up to date')
    expect(await auditOf('providers.import')).toHaveLength(2)
  })

  it('says how to give them a name and services where the file has none', async () => {
    const nameless = file('nameless.csv', 'street,city,country,lat,lng\n3 Main St,Denver,US,39.74,-104.99\n')
    const refused = await ops(['providers', 'import', nameless])
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toBe(
      'No column looks like a name. Map one, or make one up: --mapping "name=Hair salon, {street}".\n',
    )
    const named = [nameless, '--mapping', 'name=Hair salon, {street}']
    const idle = await ops(['providers', 'import', ...named])
    expect(idle.out).toContain(': 1 new, 0 brought up to date')
    expect(idle.out).toContain('The new ones offer no service, so nobody finds or books them.')
    expect(idle.out).not.toContain('They can be found now')
    const offering = await ops(['providers', 'import', ...named, ...options])
    expect(offering.out).not.toContain('offer no service')
    expect(offering.out).toContain('They can be found now')
  })

  it('is exit code 1 where nothing can be taken, and where there is no file', async () => {
    const nothing = await ops(['providers', 'import', file('empty.csv', 'name,city\n,Denver\n'), ...options])
    expect(nothing).toMatchObject({ code: 1, err: 'No row could be taken.\n' })
    const missing = await ops(['providers', 'import', path.join(directory, 'none.csv'), ...options])
    expect(missing.code).toBe(1)
    expect(missing.err).toContain('none.csv is not a file.')
  })
})

describe('openings', () => {
  it('are made for everybody, and whoever has others than their calendar is named', PATIENT, async () => {
    const { serviceId } = await makeProvider(db)
    expect((await ops(['openings', 'rebuild'])).out).toMatch(/^\d+ calendars in [\d.]+ s\.$/m)
    expect(await ops(['openings', 'verify'])).toMatchObject({ code: 0, err: '' })
    await owner.execute(sql`update service_openings set starts = ~starts where service_id = ${serviceId}`)
    const answer = await ops(['openings', 'verify'])
    expect(answer.code).toBe(1)
    expect(answer.err).toContain(serviceId)
    await ops(['openings', 'rebuild'])
    expect(await ops(['openings', 'verify'])).toMatchObject({ code: 0, err: '' })
  })
})

describe('ledger verify', PATIENT, () => {
  it('agrees with sound books, and names the account where they were tampered with', async () => {
    const accounts = ['stripe_balance', 'escrow', 'commission_revenue'].map((code, index) => ({
      code,
      id: `00000000-0000-4000-8000-00000000000${index}`,
    }))
    for (const { code, id } of accounts) {
      await owner.execute(
        sql`insert into ledger_accounts (id, code, currency, created_at) values (${id}, ${code}, 'USD', now())`,
      )
    }
    const transfer = (id: string, debit: string | undefined, credit: string | undefined, amount: number) =>
      owner.execute(sql`
        insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, subject_id, effect_key, occurred_at, recorded_at)
        values (${id}, 'test', ${debit}, ${credit}, ${amount}, 'USD', ${accounts[0]?.id}, ${id}, now(), now())`)
    const [balance, escrow, commission] = accounts.map(({ id }) => id)
    await transfer('00000000-0000-4000-9000-000000000001', balance, escrow, 10_000)
    await transfer('00000000-0000-4000-9000-000000000002', escrow, commission, 1_000)
    const sound = await ops(['ledger', 'verify'])
    expect(sound).toMatchObject({ code: 0, err: '' })
    expect(sound.out).toContain('2 transfers, and they add up to zero.')

    await transfer('00000000-0000-4000-9000-000000000003', escrow, commission, 9_500)
    const overdrawn = await ops(['ledger', 'verify'])
    expect(overdrawn.code).toBe(1)
    expect(overdrawn.err).toContain(`booking ${balance}: -500 minor units are left in escrow`)
  })

  it('says through which day the books are sealed, and names the transfer that was changed under a seal', async () => {
    // What the test before left overdrawn is made good, and the day of all of it ended.
    await set(`amount_minor = 9000 where amount_minor = 9500`)
    const { rows } = await db.execute<{ day: string }>(sql`
      select (seal_ledger_day((now() at time zone 'UTC')::date, now() + interval '2 days')).on_date::text as day`)
    const sound = await ops(['ledger', 'verify'])
    expect(sound).toMatchObject({ code: 0, err: '' })
    expect(sound.out).toContain(
      `1 sealed days, the last one ${rows[0]?.day}, and nothing in them has changed.`,
    )

    await set(`amount_minor = amount_minor - 1 where id = '00000000-0000-4000-9000-000000000002'`)
    const changed = await ops(['ledger', 'verify'])
    expect(changed.code).toBe(1)
    expect(changed.err).toContain(
      'transfer 2 (00000000-0000-4000-9000-000000000002, 00000000-0000-4000-9000-000000000002) is not as it was when its day was sealed',
    )
  })
})

describe('ledger export', PATIENT, () => {
  it('writes the journal of some days to the terminal or a file, as CSV or JSON', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const days = ['--from', today, '--to', today]
    const csv = await ops(['ledger', 'export', ...days])
    expect(csv).toMatchObject({ code: 0, err: '' })
    expect(csv.out.split('\r\n')[0]).toBe(
      'date,transfer,kind,debit,credit,amount,amountMinor,currency,booking,subject,stripeObject,description,occurredAt,recordedAt',
    )
    const at = path.join(directory, 'journal.json')
    const json = await ops(['ledger', 'export', ...days, '--format', 'json', '--file', at])
    expect(json).toEqual({ code: 0, out: '', err: '' })
    const lines = JSON.parse(readFileSync(at, 'utf8')) as unknown[]
    expect(lines).toHaveLength(csv.out.trim().split('\r\n').length - 1)
    expect(lines[0]).toMatchObject({ debit: 'stripe_balance', credit: 'escrow', amount: '100.00' })
  })
})

describe('reconcile', PATIENT, () => {
  it('names what differs, as exit code 1', async () => {
    const { url, close } = await startStripeSandbox({
      port: 0,
      dataFile: ':memory:',
      webhookSecret: ENVIRONMENT.STRIPE_WEBHOOK_SECRET,
    })
    try {
      const answer = await ops(['reconcile'], { STRIPE_API_BASE: url })
      expect(answer).toMatchObject({ code: 0, err: '' })
      expect(answer.out).toContain('Stripe, the ledger and the bookings agree: 0.00.')

      // The books of the tests before were never at Stripe: minutes later, they are missed.
      await set(`recorded_at = recorded_at - interval '1 hour'`)
      const differs = await ops(['reconcile', '--since', '2026-01-01'], { STRIPE_API_BASE: url })
      expect(differs.code).toBe(1)
      expect(differs.err).toContain('Not at Stripe: posting')
    } finally {
      await close()
    }
  })
})

describe('webhooks and jobs', PATIENT, () => {
  it('are listed and run again, with a reason that is kept', async () => {
    await db.execute(sql`
      insert into webhook_events (id, endpoint, type, object_id, livemode, body, status, attempts, last_error, created_at, received_at)
      values ('evt_dead', 'platform', 'charge.refunded', 'ch_1', false, '{}', 'dead', 10, 'NotThereYet', now(), now())`)
    const dead = await ops(['webhooks', 'list', '--status', 'dead'])
    expect(dead.out).toContain('evt_dead')
    const replayed = await ops(['webhooks', 'replay', 'evt_dead', '--reason', 'the refund is there now'])
    expect(replayed).toMatchObject({ code: 0, out: 'The worker acts on evt_dead again.\n' })
    expect(await auditOf('webhook.replay')).toMatchObject([
      { actor_kind: 'system', reason: 'the refund is there now' },
    ])

    const waiting = await ops(['jobs', 'list'])
    const jobId = /^(\d+) +waiting/m.exec(waiting.out)?.[1] ?? ''
    expect(waiting.out).toContain('payments.process-webhooks')
    const healthy = await ops(['jobs', 'retry', jobId])
    expect(healthy).toMatchObject({ code: 1, err: 'This job is running or waiting and needs no help.\n' })
    await db.execute(sql`select graphile_worker.permanently_fail_jobs(array[${jobId}::bigint], 'given up')`)
    const retried = await ops(['jobs', 'retry', jobId])
    expect(retried).toMatchObject({ code: 0, err: '' })
    expect(await auditOf('job.retry')).toMatchObject([
      { actor_kind: 'system', reason: 'from the command line' },
    ])
  })

  it('say so when there is no such thing', async () => {
    expect(await ops(['webhooks', 'replay', 'evt_none'])).toMatchObject({
      code: 1,
      err: 'There is no such event.\n',
    })
    expect(await ops(['jobs', 'retry', '999999'])).toMatchObject({
      code: 1,
      err: 'There is no such job. It may have been done meanwhile.\n',
    })
    expect(await ops(['jobs', 'retry', 'first'])).toMatchObject({ code: 2 })
  })
})
