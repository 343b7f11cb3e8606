import { and, eq, sql } from 'drizzle-orm'
import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { lockManagedProvider, type Provider } from './queries.ts'
import { providers } from './tables.ts'

export interface PayoutAccountState {
  readonly accountId: string
  readonly ready: boolean
  readonly requirements: readonly string[]
}

/**
 * Reads a payout account from the gateway and notes what it says, for the provider it belongs to. What was read before
 * somebody else's reading was noted is not written over it but read again, so that old news never makes a restricted
 * provider bookable. Not inside a transaction.
 * @returns null when the account belongs to none of our providers.
 */
export async function syncPayoutAccount(
  ctx: Ctx,
  gateway: PaymentGateway,
  accountId: string,
): Promise<PayoutAccountState | null> {
  assertNoOpenTransaction('the payment gateway')
  let readsAtFirst: number | null = null
  for (;;) {
    const [before] = await ctx.db.select().from(providers).where(eq(providers.payoutAccountId, accountId))
    if (!before) {
      ctx.log.warn({ accountId }, 'a payout account belongs to no provider of ours')
      return null
    }
    readsAtFirst ??= before.payoutAccountReads
    // Two were noted meanwhile. The second began after the first was noted, and so after we came: it is as new as ours.
    // However many come at once, nobody reads more than three times.
    if (before.payoutAccountReads >= readsAtFirst + 2) return noted(before, accountId)
    const { ready, requirements } = await gateway.readPayoutAccount(accountId)
    const state = { accountId, ready, requirements }
    if (await inTransaction(ctx, (tx) => record(tx, ctx, before, state))) return state
  }
}

function noted(provider: Provider, accountId: string): PayoutAccountState {
  return {
    accountId,
    ready: provider.payoutAccountReady,
    requirements: provider.payoutAccountRequirements,
  }
}

/** @returns false when another reading was noted since `before`. */
async function record(tx: Tx, ctx: Ctx, before: Provider, state: PayoutAccountState): Promise<boolean> {
  const { rowCount } = await tx
    .update(providers)
    .set(columnsOf(ctx, state))
    .where(and(eq(providers.id, before.id), eq(providers.payoutAccountReads, before.payoutAccountReads)))
  if (rowCount === 0) return false
  if (before.payoutAccountReady !== state.ready) await tell(tx, ctx, before.id, state.ready)
  return true
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
      .set({ payoutAccountId: state.accountId, ...columnsOf(ctx, state) })
      .where(eq(providers.id, providerId))
    if (state.ready) await tell(tx, ctx, providerId, true)
  })
}

function columnsOf(ctx: Ctx, { ready, requirements }: PayoutAccountState) {
  return {
    payoutAccountReady: ready,
    payoutAccountRequirements: [...requirements],
    payoutAccountCheckedAt: ctx.now,
    payoutAccountReads: sql`${providers.payoutAccountReads} + 1`,
  }
}

async function tell(tx: Tx, ctx: Ctx, providerId: ProviderId, ready: boolean): Promise<void> {
  await emit(tx, {
    type: ready ? 'provider.payouts_ready' : 'provider.payouts_not_ready',
    subjectId: providerId,
    payload: { providerId },
    occurredAt: ctx.now,
  })
}
