import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Temporal } from '#src/kernel/time.ts'
import { postTransfers, type Transfer } from '#src/modules/ledger/index.ts'
import { inTransaction } from '#src/platform/context.ts'
import { startTestApp } from '#tests/support/app.ts'
import { makeOperator, makeProvider, signUp } from '#tests/support/factories.ts'
import { makeTransfer } from '#tests/support/transfers.ts'

const app = await startTestApp({ worker: false })
const { db } = app.database

async function operator(role: 'support' | 'finance' | 'admin') {
  const made = await signUp(app.url, 'Olga Operator')
  await makeOperator(db, made.userId, role)
  return { cookie: made.cookie }
}

const finance = await operator('finance')
const support = await operator('support')
const { cookie } = await signUp(app.url)
const READ = '/api/v1/operator/reconciliation'
const ASK = '/api/v1/operator/reconciliations'

async function post(at: string, ...transfers: Partial<Transfer>[]): Promise<void> {
  const instant = Temporal.Instant.from(at)
  const whole = transfers.map((changes) => makeTransfer(instant, changes))
  await inTransaction({ db }, (tx) => postTransfers(tx, instant, whole))
}

describe('the comparison with Stripe', () => {
  it('does not exist for anybody but operators', async () => {
    for (const headers of [{}, { cookie }]) {
      expect(await app.request(READ, { headers })).toMatchObject({
        status: 404,
        body: { code: 'request.not_found' },
      })
      expect(await app.request(ASK, { method: 'POST', headers, body: {} })).toMatchObject({ status: 404 })
    }
  })

  it('is asked for by finance and admin, once for a key, with an audit row; support may only look', async () => {
    expect(await app.request(ASK, { method: 'POST', headers: support, body: {} })).toMatchObject({
      status: 403,
      body: { code: 'auth.not_allowed' },
    })
    const headers = { ...finance, 'idempotency-key': randomUUID() }
    const ask = () => app.request(ASK, { method: 'POST', headers, body: { reason: 'the bank called' } })
    const [first, second] = [await ask(), await ask()]
    expect(first.status).toBe(201)
    expect(second.body).toEqual(first.body)
    const { rows } = await db.execute(
      sql`select reason, subject_id from audit_log where action = 'reconciliation.ask'`,
    )
    expect(rows).toEqual([{ reason: 'the bank called', subject_id: first.body.runId }])
    expect((await app.request(READ, { headers: support })).body).toMatchObject({
      lastRun: null,
      askedAt: expect.any(String),
    })
  })

  it('reads 0.00 where nothing is open, and otherwise the sum of what is, without signs', async () => {
    await post('2026-10-01T12:00:00Z', {})
    const read = async () => (await app.request(READ, { headers: support })).body
    expect(await read()).toMatchObject({
      currencies: [{ currency: 'USD', difference: { amountMinor: 0, currency: 'USD' }, openCount: 0 }],
      open: [],
    })
    await db.execute(sql`
      insert into reconciliation_differences (id, kind, object_id, currency, expected_minor, actual_minor, since, first_seen_at, last_seen_at, repair_count)
      values (${randomUUID()}, 'missing_in_ledger', 'ch_1', 'USD', 500, 0, '2026-10-02T00:00:00Z', now(), now(), 0),
             (${randomUUID()}, 'missing_at_stripe', 'tr_1', 'USD', 0, -500, '2026-10-01T00:00:00Z', now(), now(), 0),
             (${randomUUID()}, 'amount_differs', 're_1', 'JPY', -1500, 0, '2026-10-03T00:00:00Z', now(), now(), 4)`)
    const { currencies, open } = await read()
    expect(currencies).toMatchObject([
      { currency: 'JPY', difference: { amountMinor: 1_500 }, openCount: 1 },
      { currency: 'USD', difference: { amountMinor: 1_000 }, openCount: 2 },
    ])
    expect(open.map((line: { objectWord: string; name: string }) => [line.objectWord, line.name])).toEqual([
      ['transfer', 'Not at Stripe'],
      ['charge', 'Not in the ledger'],
      ['refund', 'Amount differs'],
    ])
    expect(open[2].next).toContain('Tried 4 times in vain.')
    await db.execute(
      sql`update reconciliation_differences set resolved_at = now(), resolution = 'Booked by hand.'`,
    )
    expect(await read()).toMatchObject({
      currencies: [{ currency: 'USD', difference: { amountMinor: 0 } }],
      open: [],
      resolved: [{ next: 'Booked by hand.' }, {}, {}],
    })
  })
})

describe('the journal', () => {
  const journal = (query: string, headers: Record<string, string> = support) =>
    app.request(`/api/v1/operator/journal?${query}`, { headers })

  it('does not exist for anybody but operators, and refuses days that are none', async () => {
    const days = 'from=2026-09-01&to=2026-09-30'
    expect(await journal(days, {})).toMatchObject({ status: 404 })
    expect(await journal(days, { cookie })).toMatchObject({ status: 404 })
    expect(await journal('from=2026-09-31&to=2026-10-01')).toMatchObject({ status: 422 })
    expect(await journal('from=2026-09-02&to=2026-09-01')).toMatchObject({
      status: 422,
      body: { code: 'request.invalid' },
    })
  })

  it('has every transfer recorded on its days, once, with both accounts, the exact amount and the Stripe object', async () => {
    const { providerId, slug } = await makeProvider(db)
    await post('2026-09-01T00:00:00Z', { externalId: 'ch_first' })
    await post('2026-09-02T23:59:59.999999Z', {
      kind: 'provider_share',
      debit: { code: 'escrow' },
      credit: { code: 'provider_payable', ownerId: providerId },
      amount: { amountMinor: 1_500n, currency: 'JPY' },
      externalId: null,
      description: '=HYPERLINK("http://evil.example", "click"), said somebody',
    })
    await post('2026-09-03T00:00:00Z', {}) // the next day's
    const csv = await journal('from=2026-09-01&to=2026-09-02')
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(csv.headers.get('content-disposition')).toContain('journal-2026-09-01-2026-09-02.csv')
    const lines = parse(csv.body, { columns: true }) as Record<string, string>[]
    expect(lines).toMatchObject([
      {
        date: '2026-09-01',
        debit: 'stripe_balance',
        credit: 'escrow',
        amount: '110.00',
        amountMinor: '11000',
        stripeObject: 'ch_first',
      },
      {
        date: '2026-09-02',
        debit: 'escrow',
        credit: `provider_payable:${slug}`,
        amount: '1500',
        currency: 'JPY',
        stripeObject: '',
        description: '\'=HYPERLINK("http://evil.example", "click"), said somebody',
      },
    ])
    const json = await journal('from=2026-09-01&to=2026-09-02&format=json')
    expect(json.body).toMatchObject([{ amount: '110.00' }, { amount: '1500', stripeObject: null }])
    expect((await journal('from=2020-01-01&to=2020-01-02&format=json')).body).toEqual([])
  })

  it('of more transfers than are read at once has each once, in order', async () => {
    await db.execute(sql`
      insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, effect_key, occurred_at, recorded_at)
      select gen_random_uuid(), 'capture', t.debit_account_id, t.credit_account_id, n, 'USD', 'many:' || n, '2026-08-01T12:00:00Z', '2026-08-01T12:00:00Z'
      from (select * from ledger_transfers where kind = 'capture' and currency = 'USD' limit 1) t, generate_series(1, 2500) n`)
    const { body } = await journal('from=2026-08-01&to=2026-08-01&format=json')
    expect(body.map((line: { amountMinor: string }) => Number(line.amountMinor))).toEqual(
      Array.from({ length: 2_500 }, (_, index) => index + 1),
    )
  })
})
