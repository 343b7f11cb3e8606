import { inArray, sql } from 'drizzle-orm'
import { assert } from '#src/kernel/assert.ts'
import { isoText, type Temporal } from '#src/kernel/time.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import { accountName, ownerOf, type Account } from './domain/accounts.ts'
import { assertTransfer, type Transfer } from './domain/transfers.ts'
import { deterministicId } from './ids.ts'
import { ledgerTransfers } from './tables.ts'

/**
 * Writes transfers in the caller's transaction, each at most once: one whose effect key is there already changes nothing.
 * Accounts come into being with their first transfer.
 * @returns how many were new.
 * @throws {AssertionFailed} when an effect that is there already has other figures: two parts of the product disagree on
 *   what happened, and no guess between them is safe.
 */
export async function postTransfers(
  tx: Tx,
  now: Temporal.Instant,
  transfers: readonly Transfer[],
): Promise<number> {
  if (transfers.length === 0) return 0
  transfers.forEach(assertTransfer)
  const rows = transfers.map(rowOf)
  const { rowCount } = await insertTransfers(tx, {
    now: isoText(now),
    transfers: JSON.stringify(rows.map(jsonOf)),
    ...accountsOf(transfers),
  })
  if (rowCount !== rows.length) await assertSameFigures(tx, rows)
  return rowCount ?? 0
}

type Row = ReturnType<typeof rowOf>

function rowOf(transfer: Transfer) {
  const { currency, amountMinor } = transfer.amount
  return {
    id: deterministicId(transfer.effectKey),
    kind: transfer.kind,
    debitAccountId: accountId(transfer.debit, currency),
    creditAccountId: accountId(transfer.credit, currency),
    amountMinor,
    currency,
    subjectId: transfer.subjectId,
    effectKey: transfer.effectKey,
    externalId: transfer.externalId,
    reversesId: transfer.reverses === undefined ? null : deterministicId(transfer.reverses),
    description: transfer.description,
    facts: transfer.facts ?? {},
    occurredAt: transfer.occurredAt,
  }
}

function accountId(account: Account, currency: Transfer['amount']['currency']): string {
  return deterministicId(accountName(account, currency))
}

function jsonOf({ amountMinor, occurredAt, ...row }: Row) {
  return { ...row, amountMinor: String(amountMinor), occurredAt: isoText(occurredAt) }
}

/** The accounts that the transfers name, column by column. */
function accountsOf(transfers: readonly Transfer[]) {
  const named = transfers.flatMap(({ debit, credit, amount: { currency } }) =>
    [debit, credit].map((account) => ({
      id: accountId(account, currency),
      code: account.code,
      ownerId: ownerOf(account),
      currency,
    })),
  )
  const accounts = [...new Map(named.map((account) => [account.id, account])).values()]
  // In id order, so that two transactions that open the same accounts wait for each other and do not deadlock.
  accounts.sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    accountIds: accounts.map(({ id }) => id),
    codes: accounts.map(({ code }) => code),
    ownerIds: accounts.map(({ ownerId }) => ownerId),
    currencies: accounts.map(({ currency }) => currency),
  }
}

const $ = sql.placeholder
// Accounts in the same statement: almost always every one is there, and this costs one look by id. A day that is sealed takes
// nothing more: who began before midnight and comes this late is recorded on the first open day. The conflict may be of any
// index: the id follows from the effect key, and a twin at the same moment meets it first.
const insertTransfers = prepared<Record<string, string | readonly (string | null)[]>>(
  () => sql`
    with opened as (
      insert into ledger_accounts (id, code, owner_id, currency, created_at)
      select w.id, w.code, w.owner_id, w.currency, ${$('now')}::timestamptz
      from unnest(${$('accountIds')}::uuid[], ${$('codes')}::text[], ${$('ownerIds')}::uuid[], ${$('currencies')}::text[])
        w (id, code, owner_id, currency)
      where not exists (select from ledger_accounts a where a.id = w.id)
      on conflict do nothing)
    insert into ledger_transfers (id, kind, debit_account_id, credit_account_id, amount_minor, currency, subject_id,
      effect_key, external_id, reverses_id, description, facts, occurred_at, recorded_at)
    select id, kind, "debitAccountId", "creditAccountId", "amountMinor", currency, "subjectId", "effectKey", "externalId",
      "reversesId", description, facts, "occurredAt",
      greatest(${$('now')}::timestamptz, (select (max(on_date) + 1)::timestamp at time zone 'UTC' from ledger_days))
    from jsonb_to_recordset(${$('transfers')}::jsonb) as t (id uuid, kind text, "debitAccountId" uuid, "creditAccountId" uuid,
      "amountMinor" bigint, currency text, "subjectId" uuid, "effectKey" text, "externalId" text, "reversesId" uuid,
      description text, facts jsonb, "occurredAt" timestamptz)
    on conflict do nothing`,
)

async function assertSameFigures(tx: Tx, rows: readonly Row[]): Promise<void> {
  const stored = await tx
    .select()
    .from(ledgerTransfers)
    .where(
      inArray(
        ledgerTransfers.effectKey,
        rows.map(({ effectKey }) => effectKey),
      ),
    )
  const byKey = new Map(stored.map((row) => [row.effectKey, row]))
  for (const row of rows) {
    const twin = byKey.get(row.effectKey)
    const same =
      twin?.amountMinor === row.amountMinor &&
      twin.currency === row.currency &&
      twin.debitAccountId === row.debitAccountId &&
      twin.creditAccountId === row.creditAccountId &&
      twin.subjectId === row.subjectId
    assert(same, `${row.effectKey} is in the ledger with the same figures`)
  }
}
