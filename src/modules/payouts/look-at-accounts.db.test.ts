import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  eventsAbout,
  makeBooking,
  makeProvider,
  moneyRig,
  openReadyAccount,
  payOutToBank,
  type BookedProvider,
} from '#tests/support/money.ts'
import { lookAtAccount } from './look-at-accounts.ts'

const rig = await moneyRig({ deliver: false }) // whatever Stripe says, we hear none of it
const { db, owner } = rig.database

interface Account {
  readonly provider: BookedProvider
  readonly accountId: string
}

async function withAccount(): Promise<Account> {
  const provider = await makeProvider(rig)
  const accountId = await openReadyAccount(rig, provider.providerId)
  const checkedAt = rig.ctx().now.toString()
  await owner.execute(sql`
    update providers set payout_account_id = ${accountId}, payout_account_ready = true, payout_account_checked_at = ${checkedAt}
    where id = ${provider.providerId}`)
  return { provider, accountId }
}

async function withBooking(): Promise<Account> {
  const account = await withAccount()
  await makeBooking(rig, account.provider)
  return account
}

const toldOf = ({ provider }: Account) => eventsAbout(rig, provider.providerId)

async function sweep(): Promise<void> {
  await rig.sweep('payouts.accounts')
  await rig.runJobs()
}

/** Money goes to an account, and from there to its bank, which sends it back. */
async function bankSendsBack(accountId: string): Promise<void> {
  await rig.byHand(await payOutToBank(rig, accountId), 'fail')
}

// What was looked at before is no business any more: what is counted here is of one test.
beforeEach(async () => {
  await owner.execute(sql`update providers set payout_account_id = null`)
})

describe('F16 an event about a connected account that never arrives', () => {
  test.each([
    ['account.updated', (id: string) => rig.byHand(id, 'restrict'), 'provider.payouts_not_ready'],
    ['capability.updated', (id: string) => rig.byHand(id, 'lose-capability'), 'provider.payouts_not_ready'],
    [
      'account.application.deauthorized',
      (id: string) => rig.byHand(id, 'deauthorize'),
      'provider.payouts_not_ready',
    ],
    ['payout.failed', bankSendsBack, 'provider.bank_payout_failed'],
  ] as const)('(%s) is made good within fifteen minutes', async (_, happens, news) => {
    const account = await withBooking()
    await happens(account.accountId)
    await rig.pass({ minutes: 5 })
    await sweep()
    expect(await toldOf(account)).toEqual([]) // it may still be on its way
    await rig.pass({ minutes: 6 })
    await sweep()
    expect(await toldOf(account)).toEqual([news])
    await rig.pass({ minutes: 11 })
    await sweep()
    expect(await toldOf(account)).toEqual([news])
  })

  test('is said aloud, once, and where nothing has happened nothing is', async () => {
    const { accountId } = await withBooking()
    const errors: unknown[] = []
    const log = rig.ctx().log.child({})
    log.error = (facts: unknown) => void errors.push(facts)
    const look = () => lookAtAccount({ ...rig.ctx(), log }, rig.gateway, accountId)
    await look()
    expect(errors).toEqual([])
    await rig.byHand(accountId, 'restrict')
    await look()
    await look()
    expect(errors).toEqual([{ accountId }])
  })

  test('is looked for only where there is business: a booking, a payout, an account that is being set up', async () => {
    const [quiet, booked, settingUp] = [await withAccount(), await withBooking(), await withAccount()]
    for (const { accountId } of [quiet, booked, settingUp]) await rig.byHand(accountId, 'restrict')
    await owner.execute(
      sql`update providers set payout_account_ready = false where id = ${settingUp.provider.providerId}`,
    )
    const before = rig.ctx().now
    await rig.pass({ minutes: 11 })
    await sweep()
    const { rows } = await db.execute<{ id: string }>(sql`
      select id from providers where payout_account_checked_at > ${before.toString()}`)
    expect(rows.map(({ id }) => id).sort()).toEqual(
      [booked.provider.providerId, settingUp.provider.providerId].sort(),
    )
  })

  test('takes no more than a hundred looks a round, and the longest unseen comes first', async () => {
    const { provider, accountId } = await withBooking()
    await owner.execute(sql`
      update providers set payout_account_checked_at = now() - interval '1 year' where id = ${provider.providerId}`)
    for (let more = 0; more < 104; more += 1) {
      const { providerId } = await makeProvider(rig)
      await owner.execute(sql`
        update providers set payout_account_id = ${`acct_nobody_${more}`}, payout_account_checked_at = null where id = ${providerId}`)
    }
    await rig.sweep('payouts.accounts')
    const { rows } = await db.execute<{ key: string }>(
      sql`select key from graphile_worker.jobs where key like 'account:%'`,
    )
    expect(rows).toHaveLength(100)
    expect(rows).not.toContainEqual({ key: `account:${accountId}` })
    await rig.sweep('payouts.accounts')
    const { rowCount } = await db.execute(sql`select from graphile_worker.jobs where key like 'account:%'`)
    expect(rowCount).toBe(105)
  })

  test('is looked for again though the last look has used up its tries, behind those that can be read', async () => {
    await owner.execute(sql`delete from graphile_worker._private_jobs`)
    const { provider, accountId } = await withBooking()
    await owner.execute(sql`
      update providers set payout_account_checked_at = null where id = ${provider.providerId}`)
    const tries = async () => {
      const { rows } = await db.execute<{ attempts: number }>(
        sql`select attempts from graphile_worker.jobs where key = ${`account:${accountId}`}`,
      )
      return rows.map(({ attempts }) => attempts)
    }
    await rig.sweep('payouts.accounts')
    expect(await tries()).toEqual([0])
    await owner.execute(sql`update graphile_worker._private_jobs set attempts = max_attempts`)
    for (let more = 0; more < 100; more += 1) {
      const { providerId } = await makeProvider(rig)
      await owner.execute(sql`
        update providers set payout_account_id = ${`acct_other_${more}`}, payout_account_ready = false, updated_at = ${rig.ctx().now.toString()},
          payout_account_checked_at = ${rig.ctx().now.subtract({ hours: 1 }).toString()} where id = ${providerId}`)
    }
    await rig.sweep('payouts.accounts')
    expect(await tries()).not.toEqual([0])
    await rig.sweep('payouts.accounts')
    expect(await tries()).toEqual([0])
  })
})
