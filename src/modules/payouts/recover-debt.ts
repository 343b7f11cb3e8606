import { randomUUID } from 'node:crypto'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { listTooMuch } from './queries.ts'
import { SCHEDULE_PAYOUT } from './schedule-payout.ts'
import { payoutMovements, type Payout } from './tables.ts'

/**
 * What is kept of one payout settles what the provider had too much of others, oldest first: it is written down there as well, so
 * that it is not taken back from their account once more. Under the lock on the provider's debt.
 * @returns how much of it they still owed; the rest has been taken back in the meantime and is not kept.
 */
export async function recoverDebt(tx: Tx, ctx: Ctx, payout: Payout, wantedMinor: bigint): Promise<bigint> {
  if (wantedMinor === 0n) return 0n
  let leftMinor = wantedMinor
  for (const debt of await listTooMuch(tx, payout.providerId, payout.currency)) {
    if (leftMinor === 0n) break
    if (debt.payoutId === payout.id) continue
    const amountMinor = debt.tooMuchMinor < leftMinor ? debt.tooMuchMinor : leftMinor
    leftMinor -= amountMinor
    await tx.insert(payoutMovements).values({
      id: randomUUID(),
      payoutId: debt.payoutId,
      providerId: payout.providerId,
      kind: 'recovery',
      amountMinor,
      currency: payout.currency,
      status: 'done',
      createdAt: ctx.now,
      settledAt: ctx.now,
    })
    // That payout no longer waits to be made good. It is not ours to lock: it comes before the lock on the debt.
    const { bookingId } = debt
    const options = { jobKey: `recovered:${bookingId}`, priority: JOB_PRIORITY.money }
    await enqueue(tx, SCHEDULE_PAYOUT, { bookingId }, options)
  }
  return wantedMinor - leftMinor
}
