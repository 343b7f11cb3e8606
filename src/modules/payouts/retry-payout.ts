import { and, eq, inArray } from 'drizzle-orm'
import type { PayoutId, ProviderId } from '#src/kernel/ids.ts'
import { laterOf } from '#src/kernel/time.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { mayMoveMoney } from './authorize.ts'
import { PAYOUT_REASONS } from './domain/payout-rules.ts'
import { isHeld, write } from './schedule-payout.ts'
import { payouts, type Payout } from './tables.ts'

/**
 * An operator has a payout tried again: one that was given up, or that waits for its next try. Not before escrow is over, nor while
 * a dispute or a refund that did not arrive holds it.
 * @throws refusals auth.not_allowed, payout.not_found, payout.wrong_state.
 */
export async function retryPayout(ctx: Ctx, input: { payoutId: PayoutId; reason: string }): Promise<Payout> {
  if (!mayMoveMoney(ctx.actor)) throw refuse('auth.not_allowed')
  return inTransaction(ctx, async (tx) => {
    const [payout] = await tx.select().from(payouts).where(eq(payouts.id, input.payoutId)).for('update')
    if (!payout) throw refuse('payout.not_found')
    const held = isHeld(payout)
    if ((payout.status !== 'failed' && payout.status !== 'scheduled') || held)
      throw refuse('payout.wrong_state', { status: payout.status })
    const retried = await write(tx, ctx, payout, {
      status: 'scheduled',
      attempts: 0,
      attemptDueAt: laterOf(payout.dueAt, ctx.now),
      failureReason: null,
    })
    await recordAudit(tx, ctx, {
      action: 'payout.retry',
      subjectKind: 'payout',
      subjectId: payout.id,
      before: { status: payout.status, attempts: payout.attempts, failureReason: payout.failureReason },
      after: { status: retried.status },
      reason: input.reason,
    })
    return retried
  })
}

/** A provider's account has become ready: what waited only for that is tried again. */
export async function retryWaitingPayouts(ctx: Ctx, providerId: ProviderId): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const waiting = await tx
      .select()
      .from(payouts)
      .where(
        and(
          eq(payouts.providerId, providerId),
          inArray(payouts.status, ['scheduled', 'failed']),
          eq(payouts.failureReason, PAYOUT_REASONS.account_not_ready),
        ),
      )
      .for('update')
    for (const payout of waiting) {
      await write(tx, ctx, payout, {
        status: 'scheduled',
        attempts: 0,
        attemptDueAt: laterOf(payout.dueAt, ctx.now),
        failureReason: null,
      })
    }
  })
}
