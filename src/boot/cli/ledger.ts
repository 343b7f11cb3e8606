import { sql } from 'drizzle-orm'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { formatMoney, money } from '#src/kernel/money.ts'
import { verifyLedger } from '#src/modules/ledger/verify-ledger.ts'
import { exportJournal, JOURNAL_FORMATS } from '#src/modules/operator/reads.ts'
import type { Database } from '#src/platform/db/database.ts'
import { day, oneOf } from './arguments.ts'
import { Failed, say, Usage, type Given } from './command.ts'
import { withMarketplace } from './marketplace.ts'

/** Works the books out again from nothing. @throws {Failed} naming what differs, the first row first. */
export async function verify(): Promise<void> {
  await withMarketplace(async ({ db }) => {
    const { balances, transferCount, sealedDayCount, sealedThrough, problems } = await verifyLedger(db)
    for (const { currency, accounts } of balances) {
      for (const [code, ofCode] of Map.groupBy(accounts, (account) => account.code)) {
        const sum = ofCode.reduce((total, { balanceMinor }) => total + balanceMinor, 0n)
        say(`${code.padEnd(20)} ${formatMoney(money(sum, currency)).padStart(16)}  ${ofCode[0]?.side ?? ''}`)
      }
    }
    const all = [...problems, ...(await findLeftInEscrow(db))]
    if (all.length > 0)
      throw new Failed(`The ledger does not add up:\n${all.map((problem) => `  - ${problem}`).join('\n')}`)
    say(
      sealedThrough
        ? `${sealedDayCount} sealed days, the last one ${sealedThrough}, and nothing in them has changed.`
        : 'No day is sealed yet.',
    )
    say(`${transferCount} transfers, and they add up to zero.`)
  })
}

/** Writes the journal of some days, piece by piece. */
export async function exportDays(given: Given): Promise<void> {
  const [from, to] = [day(given, 'from'), day(given, 'to')]
  if (!from || !to) throw new Usage('Say --from DATE and --to DATE.')
  const format = oneOf(given, 'format', JOURNAL_FORMATS) ?? 'csv'
  const file = given.option('file')
  await withMarketplace(async (_, ctx) => {
    const pieces = Readable.from(exportJournal(ctx, { from, to }, format))
    // The terminal outlives this command: it is written to and not closed.
    if (file === undefined) await pipeline(pieces, process.stdout, { end: false })
    else await pipeline(pieces, createWriteStream(file))
  })
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
