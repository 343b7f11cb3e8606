import { randomUUID } from 'node:crypto'
import type { GatewayReversal, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import { lockPaymentOfBooking } from '#src/modules/payments/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { reversalPosting } from './postings.ts'
import { findMovement, findPayout, lockDebtOf, lockPayoutOfBooking } from './queries.ts'
import { recomputePayout, write } from './schedule-payout.ts'
import { payoutMovements, type Payout } from './tables.ts'

/**
 * A transfer of ours was taken back, and perhaps not by us: what somebody did in the gateway's dashboard is booked like any
 * other reversal. It is not sent again by itself, whatever
 * else the payout waits for in between; an operator who wants that has the payout tried again.
 * @param movementId of the transfer
 */
export async function takeInReversals(
  ctx: Ctx,
  gateway: PaymentGateway,
  { transferId, movementId }: { transferId: string; movementId: string },
): Promise<void> {
  const transfer = await findMovement(ctx.db, movementId)
  const payout = transfer && (await findPayout(ctx.db, transfer.payoutId))
  if (!payout) return
  const reversals = await gateway.listReversals(transferId)
  await inTransaction(ctx, async (tx) => {
    await lockPaymentOfBooking(tx, payout.bookingId)
    const locked = await lockPayoutOfBooking(tx, payout.bookingId)
    if (!locked) return
    await lockDebtOf(tx, locked.providerId)
    let taken = false
    for (const reversal of reversals) taken = (await takeIn(tx, ctx, locked, transferId, reversal)) || taken
    if (taken) await recomputePayout(tx, ctx, payout.bookingId)
  })
}

/** @returns whether it was one that we did not know. */
async function takeIn(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  transferId: string,
  reversal: GatewayReversal,
): Promise<boolean> {
  if (reversal.movementId !== null && (await findMovement(tx, reversal.movementId))) return false
  const inserted = await tx
    .insert(payoutMovements)
    .values({
      id: randomUUID(),
      payoutId: payout.id,
      providerId: payout.providerId,
      kind: 'reversal',
      amountMinor: reversal.amountMinor,
      currency: reversal.currency,
      status: 'done',
      stripeId: reversal.id,
      transferId,
      createdAt: ctx.now,
      settledAt: ctx.now,
    })
    .onConflictDoNothing({ target: payoutMovements.stripeId })
    .returning({ id: payoutMovements.id })
  if (inserted.length === 0) return false
  const posting = reversalPosting({ ...payout, occurredAt: ctx.now }, reversal.amountMinor, reversal.id)
  await postTransfers(tx, ctx.now, [posting])
  await write(tx, ctx, payout, { reversedByHandAt: ctx.now })
  ctx.log.warn({ payoutId: payout.id, reversalId: reversal.id }, 'a transfer was taken back by hand')
  await recordAudit(tx, ctx, {
    action: 'payout.take_in_reversal',
    subjectKind: 'payout',
    subjectId: payout.id,
    after: { stripeReversalId: reversal.id, amountMinor: Number(reversal.amountMinor) },
  })
  return true
}
