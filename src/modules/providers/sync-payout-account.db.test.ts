import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { makeProvider, moneyRig, openReadyAccount } from '#tests/support/money.ts'
import { syncPayoutAccount } from './sync-payout-account.ts'

const rig = await moneyRig()
const { db } = rig.database

it('a reading that began before another was noted does not overwrite it', async () => {
  const provider = await makeProvider(rig)
  const accountId = await openReadyAccount(rig, provider.providerId)
  await db.execute(
    sql`update providers set payout_account_id = ${accountId} where id = ${provider.providerId}`,
  )
  let reads = 0
  const overtaken: PaymentGateway = {
    ...rig.gateway,
    // While the first answer is on its way the account is restricted, and that news is noted.
    readPayoutAccount: async (id) => {
      const read = await rig.gateway.readPayoutAccount(id)
      reads += 1
      if (reads === 1) {
        await rig.byHand(accountId, 'restrict')
        await syncPayoutAccount(rig.ctx(), rig.gateway, accountId)
      }
      return read
    },
  }
  const state = await syncPayoutAccount(rig.ctx(), overtaken, accountId)
  const { rows } = await db.execute(
    sql`select payout_account_ready as ready from providers where id = ${provider.providerId}`,
  )
  expect({ reads, noted: rows[0]?.['ready'], told: state?.ready }).toEqual({
    reads: 2,
    noted: false,
    told: false,
  })
})

it('an account of nobody is nobody’s news', async () => {
  const accountId = await openReadyAccount(rig, crypto.randomUUID())
  expect(await syncPayoutAccount(rig.ctx(), rig.gateway, accountId)).toBeNull()
})
