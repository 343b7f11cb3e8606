import { and, eq, inArray } from 'drizzle-orm'
import type { PayoutId, ProviderId } from '#src/kernel/ids.ts'
import { may } from '#src/kernel/rights.ts'
import { laterOf } from '#src/kernel/time.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { isHeld, write } from './schedule-payout.ts'
import { payouts, type Payout } from './tables.ts'

const RETRYABLE = new Set<Payout['status']>(['failed', 'scheduled'])

/**
 * An operator has a payout tried again: one that was given up, that waits for its next try, or that could not be taken back. Not before escrow is over, nor while
 * a dispute or a refund that did not arrive holds it.
 * @throws refusals auth.not_allowed, payout.not_found, payout.wrong_state.
 */
export async function retryPayout(ctx: Ctx, input: { payoutId: PayoutId; reason: string }): Promise<Payout> {
  if (!may(ctx.actor, 'payout.retry')) throw refuse('auth.not_allowed')
  return inTransaction(ctx, async (tx) => {
    const [payout] = await tx
      .select()
      .from(payouts)
      .where(eq(payouts.id, input.payoutId))
      .for('no key update')
    if (!payout) throw refuse('payout.not_found')
    const again = RETRYABLE.has(payout.status) || payout.waitsFor === 'owed'
    if (!again || isHeld(payout)) throw refuse('payout.wrong_state', { state: payout.status })
    const retried = await write(tx, ctx, payout, {
      status: payout.status === 'failed' ? 'scheduled' : payout.status,
      ...afresh(payout, ctx),
      reversedByHandAt: payout.waitsFor === 'reversed_by_hand' ? null : payout.reversedByHandAt,
    })
    await recordAudit(tx, ctx, {
      action: 'payout.retry',
      subjectKind: 'payout',
      subjectId: payout.id,
      before: { status: payout.status, attempts: payout.attempts, waitsFor: payout.waitsFor },
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
          eq(payouts.waitsFor, 'account_not_ready'),
        ),
      )
      .for('no key update')
    for (const payout of waiting) {
      await write(tx, ctx, payout, { status: 'scheduled', ...afresh(payout, ctx) })
    }
  })
}

function afresh({ dueAt }: Payout, { now }: Ctx) {
  return { attempts: 0, attemptDueAt: laterOf(dueAt, now), waitsFor: null, failureReason: null }
}
