import { eq } from 'drizzle-orm'
import type { ProviderId } from '#src/kernel/ids.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { lockManagedProvider } from './queries.ts'
import { providers } from './tables.ts'

export interface PayoutAccountState {
  readonly accountId: string
  readonly ready: boolean
  readonly requirements: readonly string[]
}

/** Notes what was last said of a payout account. One that belongs to none of our providers is none of our business. */
export async function recordPayoutAccount(
  ctx: Pick<Ctx, 'db' | 'now'>,
  state: PayoutAccountState,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [before] = await tx
      .select()
      .from(providers)
      .where(eq(providers.payoutAccountId, state.accountId))
      .for('update')
    if (!before) return
    await tx
      .update(providers)
      .set({
        payoutAccountReady: state.ready,
        payoutAccountRequirements: [...state.requirements],
        payoutAccountCheckedAt: ctx.now,
      })
      .where(eq(providers.id, before.id))
    if (before.payoutAccountReady === state.ready) return
    await emit(tx, {
      type: state.ready ? 'provider.payouts_ready' : 'provider.payouts_not_ready',
      subjectId: before.id,
      payload: { providerId: before.id },
      occurredAt: ctx.now,
    })
  })
}

/** Ties an account that was just opened to the provider. A provider keeps the first one: money may be on its way to it. */
export async function attachPayoutAccount(
  ctx: Ctx,
  providerId: ProviderId,
  state: PayoutAccountState,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const provider = await lockManagedProvider(tx, ctx.actor, providerId)
    if (provider.payoutAccountId !== null) return
    await tx
      .update(providers)
      .set({
        payoutAccountId: state.accountId,
        payoutAccountReady: state.ready,
        payoutAccountRequirements: [...state.requirements],
        payoutAccountCheckedAt: ctx.now,
      })
      .where(eq(providers.id, providerId))
  })
}
