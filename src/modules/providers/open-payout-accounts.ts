import { sql } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { Currency } from '#src/kernel/money.ts'
import { assertNoOpenTransaction, type Ctx } from '#src/platform/context.ts'

export interface PayoutAccountWanted {
  readonly providerId: ProviderId
  readonly name: string
  readonly email: string | null
  readonly country: string
  readonly currency: Currency
}

export interface OpenedPayoutAccount {
  readonly accountId: string
  readonly ready: boolean
  readonly requirements: readonly string[]
}

/** Opens an account with whoever pays providers out. Called again for one provider it must answer with the same account. */
export type OpenPayoutAccount = (wanted: PayoutAccountWanted) => Promise<OpenedPayoutAccount>

/** Calls under way at once. */
const CONCURRENCY = 16
const BATCH = 200

/** Opens accounts for those of `providerIds` that have none; answers how many of all can be paid now. Safe to run again. */
export async function openPayoutAccounts(
  ctx: Pick<Ctx, 'db' | 'now'>,
  open: OpenPayoutAccount,
  providerIds: readonly ProviderId[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<number> {
  assertNoOpenTransaction('payout account')
  const { rows: wanted } = await ctx.db.execute<PayoutAccountWanted & Record<string, unknown>>(sql`
    select id as "providerId", name, contact_email as email, country, currency from providers
    where id = any(${sql.param(providerIds)}::uuid[]) and payout_account_id is null order by id`)
  for (let at = 0; at < wanted.length; at += BATCH) {
    const opened = await inParallel(wanted.slice(at, at + BATCH), async (provider) => ({
      ...(await open(provider)),
      providerId: provider.providerId,
    }))
    await ctx.db.execute(sql`
      update providers p set payout_account_id = n."accountId", payout_account_ready = n."ready",
        payout_account_requirements = array(select jsonb_array_elements_text(n."requirements")),
        payout_account_checked_at = ${ctx.now.toString()}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(opened)}::jsonb) as n("providerId" uuid, "accountId" text, "ready" boolean, "requirements" jsonb)
      where p.id = n."providerId" and p.payout_account_id is null`)
    onProgress(Math.min(at + BATCH, wanted.length), wanted.length)
  }
  const { rows } = await ctx.db.execute<{ ready: number }>(sql`
    select count(*)::int as ready from providers where id = any(${sql.param(providerIds)}::uuid[]) and payout_account_ready`)
  return rows[0]?.ready ?? 0
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items[Symbol.iterator]()
  const lane = async () => {
    for (const item of queue) results.push(await work(item))
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lane))
  return results
}
