import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ANONYMOUS, type Actor } from '#src/kernel/actor.ts'
import type { ProviderId, UserId } from '#src/kernel/ids.ts'
import { balanceOf } from '#src/modules/ledger/index.ts'
import { SLIP_SENTENCES, WAIT_SENTENCES } from '#src/modules/payouts/index.ts'
import { addMonths } from '#src/ui/month-grid.ts'
import {
  makeProvider,
  moneyRig,
  moveTo,
  paidBooking,
  paymentOf,
  type BookedProvider,
  type MadeBooking,
} from '#tests/support/money.ts'
import {
  completedBooking,
  dispute,
  makePayableProvider,
  paidOutBooking,
  passTo,
  refund,
  until,
} from '#tests/support/payouts.ts'
import { getStatement, type Statement } from './reads.ts'

const rig = await moneyRig()
const { db } = rig.database

const member = (providerId: ProviderId): Actor => ({
  kind: 'user',
  userId: randomUUID() as UserId,
  operatorRole: null,
  providerIds: [providerId],
})
const statementOf = ({ providerId }: BookedProvider, month: string): Promise<Statement> =>
  getStatement({ ...rig.ctx(), actor: member(providerId) }, providerId, month)
const monthNow = () => rig.ctx().now.toString().slice(0, 7)

async function halfRefunded(booking: MadeBooking): Promise<void> {
  await refund(rig, booking, 5_000n, 500n)
  await until(rig, async () => (await paymentOf(rig, booking.id)).refundedMinor, 5_500n)
}

const payable = ({ providerId }: BookedProvider) =>
  balanceOf(db, { code: 'provider_payable', ownerId: providerId }, 'USD')

/** What the ledger's own rows of a month add up to. */
async function ledgerOf({ providerId }: BookedProvider, month: string) {
  const { rows } = await db.execute<{ payable: string; commission: string; first: string }>(sql`
    with moved as (
      select a.code, a.owner_id, t.subject_id, case when t.credit_account_id = a.id then t.amount_minor else -t.amount_minor end as minor
      from ledger_transfers t join ledger_accounts a on a.id in (t.credit_account_id, t.debit_account_id)
      where to_char(t.recorded_at at time zone 'UTC', 'YYYY-MM') = ${month})
    select coalesce(sum(minor) filter (where code = 'provider_payable' and owner_id = ${providerId}), 0)::text as payable,
      coalesce(sum(minor) filter (where code = 'commission_revenue'
        and subject_id in (select id from bookings where provider_id = ${providerId})), 0)::text as commission
    from moved`)
  return { payable: Number(rows[0]?.payable), commission: Number(rows[0]?.commission) }
}

async function movementsOf({ providerId }: BookedProvider, month: string) {
  const { rows } = await db.execute<Record<'transferred' | 'reversed' | 'netted' | 'recovered', string>>(sql`
    select coalesce(sum(amount_minor) filter (where kind = 'transfer'), 0)::text as transferred,
      coalesce(sum(amount_minor) filter (where kind = 'reversal'), 0)::text as reversed,
      coalesce(sum(netted_minor), 0)::text as netted,
      coalesce(sum(amount_minor) filter (where kind = 'recovery'), 0)::text as recovered
    from payout_movements where provider_id = ${providerId} and status = 'done'
      and to_char(settled_at at time zone 'UTC', 'YYYY-MM') = ${month}`)
  return {
    transferred: { amountMinor: Number(rows[0]?.transferred) },
    reversed: { amountMinor: Number(rows[0]?.reversed) },
    netted: { amountMinor: Number(rows[0]?.netted) },
    recovered: { amountMinor: Number(rows[0]?.recovered) },
  }
}

test('every month says what the ledger says: refunds after payout, debt, what was kept for it, a dispute lost', async () => {
  const firstMonth = monthNow()
  const provider = await makePayableProvider(rig)
  const stranger = await makePayableProvider(rig)

  const inEscrow = await completedBooking(rig, provider)
  await halfRefunded(inEscrow)
  const halfBack = await paidOutBooking(rig, provider)
  await halfRefunded(halfBack)
  await until(rig, () => payable(provider), 0n)
  await paidOutBooking(rig, stranger)
  const lost = await paidOutBooking(rig, provider)
  await rig.byHand(provider.accountId, 'pay-out')
  await rig.byHand(await dispute(rig, lost), 'lose')
  await until(rig, () => payable(provider), -9_000n)
  const kept = await paidOutBooking(rig, provider)
  await until(rig, () => payable(provider), 0n)
  const sent = await paidOutBooking(rig, provider)

  const lastMonth = monthNow()
  const lines: Statement['lines'] = []
  let closing: Statement['closing'] | null = null
  for (let month = firstMonth; month <= lastMonth; month = addMonths(month, 1)) {
    const statement = await statementOf(provider, month)
    const { totals } = statement
    const ledger = await ledgerOf(provider, month)
    expect(totals.earned.amountMinor - totals.transferred.amountMinor + totals.reversed.amountMinor).toBe(
      ledger.payable,
    )
    expect(totals.commission.amountMinor).toBe(ledger.commission)
    expect(totals).toMatchObject(await movementsOf(provider, month))
    if (closing) expect(statement.opening).toEqual(closing)
    closing = statement.closing
    lines.push(...statement.lines)
  }
  expect(closing?.amountMinor).toBe(Number(await payable(provider)))

  const sumOf = (booking: MadeBooking) => {
    const own = lines.filter(({ bookingId }) => bookingId === booking.id)
    return (
      [
        'earned',
        'commission',
        'refunded',
        'disputed',
        'netted',
        'recovered',
        'transferred',
        'reversed',
      ] as const
    ).map((name) => own.reduce((sum, line) => sum + line[name].amountMinor, 0))
  }
  //                                     earned commission refunded disputed netted recovered transferred reversed
  expect(sumOf(inEscrow)).toEqual([4_500, 500, 5_500, 0, 0, 0, 4_500, 0])
  expect(sumOf(halfBack)).toEqual([4_500, 500, 5_500, 0, 0, 0, 9_000, 4_500])
  expect(sumOf(lost)).toEqual([0, 0, 0, 11_000, 0, 9_000, 9_000, 0])
  expect(sumOf(kept)).toEqual([9_000, 1_000, 0, 0, 9_000, 0, 0, 0])
  expect(sumOf(sent)).toEqual([9_000, 1_000, 0, 0, 0, 0, 9_000, 0])
})

test('each booking has the date promised for it, and the reason when it is not kept', async () => {
  const provider = await makeProvider(rig)
  const waiting = await completedBooking(rig, provider)
  const dueAt = waiting.endsAt.add({ hours: 7 * 24 })
  const month = dueAt.toString().slice(0, 7)
  const line = async () => (await statementOf(provider, month)).lines[0]
  expect(await line()).toMatchObject({
    bookingId: waiting.id,
    dueAt: dueAt.toString(),
    paidAt: null,
    reason: null,
    price: { amountMinor: 10_000 },
    earned: { amountMinor: 0 },
  })
  await passTo(rig, dueAt)
  expect(await line()).toMatchObject({ paidAt: null, reason: WAIT_SENTENCES.account_not_ready })
})

test('a date that was not kept is told with its reason once the payout has been sent, also in the file', async () => {
  const provider = await makePayableProvider(rig)
  const booking = await completedBooking(rig, provider)
  await passTo(rig, booking.endsAt)
  const disputeId = await dispute(rig, booking)
  const dueAt = booking.endsAt.add({ hours: 7 * 24 })
  await passTo(rig, dueAt.add({ hours: 25 })) // the bank waits nine days for evidence
  const month = dueAt.toString().slice(0, 7)
  const line = async () =>
    (await statementOf(provider, month)).lines.find(({ bookingId }) => bookingId === booking.id)
  expect(await line()).toMatchObject({ paidAt: null, reason: WAIT_SENTENCES.disputed })

  await rig.byHand(disputeId, 'win')
  await until(rig, async () => (await line())?.paidAt !== null, true)
  expect(await line()).toMatchObject({ dueAt: dueAt.toString(), reason: SLIP_SENTENCES.disputed })
  const { body } = await rig.call(
    member(provider.providerId),
    'GET',
    `/providers/${provider.providerId}/statements/${month}.csv`,
  )
  expect(parse(String(body), { columns: true })).toMatchObject([
    { promised: dueAt.toString(), paid: expect.any(String), reason: SLIP_SENTENCES.disputed },
  ])
})

test('a booking to come is in the month that its payout is promised for', async () => {
  const provider = await makeProvider(rig)
  const booking = await paidBooking(rig, provider)
  await moveTo(rig, booking.id, 'confirm')
  const dueAt = booking.endsAt.add({ hours: 7 * 24 }).toString()
  const { lines } = await statementOf(provider, dueAt.slice(0, 7))
  expect(lines).toMatchObject([{ bookingId: booking.id, dueAt, reason: null }])
})

test('the file has the same lines, in exact decimals, and no formula', async () => {
  const provider = await makePayableProvider(rig)
  const booking = await paidOutBooking(rig, provider)
  const month = monthNow()
  await rig.database.owner.execute(
    sql`update bookings set service_name = '=HYPERLINK("x")' where id = ${booking.id}`,
  )
  const { status, body } = await rig.call(
    member(provider.providerId),
    'GET',
    `/providers/${provider.providerId}/statements/${month}.csv`,
  )
  expect(status).toBe(200)
  expect(parse(String(body), { columns: true })).toMatchObject([
    {
      booking: booking.id,
      service: `'=HYPERLINK("x")`,
      price: '100.00',
      earned: '90.00',
      commission: '10.00',
      refunded: '0.00',
      transferred: '90.00',
      currency: 'USD',
      promised: booking.endsAt.add({ hours: 7 * 24 }).toString(),
      reason: '',
    },
  ])
})

test('members and operators read it; for everybody else there is no such provider', async () => {
  const provider = await makeProvider(rig)
  const path = `/providers/${provider.providerId}/statements/2026-11`
  const operator: Actor = {
    kind: 'user',
    userId: randomUUID() as UserId,
    operatorRole: 'support',
    providerIds: [],
  }
  for (const reader of [member(provider.providerId), operator])
    expect(await rig.call(reader, 'GET', path)).toMatchObject({
      status: 200,
      body: { month: '2026-11', lines: [], opening: { amountMinor: 0 }, taxes: [] },
    })
  for (const stranger of [ANONYMOUS, member(randomUUID() as ProviderId)])
    for (const suffix of ['', '.csv'])
      expect(await rig.call(stranger, 'GET', path + suffix)).toMatchObject({
        status: 404,
        body: { code: 'provider.not_found' },
      })
  expect(await rig.call(operator, 'GET', path.replace('2026-11', '2026-13'))).toMatchObject({ status: 422 })
})
