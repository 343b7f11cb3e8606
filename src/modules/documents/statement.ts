import { sql } from 'drizzle-orm'
import { assert } from '#src/kernel/assert.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import {
  isCurrency,
  money,
  moneyToJson,
  toDecimalString,
  type Currency,
  type MoneyJson,
} from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import { slipReason, type SlipCode, type WaitCode } from '#src/modules/payouts/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import { csvRow } from '#src/platform/csv.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { refuse } from '#src/platform/errors.ts'
import { addressLines, type Address } from './domain/content.ts'
import { platformOf } from './issue-document.ts'
import { partyJson, type PartyJson } from './view.ts'

/** What moved for one booking in the month; each is the sum of its transfers in the ledger. */
const MOVED = ['earned', 'commission', 'refunded', 'disputed', 'transferred', 'reversed'] as const
/**
 * Beside them: what of a payout was kept for what the provider owed, and, on the bookings whose debt that was, how much of it was
 * recovered so. Neither moves money, since the debt stood on the same account.
 */
const KEPT = ['netted', 'recovered'] as const
const SUMS = [...MOVED, ...KEPT] as const
type Sum = (typeof SUMS)[number]

export type StatementLine = Record<Sum, MoneyJson> & {
  bookingId: string
  code: string
  serviceName: string
  startsAt: string
  timeZone: string
  /** What the customer paid for the service, without the guest fee. */
  price: MoneyJson
  /** The date promised: the end of escrow. */
  dueAt: string
  paidAt: string | null
  /** Why the date was not kept, also once it was sent, or is not being kept; of now, whatever the month. */
  reason: string | null
}

export interface Statement {
  /** "2026-11", in UTC, by when the ledger recorded it: a month that is over stays as it is. */
  month: string
  currency: string
  provider: PartyJson
  platform: PartyJson
  /** What stood on the provider's account before the month, and after it; below zero, what they owe. */
  opening: MoneyJson
  closing: MoneyJson
  lines: StatementLine[]
  totals: Record<Sum, MoneyJson>
  /** Contained in the commission; empty while nothing is taxed. */
  taxes: { name: string; rateBasisPoints: number; taxed: MoneyJson; tax: MoneyJson }[]
}

/** So many bookings of one provider in one month are a fault: a statement must be whole, and has no pages. */
const LINES_MAX = 20_000

/**
 * What moved for a provider in a month, booking by booking, with the date promised for each.
 * @throws provider.not_found, also for what is not theirs.
 */
export async function getStatement(ctx: Ctx, providerId: ProviderId, month: string): Promise<Statement> {
  if (!may(ctx.actor, 'earnings.see', { providerId })) throw refuse('provider.not_found')
  return ctx.db.transaction((tx) => read(tx, ctx, providerId, month), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  })
}

async function read(db: Queryable, ctx: Ctx, providerId: ProviderId, month: string): Promise<Statement> {
  const payee = await findPayee(db, providerId)
  if (!payee) throw refuse('provider.not_found')
  const { currency } = payee
  const span = spanOf(month)
  const { openingMinor, closingMinor } = await readBalances(db, providerId, currency, span)
  const rows = await readRows(db, ctx, providerId, currency, span)
  const totals = Object.fromEntries(
    SUMS.map((name) => [name, rows.reduce((sum, row) => sum + BigInt(row[name]), 0n)]),
  ) as Record<Sum, bigint>
  const { earned, transferred, reversed } = totals
  assert(
    openingMinor + earned - transferred + reversed === closingMinor,
    'the lines of a statement are all that moved on the account',
  )
  const amount = (minor: bigint) => moneyToJson({ amountMinor: minor, currency })
  return {
    month,
    currency,
    provider: payee.named,
    platform: partyJson(platformOf(ctx.config)),
    opening: amount(openingMinor),
    closing: amount(closingMinor),
    lines: rows.map((row) => lineFrom(row, currency, ctx.now)),
    totals: sumsFrom((name) => amount(totals[name])),
    taxes: [],
  }
}

interface Span {
  readonly from: string
  readonly until: string
}

function spanOf(month: string): Span {
  const first = Temporal.PlainYearMonth.from(month).toPlainDate({ day: 1 })
  const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime('UTC').toInstant().toString()
  return { from: startOf(first), until: startOf(first.add({ months: 1 })) }
}

async function findPayee(db: Queryable, providerId: ProviderId) {
  const { rows } = await db.execute<
    Address & Record<string, unknown> & { name: string; currency: Currency }
  >(sql`
    select name, address_line as "addressLine", postal_code as "postalCode", city, region, country, currency
    from providers where id = ${providerId}`)
  const [row] = rows
  if (!row) return null
  const named: PartyJson = { name: row.name, lines: addressLines(row), taxNumber: null }
  return { currency: row.currency, named }
}

async function readBalances(
  db: Queryable,
  providerId: ProviderId,
  currency: Currency,
  { from, until }: Span,
): Promise<{ openingMinor: bigint; closingMinor: bigint }> {
  const { rows } = await db.execute<{ opening: string; closing: string }>(sql`
    with moved as (
      select t.recorded_at, case when t.credit_account_id = a.id then t.amount_minor else -t.amount_minor end as minor
      from ledger_accounts a join ledger_transfers t on a.id in (t.credit_account_id, t.debit_account_id)
      where a.code = 'provider_payable' and a.owner_id = ${providerId} and a.currency = ${currency} and t.recorded_at < ${until})
    select coalesce(sum(minor) filter (where recorded_at < ${from}), 0)::text as opening, coalesce(sum(minor), 0)::text as closing
    from moved`)
  return { openingMinor: BigInt(rows[0]?.opening ?? 0), closingMinor: BigInt(rows[0]?.closing ?? 0) }
}

type Row = Record<Sum, string> & {
  id: string
  code: string
  service_name: string
  starts_at: string
  time_zone: string
  base_minor: string
  due_at: string
  paid_at: string | null
  waits_for: WaitCode | null
  slipped_for: SlipCode | null
  nothing_due: boolean
}

// A booking is in the month in which something moved for it other than its own payment, and in the one its payout is promised for.
async function readRows(
  db: Queryable,
  ctx: Ctx,
  providerId: ProviderId,
  currency: Currency,
  { from, until }: Span,
): Promise<Row[]> {
  const sumOf = (plus: string, minus: string) =>
    sql.raw(
      `coalesce(sum(t.amount_minor) filter (where t.kind in (${plus})), 0) - coalesce(sum(t.amount_minor) filter (where t.kind in (${minus})), 0)`,
    )
  const { rows } = await db.execute<Row>(sql`
    with moved as (
      select t.subject_id as booking_id,
        ${sumOf(`'provider_share'`, `'provider_share_returned'`)} as earned,
        ${sumOf(`'commission'`, `'commission_returned'`)} as commission,
        ${sumOf(`'refund', 'refund_outside'`, `'refund_failed'`)} as refunded,
        ${sumOf(`'dispute_withdrawal'`, `'dispute_reinstatement'`)} as disputed,
        ${sumOf(`'provider_transfer'`, `''`)} as transferred,
        ${sumOf(`'transfer_reversal'`, `''`)} as reversed
      from bookings b join ledger_transfers t on t.subject_id = b.id
      where b.provider_id = ${providerId} and t.currency = ${currency} and t.recorded_at >= ${from} and t.recorded_at < ${until}
        and t.kind not in ('capture', 'processing_fee')
      group by t.subject_id),
    kept as (
      select o.booking_id, sum(m.netted_minor) as netted, coalesce(sum(m.amount_minor) filter (where m.kind = 'recovery'), 0) as recovered
      from payout_movements m join payouts o on o.id = m.payout_id
      where m.provider_id = ${providerId} and m.currency = ${currency} and m.status = 'done' and (m.netted_minor > 0 or m.kind = 'recovery')
        and m.settled_at >= ${from} and m.settled_at < ${until}
      group by o.booking_id),
    promised as (
      select b.*, po.paid_at, po.waits_for, po.slipped_for, coalesce(po.amount_minor, b.provider_net_minor) = 0 as nothing_due,
        coalesce(po.due_at, b.ends_at + make_interval(hours => ${ctx.config.ESCROW_DAYS * 24}::int)) as due_at,
        po.id is not null and po.status <> 'none' or po.id is null and b.state in ('confirmed', 'in_progress', 'completed')
          and pay.refund_requested_minor < pay.captured_minor as is_promised
      from bookings b
      join payments pay on pay.booking_id = b.id and pay.captured_minor > 0
      left join payouts po on po.booking_id = b.id
      where b.provider_id = ${providerId} and b.currency = ${currency})
    select p.id, p.code, p.service_name, p.starts_at, p.time_zone, p.base_minor, p.due_at, p.paid_at, p.waits_for, p.slipped_for, p.nothing_due,
      ${sql.join(
        MOVED.map((name) => sql`coalesce(m.${sql.identifier(name)}, 0)::text as ${sql.identifier(name)}`),
        sql`, `,
      )},
      coalesce(k.netted, 0)::text as netted, coalesce(k.recovered, 0)::text as recovered
    from promised p
    left join moved m on m.booking_id = p.id
    left join kept k on k.booking_id = p.id
    where m.booking_id is not null or k.booking_id is not null
      or p.is_promised and p.due_at >= ${from} and p.due_at < ${until}
    order by p.due_at, p.id limit ${LINES_MAX + 1}`)
  assert(rows.length <= LINES_MAX, 'a statement has no more lines than it can show')
  return rows
}

function sumsFrom(amountOf: (name: Sum) => MoneyJson): Record<Sum, MoneyJson> {
  return Object.fromEntries(SUMS.map((name) => [name, amountOf(name)])) as Record<Sum, MoneyJson>
}

function lineFrom(row: Row, currency: Currency, now: Temporal.Instant): StatementLine {
  const amount = (minor: string) => moneyToJson({ amountMinor: BigInt(minor), currency })
  const dueAt = Temporal.Instant.from(row.due_at)
  const paidAt = row.paid_at === null ? null : Temporal.Instant.from(row.paid_at)
  const { waits_for: waitsFor, slipped_for: slippedFor, nothing_due: nothingDue } = row
  return {
    bookingId: row.id,
    code: row.code,
    serviceName: row.service_name,
    startsAt: Temporal.Instant.from(row.starts_at).toString(),
    timeZone: row.time_zone,
    price: amount(row.base_minor),
    ...sumsFrom((name) => amount(row[name])),
    dueAt: dueAt.toString(),
    paidAt: paidAt?.toString() ?? null,
    reason: slipReason({ dueAt, paidAt, waitsFor, slippedFor, nothingDue }, now),
  }
}

const COLUMNS = ['booking', 'service', 'start', 'price', ...SUMS, 'currency', 'promised', 'paid', 'reason']

/** The lines as a file; amounts are exact decimals of the currency. */
export function statementCsv({ lines, currency }: Statement): string {
  return [csvRow(COLUMNS), ...lines.map((line) => csvRow(cellsOf(line, currency)))].join('')
}

function cellsOf(line: StatementLine, currency: string): (string | null)[] {
  assert(isCurrency(currency), 'a stored amount has a known currency')
  const decimal = ({ amountMinor }: MoneyJson) => toDecimalString(money(amountMinor, currency))
  return [
    line.code,
    line.serviceName,
    line.startsAt,
    decimal(line.price),
    ...SUMS.map((name) => decimal(line[name])),
    currency,
    line.dueAt,
    line.paidAt,
    line.reason,
  ]
}
