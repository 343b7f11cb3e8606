import { sql } from 'drizzle-orm'
import { createHash, type Hash } from 'node:crypto'
import { Temporal } from '#src/kernel/time.ts'
import type { Database, Queryable } from '#src/platform/db/database.ts'
import { CHART } from './domain/accounts.ts'
import { canonicalTransfer, type StoredTransfer } from './domain/canonical.ts'
import { startOf } from './domain/days.ts'
import { getTrialBalances, type AccountBalance, type TrialBalance } from './reads.ts'

export interface LedgerVerification {
  readonly transferCount: number
  readonly sealedDayCount: number
  /** The last sealed day; null while none is. */
  readonly sealedThrough: Temporal.PlainDate | null
  readonly balances: readonly TrialBalance[]
  /** What does not hold, in the order of the ledger: the first one names the first row that differs. Empty: all is well. */
  readonly problems: readonly string[]
}

const BATCH = 5_000
/** More are not more help, and a ledger that is wrong from the beginning has millions. */
const PROBLEMS_MAX = 100
const ZEROS = '0'.repeat(64)
const MARK_BYTES = 16
const EVER = Temporal.Instant.from('0001-01-01T00:00:00Z')
const NEVER = Temporal.Instant.from('9999-12-31T00:00:00Z')

/**
 * Works everything out again from nothing: each sealed day's hash, each transfer's accounts and currency, each balance. Adds
 * up in code of its own, one transfer after the other, and compares with what the pages show. All of one snapshot, since
 * the books go on being written meanwhile.
 */
export async function verifyLedger(db: Database): Promise<LedgerVerification> {
  return db.transaction((tx) => verify(tx), { isolationLevel: 'repeatable read', accessMode: 'read only' })
}

async function verify(db: Queryable): Promise<LedgerVerification> {
  const problems: string[] = []
  const books = new Books(await accountsById(db))
  const days = await listDays(db)
  let [previous, from] = [ZEROS, EVER]
  for (const day of days) {
    const [start, end] = [startOf(day.onDate), startOf(day.onDate.add({ days: 1 }))]
    if (from === EVER) await books.take(db, EVER, start, () => 'was recorded before the first sealed day')
    else if (!from.equals(start)) problems.push(`${day.onDate}: the day before it is missing from the chain`)
    const seal = new SealedDay(day.previousHash, day.onDate, await marksOf(db, day.onDate))
    await books.take(db, start, end, (transfer) => seal.compare(transfer))
    problems.push(...books.problems.splice(0), ...seal.finish(day))
    if (day.previousHash !== previous)
      problems.push(`${day.onDate}: it does not continue the hash of the day before`)
    previous = day.hash
    from = end
  }
  await books.take(db, from, NEVER, () => null)
  const balances = await getTrialBalances(db)
  problems.push(...books.problems, ...balances.flatMap((balance) => books.compare(balance)))
  return {
    transferCount: books.transferCount,
    sealedDayCount: days.length,
    sealedThrough: days.at(-1)?.onDate ?? null,
    balances,
    problems: problems.slice(0, PROBLEMS_MAX),
  }
}

interface AccountRow extends Record<string, unknown> {
  readonly id: string
  readonly code: string
  readonly currency: string
}

/** Debits less credits of each account, added up one transfer at a time. */
class Books {
  transferCount = 0
  readonly problems: string[] = []
  readonly #sums = new Map<string, bigint>()
  readonly #accounts: ReadonlyMap<string, AccountRow>

  constructor(accounts: ReadonlyMap<string, AccountRow>) {
    this.#accounts = accounts
  }

  /** Takes in what was recorded in a span of time; `judge` says what is wrong with a transfer, if anything. */
  async take(
    db: Queryable,
    from: Temporal.Instant,
    until: Temporal.Instant,
    judge: (transfer: StoredTransfer) => string | null,
  ): Promise<void> {
    for await (const transfer of transfersRecorded(db, from, until)) {
      this.transferCount += 1
      this.#add(transfer.debitAccountId, transfer.amountMinor)
      this.#add(transfer.creditAccountId, -transfer.amountMinor)
      const wrong = judge(transfer) ?? this.#wrongAccounts(transfer)
      if (wrong !== null && this.problems.length < PROBLEMS_MAX)
        this.problems.push(`${nameOf(transfer)} ${wrong}`)
    }
  }

  compare({ currency, accounts, differenceMinor }: TrialBalance): string[] {
    const difference =
      differenceMinor === 0n
        ? []
        : [`${currency}: debits and credits differ by ${differenceMinor} minor units`]
    return [...difference, ...accounts.flatMap((account) => this.#compareAccount(account))]
  }

  #compareAccount({ accountId, code, side, balanceMinor }: AccountBalance): string[] {
    const sum = this.#sums.get(accountId) ?? 0n
    const derived = side === 'debit' ? sum : -sum
    if (derived === balanceMinor) return []
    return [
      `account ${accountId} (${code}): ${balanceMinor} in the trial balance, ${derived} from its transfers`,
    ]
  }

  #add(account: string, amountMinor: bigint): void {
    this.#sums.set(account, (this.#sums.get(account) ?? 0n) + amountMinor)
  }

  #wrongAccounts({ debitAccountId, creditAccountId, amountMinor, currency }: StoredTransfer): string | null {
    if (amountMinor <= 0n) return `moves ${amountMinor} minor units, which is not a positive amount`
    if (debitAccountId === creditAccountId) return 'is from an account to itself'
    for (const id of [debitAccountId, creditAccountId]) {
      const account = this.#accounts.get(id)
      if (!account) return `names account ${id}, which is not there`
      if (!Object.hasOwn(CHART, account.code))
        return `names account ${id}, whose code ${account.code} is in no chart`
      if (account.currency !== currency)
        return `is in ${currency} and its account ${id} in ${account.currency}`
    }
    return null
  }
}

interface Day {
  readonly onDate: Temporal.PlainDate
  readonly previousHash: string
  readonly hash: string
}

/** Holds the transfers of one day, as they come, against what was sealed. */
class SealedDay {
  #next = 0
  readonly #hash: Hash
  readonly #marks: Buffer
  readonly #onDate: Temporal.PlainDate
  readonly #gone: bigint[] = []

  constructor(previousHash: string, onDate: Temporal.PlainDate, marks: Buffer) {
    this.#hash = createHash('sha256').update(Buffer.from(previousHash, 'hex')).update(onDate.toString())
    this.#marks = marks
    this.#onDate = onDate
  }

  compare(transfer: StoredTransfer): string | null {
    const own = createHash('sha256').update(canonicalTransfer(transfer)).digest()
    this.#hash.update(own)
    this.#skipBefore(transfer.sequence)
    if (this.#sequenceAt(this.#next) !== transfer.sequence) return 'was not there when its day was sealed'
    const sealed = this.#marks.subarray(this.#next + 8, this.#next + MARK_BYTES)
    this.#next += MARK_BYTES
    return own.subarray(0, 8).equals(sealed) ? null : 'is not as it was when its day was sealed'
  }

  finish({ hash }: Day): string[] {
    this.#skipBefore(null)
    const gone = this.#gone.map((sequence) => `${this.#onDate}: transfer ${sequence} was sealed and is gone`)
    return this.#hash.digest('hex') === hash
      ? gone
      : [...gone, `${this.#onDate}: its transfers do not give the hash it was sealed with`]
  }

  /** Whatever was sealed with a lower sequence has not come. */
  #skipBefore(sequence: bigint | null): void {
    for (let at = this.#sequenceAt(this.#next); at !== null; at = this.#sequenceAt(this.#next)) {
      if (sequence !== null && at >= sequence) return
      this.#gone.push(at)
      this.#next += MARK_BYTES
    }
  }

  #sequenceAt(offset: number): bigint | null {
    return offset < this.#marks.length ? this.#marks.readBigInt64BE(offset) : null
  }
}

function nameOf({ sequence, id, effectKey }: StoredTransfer): string {
  return `transfer ${sequence} (${id}, ${effectKey})`
}

async function accountsById(db: Queryable): Promise<Map<string, AccountRow>> {
  const { rows } = await db.execute<AccountRow>(sql`select id, code, currency from ledger_accounts`)
  return new Map(rows.map((row) => [row.id, row]))
}

async function listDays(db: Queryable): Promise<Day[]> {
  const { rows } = await db.execute<Record<'day' | 'previous_hash' | 'hash', string>>(
    sql`select on_date::text as day, previous_hash, hash from ledger_days order by on_date`,
  )
  return rows.map((row) => ({
    onDate: Temporal.PlainDate.from(row.day),
    previousHash: row.previous_hash,
    hash: row.hash,
  }))
}

async function marksOf(db: Queryable, day: Temporal.PlainDate): Promise<Buffer> {
  const { rows } = await db.execute<{ marks: Buffer }>(
    sql`select marks from ledger_days where on_date = ${day.toString()}::date`,
  )
  return rows[0]?.marks ?? Buffer.alloc(0)
}

type TransferRow = Record<
  | 'sequence'
  | 'id'
  | 'kind'
  | 'debit_account_id'
  | 'credit_account_id'
  | 'amount_minor'
  | 'currency'
  | 'effect_key'
  | 'description'
  | 'facts'
  | 'occurred_at'
  | 'recorded_at',
  string
> &
  Record<'subject_id' | 'external_id' | 'reverses_id', string | null>

async function* transfersRecorded(
  db: Queryable,
  from: Temporal.Instant,
  until: Temporal.Instant,
): AsyncGenerator<StoredTransfer> {
  for (let after = 0n; ;) {
    const { rows } = await db.execute<TransferRow>(sql`
      select t.sequence::text, t.id, t.kind, t.debit_account_id, t.credit_account_id, t.amount_minor::text, t.currency,
        t.subject_id, t.effect_key, t.external_id, t.reverses_id, t.description, t.facts::text, t.occurred_at, t.recorded_at
      from ledger_transfers t
      where t.recorded_at >= ${from.toString()}::timestamptz and t.recorded_at < ${until.toString()}::timestamptz
        and t.sequence > ${after.toString()}::bigint
      order by t.sequence limit ${BATCH}`)
    yield* rows.map(storedFrom)
    const last = rows.at(-1)
    if (rows.length < BATCH || !last) return
    after = BigInt(last.sequence)
  }
}

function storedFrom(row: TransferRow): StoredTransfer {
  return {
    sequence: BigInt(row.sequence),
    id: row.id,
    kind: row.kind,
    debitAccountId: row.debit_account_id,
    creditAccountId: row.credit_account_id,
    amountMinor: BigInt(row.amount_minor),
    currency: row.currency,
    subjectId: row.subject_id,
    effectKey: row.effect_key,
    externalId: row.external_id,
    reversesId: row.reverses_id,
    description: row.description,
    facts: row.facts,
    occurredAt: Temporal.Instant.from(row.occurred_at),
    recordedAt: Temporal.Instant.from(row.recorded_at),
  }
}
