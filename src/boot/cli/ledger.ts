import { sql } from 'drizzle-orm'
import { formatMoney, money } from '#src/kernel/money.ts'
import { getTrialBalances, type AccountBalance } from '#src/modules/ledger/reads.ts'
import type { Database } from '#src/platform/db/database.ts'
import { Failed, say } from './command.ts'
import { withMarketplace } from './marketplace.ts'

const BATCH = 5_000

/** Adds everything up a second time, here and one transfer after the other, and compares. */
export async function verify(): Promise<void> {
  await withMarketplace(async ({ db }) => {
    const balances = await getTrialBalances(db)
    const { sums, transfers } = await addUp(db)
    const problems = [
      ...balances.flatMap(({ currency, differenceMinor }) =>
        differenceMinor === 0n
          ? []
          : [`${currency}: debits and credits differ by ${differenceMinor} minor units`],
      ),
      ...balances.flatMap(({ accounts }) =>
        accounts.flatMap((account) => comparison(account, sums.get(account.accountId) ?? 0n)),
      ),
      ...(await findLeftInEscrow(db)),
    ]
    for (const { currency, accounts } of balances) {
      for (const [code, ofCode] of Map.groupBy(accounts, (account) => account.code)) {
        const sum = ofCode.reduce((total, { balanceMinor }) => total + balanceMinor, 0n)
        say(`${code.padEnd(20)} ${formatMoney(money(sum, currency)).padStart(16)}  ${ofCode[0]?.side ?? ''}`)
      }
    }
    if (problems.length > 0)
      throw new Failed(
        `The ledger does not add up:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
      )
    say(`${transfers} transfers, and they add up to zero.`)
  })
}

function comparison(account: AccountBalance, debitsLessCredits: bigint): string[] {
  const derived = account.side === 'debit' ? debitsLessCredits : -debitsLessCredits
  if (derived === account.balanceMinor) return []
  return [
    `account ${account.accountId} (${account.code}): ${account.balanceMinor} in the trial balance, ${derived} from its transfers`,
  ]
}

/** Debits less credits of each account. */
async function addUp(db: Database): Promise<{ sums: Map<string, bigint>; transfers: number }> {
  const sums = new Map<string, bigint>()
  const add = (account: string, amount: bigint) => sums.set(account, (sums.get(account) ?? 0n) + amount)
  let transfers = 0
  for (let after = '0'; ;) {
    const { rows } = await db.execute<Record<'sequence' | 'debit' | 'credit' | 'amount', string>>(sql`
      select sequence::text, debit_account_id as debit, credit_account_id as credit, amount_minor::text as amount
      from ledger_transfers where ledger_transfers.sequence > ${after}::bigint order by ledger_transfers.sequence limit ${BATCH}`)
    for (const { debit, credit, amount } of rows) {
      add(debit, BigInt(amount))
      add(credit, -BigInt(amount))
    }
    transfers += rows.length
    const last = rows.at(-1)
    if (!last) return { sums, transfers }
    after = last.sequence
  }
}

/** A booking whose provider has been paid leaves nothing in escrow, and none ever leaves less than nothing. */
async function findLeftInEscrow(db: Database): Promise<string[]> {
  const { rows } = await db.execute<{ subject: string; left: string }>(sql`
    with escrow as (
      select t.subject_id as subject,
        sum(case when c.code = 'escrow' then t.amount_minor else 0 end) - sum(case when d.code = 'escrow' then t.amount_minor else 0 end) as left
      from ledger_transfers t
      join ledger_accounts d on d.id = t.debit_account_id join ledger_accounts c on c.id = t.credit_account_id
      where 'escrow' in (d.code, c.code) group by t.subject_id)
    select subject, "left"::text as "left" from escrow
    where "left" < 0 or ("left" <> 0 and exists (select from payouts p where p.booking_id = subject and p.status = 'paid'))
    order by subject limit 100`)
  return rows.map(({ subject, left }) => `booking ${subject}: ${left} minor units are left in escrow`)
}
