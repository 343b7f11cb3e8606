import { and, eq, sql } from 'drizzle-orm'
import { GatewayRejected, type PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Queryable, Tx } from '#src/platform/db/database.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { DISCONNECTED, isDisconnected } from './domain/payout-account.ts'
import { lockManagedProvider, type Provider } from './queries.ts'
import { providers } from './tables.ts'

export interface PayoutAccountState {
  readonly accountId: string
  readonly ready: boolean
  readonly requirements: readonly string[]
  /** Why its bank sent the last payout back; null when it did not. */
  readonly bankFailure: string | null
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
    const state = await readState(gateway, accountId)
    if (await inTransaction(ctx, (tx) => record(tx, ctx, before, state))) return state
  }
}

/** That the gateway knows no such account of ours is an answer too: it has left us, and may come back. */
async function readState(gateway: PaymentGateway, accountId: string): Promise<PayoutAccountState> {
  try {
    const { ready, requirements, bankFailure } = await gateway.readPayoutAccount(accountId)
    return { accountId, ready, requirements, bankFailure }
  } catch (error) {
    if (!(error instanceof GatewayRejected) || error.code !== 'account_invalid') throw error
    return { accountId, ready: false, requirements: [DISCONNECTED], bankFailure: null }
  }
}

function noted(provider: Provider, accountId: string): PayoutAccountState {
  return {
    accountId,
    ready: provider.payoutAccountReady,
    requirements: provider.payoutAccountRequirements,
    bankFailure: provider.bankPayoutFailure,
  }
}

/** @returns false when another reading was noted since `before`. */
async function record(tx: Tx, ctx: Ctx, before: Provider, state: PayoutAccountState): Promise<boolean> {
  const { rowCount } = await tx
    .update(providers)
    .set(columnsOf(ctx, before, state))
    .where(and(eq(providers.id, before.id), eq(providers.payoutAccountReads, before.payoutAccountReads)))
  if (rowCount === 0) return false
  await tellWhatChanged(tx, ctx, before, state)
  return true
}

/**
 * Ties an account to the provider. A provider keeps the first one, because money may be on its way to it; one that has left us
 * gives way to another as soon as `replaces` says that nothing is.
 */
export async function attachPayoutAccount(
  ctx: Ctx,
  providerId: ProviderId,
  state: PayoutAccountState,
  { replaces }: { replaces: () => Promise<boolean> },
): Promise<'attached' | 'kept' | 'taken' | 'in_flight'> {
  return inTransaction(ctx, async (tx) => {
    const provider = await lockManagedProvider(tx, ctx.actor, providerId)
    const left = isDisconnected(provider.payoutAccountRequirements)
    const same = provider.payoutAccountId === state.accountId
    if (provider.payoutAccountId !== null && !left) return same ? 'attached' : 'kept'
    if (!same && (await isAccountOfProvider(tx, state.accountId))) return 'taken'
    if (!same && provider.payoutAccountId !== null && !(await replaces())) return 'in_flight'
    await tx
      .update(providers)
      .set({ payoutAccountId: state.accountId, ...columnsOf(ctx, provider, state) })
      .where(eq(providers.id, providerId))
    await tellWhatChanged(tx, ctx, provider, state)
    return 'attached'
  })
}

/** Whether somebody here is paid to this account. */
export async function isAccountOfProvider(db: Queryable, accountId: string): Promise<boolean> {
  const [provider] = await db
    .select({ id: providers.id })
    .from(providers)
    .where(eq(providers.payoutAccountId, accountId))
  return provider !== undefined
}

function columnsOf(ctx: Ctx, before: Provider, { ready, requirements, bankFailure }: PayoutAccountState) {
  return {
    payoutAccountReady: ready,
    payoutAccountRequirements: [...requirements],
    payoutAccountCheckedAt: ctx.now,
    payoutAccountReads: sql`${providers.payoutAccountReads} + 1`,
    bankPayoutFailure: bankFailure,
    bankPayoutFailedAt: bankFailure === null ? null : (before.bankPayoutFailedAt ?? ctx.now),
  }
}

async function tellWhatChanged(
  tx: Tx,
  ctx: Ctx,
  before: Provider,
  { ready, bankFailure }: PayoutAccountState,
): Promise<void> {
  const tell = (type: string) =>
    emit(tx, { type, subjectId: before.id, payload: { providerId: before.id }, occurredAt: ctx.now })
  if (before.payoutAccountReady !== ready)
    await tell(ready ? 'provider.payouts_ready' : 'provider.payouts_not_ready')
  if (before.bankPayoutFailure === null && bankFailure !== null) await tell('provider.bank_payout_failed')
}
