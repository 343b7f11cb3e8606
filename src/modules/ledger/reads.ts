import { sql } from 'drizzle-orm'
import type { Currency } from '#src/kernel/money.ts'
import { Temporal } from '#src/kernel/time.ts'
import type { Queryable } from '#src/platform/db/database.ts'
import { CHART, ownerOf, type Account, type AccountCode, type Side } from './domain/accounts.ts'
import type { TransferFacts, TransferKind } from './domain/transfers.ts'

/** What stands on an account, on its own side: escrow of 110.00 is 11000, and so is a Stripe balance of 110.00. */
export interface AccountBalance {
  readonly accountId: string
  readonly code: AccountCode
  readonly ownerId: string | null
  readonly currency: Currency
  readonly side: Side
  readonly debitMinor: bigint
  readonly creditMinor: bigint
  readonly balanceMinor: bigint
}

/** Every account of one currency; `differenceMinor` is all debits less all credits, which is 0 or the ledger is broken. */
export interface TrialBalance {
  readonly currency: Currency
  readonly accounts: readonly AccountBalance[]
  readonly debitMinor: bigint
  readonly creditMinor: bigint
  readonly differenceMinor: bigint
}

/** A page of an account or of a subject shows these. */
export interface TransferView {
  readonly id: string
  readonly sequence: bigint
  readonly kind: TransferKind
  readonly debitCode: AccountCode
  readonly creditCode: AccountCode
  readonly debitAccountId: string
  readonly creditAccountId: string
  readonly amountMinor: bigint
  readonly currency: Currency
  readonly subjectId: string | null
  readonly externalId: string | null
  readonly description: string
  /** Null where nothing was noted: transfers of the time before facts were. */
  readonly facts: TransferFacts | null
  readonly occurredAt: Temporal.Instant
}

type BalanceRow = {
  id: string
  code: AccountCode
  owner_id: string | null
  currency: Currency
  debit_minor: string
  credit_minor: string
}

/** The trial balance of each currency, derived from every transfer there is. */
export async function getTrialBalances(db: Queryable): Promise<TrialBalance[]> {
  const { rows } = await db.execute<BalanceRow>(sql`
    with moved as (
      select debit_account_id as account_id, amount_minor as debit, 0::bigint as credit from ledger_transfers
      union all select credit_account_id, 0, amount_minor from ledger_transfers)
    select a.id, a.code, a.owner_id, a.currency, sum(m.debit)::text as debit_minor, sum(m.credit)::text as credit_minor
    from moved m join ledger_accounts a on a.id = m.account_id
    group by a.id order by a.currency, a.code, a.owner_id`)
  const byCurrency = Map.groupBy(rows.map(balanceFrom), ({ currency }) => currency)
  return [...byCurrency].map(([currency, accounts]) => {
    const debitMinor = accounts.reduce((sum, account) => sum + account.debitMinor, 0n)
    const creditMinor = accounts.reduce((sum, account) => sum + account.creditMinor, 0n)
    return { currency, accounts, debitMinor, creditMinor, differenceMinor: debitMinor - creditMinor }
  })
}

/** What stands on one account, on its own side; 0 for one that nothing has touched. */
export async function balanceOf(db: Queryable, account: Account, currency: Currency): Promise<bigint> {
  const { rows } = await db.execute<{ debit: string; credit: string }>(sql`
    select coalesce((select sum(amount_minor) from ledger_transfers where debit_account_id = a.id), 0)::text as debit,
      coalesce((select sum(amount_minor) from ledger_transfers where credit_account_id = a.id), 0)::text as credit
    from ledger_accounts a where a.code = ${account.code} and a.owner_id is not distinct from ${ownerOf(account)}::uuid
      and a.currency = ${currency}`)
  const [row] = rows
  if (!row) return 0n
  const debitMinor = BigInt(row.debit) - BigInt(row.credit)
  return CHART[account.code].side === 'debit' ? debitMinor : -debitMinor
}

/** What the transfers of one subject left on each account they touched: what is still in escrow for a booking, say. */
export async function balancesOfSubject(db: Queryable, subjectId: string): Promise<AccountBalance[]> {
  const { rows } = await db.execute<BalanceRow>(sql`
    with moved as (
      select debit_account_id as account_id, amount_minor as debit, 0::bigint as credit from ledger_transfers where subject_id = ${subjectId}
      union all select credit_account_id, 0, amount_minor from ledger_transfers where subject_id = ${subjectId})
    select a.id, a.code, a.owner_id, a.currency, sum(m.debit)::text as debit_minor, sum(m.credit)::text as credit_minor
    from moved m join ledger_accounts a on a.id = m.account_id
    group by a.id order by a.code, a.owner_id`)
  return rows.map(balanceFrom)
}

function balanceFrom(row: BalanceRow): AccountBalance {
  const { side } = CHART[row.code]
  const debitMinor = BigInt(row.debit_minor)
  const creditMinor = BigInt(row.credit_minor)
  return {
    accountId: row.id,
    code: row.code,
    ownerId: row.owner_id,
    currency: row.currency,
    side,
    debitMinor,
    creditMinor,
    balanceMinor: side === 'debit' ? debitMinor - creditMinor : creditMinor - debitMinor,
  }
}

/** The last day that is sealed: nothing can be recorded on it or before it any more. Null while none is. */
export async function getSealedThrough(db: Queryable): Promise<Temporal.PlainDate | null> {
  const { rows } = await db.execute<{ day: string | null }>(
    sql`select max(on_date)::text as day from ledger_days`,
  )
  return rows[0]?.day ? Temporal.PlainDate.from(rows[0].day) : null
}

type TransferRow = {
  id: string
  sequence: string
  kind: TransferKind
  debit_code: AccountCode
  credit_code: AccountCode
  debit_account_id: string
  credit_account_id: string
  amount_minor: string
  currency: Currency
  subject_id: string | null
  external_id: string | null
  description: string
  facts: TransferFacts | Record<string, never>
  occurred_at: string
}

const TRANSFER_COLUMNS = sql`
  t.id, t.sequence, t.kind, d.code as debit_code, c.code as credit_code, t.debit_account_id, t.credit_account_id,
  t.amount_minor, t.currency, t.subject_id, t.external_id, t.description, t.facts, t.occurred_at
  from ledger_transfers t
  join ledger_accounts d on d.id = t.debit_account_id
  join ledger_accounts c on c.id = t.credit_account_id`

const TRANSFERS_OF_SUBJECT_MAX = 500 // a booking has about ten; the bound is against a subject that is none

/** All money that moved for one subject, in order. */
export async function listTransfersOfSubject(db: Queryable, subjectId: string): Promise<TransferView[]> {
  const { rows } = await db.execute<TransferRow>(sql`
    select ${TRANSFER_COLUMNS} where t.subject_id = ${subjectId} order by t.sequence limit ${TRANSFERS_OF_SUBJECT_MAX}`)
  return rows.map(transferFrom)
}

const PAGE_MAX = 50

/** An account's transfers, newest first: a page, and the sequence after which the next one starts. */
export async function listTransfersOfAccount(
  db: Queryable,
  accountId: string,
  page: { readonly after?: bigint; readonly limit?: number } = {},
): Promise<{ items: TransferView[]; next: bigint | null }> {
  const limit = Math.min(page.limit ?? 20, PAGE_MAX)
  const before = page.after ?? null
  // Two index scans, one per side, and not one scan of everything.
  const { rows } = await db.execute<TransferRow>(sql`
    select * from (
      (select ${TRANSFER_COLUMNS} where t.debit_account_id = ${accountId} and (${before}::bigint is null or t.sequence < ${before}::bigint)
       order by t.sequence desc limit ${limit + 1})
      union all
      (select ${TRANSFER_COLUMNS} where t.credit_account_id = ${accountId} and (${before}::bigint is null or t.sequence < ${before}::bigint)
       order by t.sequence desc limit ${limit + 1})) both_sides
    order by sequence desc limit ${limit + 1}`)
  const items = rows.slice(0, limit).map(transferFrom)
  return { items, next: rows.length > limit ? (items.at(-1)?.sequence ?? null) : null }
}

function transferFrom(row: TransferRow): TransferView {
  return {
    id: row.id,
    sequence: BigInt(row.sequence),
    kind: row.kind,
    debitCode: row.debit_code,
    creditCode: row.credit_code,
    debitAccountId: row.debit_account_id,
    creditAccountId: row.credit_account_id,
    amountMinor: BigInt(row.amount_minor),
    currency: row.currency,
    subjectId: row.subject_id,
    externalId: row.external_id,
    description: row.description,
    facts: 'formula' in row.facts ? (row.facts as TransferFacts) : null,
    occurredAt: Temporal.Instant.from(row.occurred_at),
  }
}
