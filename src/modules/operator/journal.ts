import { sql } from 'drizzle-orm'
import { isCurrency, money, toDecimalString } from '#src/kernel/money.ts'
import { assert } from '#src/kernel/assert.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Ctx } from '#src/platform/context.ts'
import { csvRow } from '#src/platform/csv.ts'
import { requireOperator } from './access.ts'
import { iso } from './rows.ts'

export const JOURNAL_FORMATS = ['csv', 'json'] as const
export type JournalFormat = (typeof JOURNAL_FORMATS)[number]

/** Days (UTC) by when a transfer was recorded, both included: a day that is sealed gives the same journal for ever. */
export interface JournalRange {
  readonly from: Temporal.PlainDate
  readonly to: Temporal.PlainDate
}

/** One transfer. Accounts that each provider has are named with the provider: `provider_payable:anas-salon`. */
interface JournalLine {
  readonly date: string
  readonly transfer: string
  readonly kind: string
  readonly debit: string
  readonly credit: string
  /** The exact decimal of the currency: "110.00", "1500". */
  readonly amount: string
  readonly amountMinor: string
  readonly currency: string
  /** The code of the booking, where the subject is one. */
  readonly booking: string | null
  readonly subject: string | null
  readonly stripeObject: string | null
  readonly description: string
  readonly occurredAt: string
  readonly recordedAt: string
}

const COLUMNS = [
  'date',
  'transfer',
  'kind',
  'debit',
  'credit',
  'amount',
  'amountMinor',
  'currency',
  'booking',
  'subject',
  'stripeObject',
  'description',
  'occurredAt',
  'recordedAt',
] as const satisfies readonly (keyof JournalLine)[]

const BATCH = 1_000

/**
 * The journal of some days as a file, in pieces: read batch by batch, so that a year is no more to hold than a day.
 * @throws request.not_found, before the first piece.
 */
export function exportJournal(ctx: Ctx, range: JournalRange, format: JournalFormat): AsyncGenerator<string> {
  requireOperator(ctx)
  return format === 'csv' ? asCsv(journalLines(ctx, range)) : asJson(journalLines(ctx, range))
}

async function* asCsv(batches: AsyncGenerator<JournalLine[]>): AsyncGenerator<string> {
  yield csvRow(COLUMNS)
  for await (const lines of batches)
    yield lines.map((line) => csvRow(COLUMNS.map((name) => line[name]))).join('')
}

async function* asJson(batches: AsyncGenerator<JournalLine[]>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const lines of batches) {
    yield before + lines.map((line) => JSON.stringify(line)).join(',\n')
    before = ',\n'
  }
  yield before === ',\n' ? '\n]\n' : '[]\n'
}

type Row = {
  sequence: string
  id: string
  kind: string
  debit: string
  credit: string
  amount_minor: string
  currency: string
  booking: string | null
  subject: string | null
  external_id: string | null
  description: string
  day: string
  occurred_at: string
  recorded_at: string
}

async function* journalLines(ctx: Ctx, { from, to }: JournalRange): AsyncGenerator<JournalLine[]> {
  for (let after = '0'; ;) {
    const { rows } = await ctx.db.execute<Row>(sql`
      select t.sequence::text, t.id, t.kind, d.code || coalesce(':' || coalesce(dp.slug, d.owner_id::text), '') as debit,
        c.code || coalesce(':' || coalesce(cp.slug, c.owner_id::text), '') as credit, t.amount_minor::text, t.currency,
        b.code as booking, t.subject_id as subject, t.external_id, t.description,
        (t.recorded_at at time zone 'UTC')::date::text as day, t.occurred_at, t.recorded_at
      from ledger_transfers t
      join ledger_accounts d on d.id = t.debit_account_id left join providers dp on dp.id = d.owner_id
      join ledger_accounts c on c.id = t.credit_account_id left join providers cp on cp.id = c.owner_id
      left join bookings b on b.id = t.subject_id
      where t.recorded_at >= ${from.toString()}::timestamp at time zone 'UTC'
        and t.recorded_at < (${to.toString()}::date + 1)::timestamp at time zone 'UTC' and t.sequence > ${after}::bigint
      order by t.sequence limit ${BATCH}`)
    if (rows.length > 0) yield rows.map(lineOf)
    const last = rows.at(-1)
    if (rows.length < BATCH || !last) return
    after = last.sequence
  }
}

function lineOf(row: Row): JournalLine {
  assert(isCurrency(row.currency), 'a stored amount has a known currency')
  return {
    date: row.day,
    transfer: row.id,
    kind: row.kind,
    debit: row.debit,
    credit: row.credit,
    amount: toDecimalString(money(BigInt(row.amount_minor), row.currency)),
    amountMinor: row.amount_minor,
    currency: row.currency,
    booking: row.booking,
    subject: row.subject,
    stripeObject: row.external_id,
    description: row.description,
    occurredAt: iso(row.occurred_at),
    recordedAt: iso(row.recorded_at),
  }
}
