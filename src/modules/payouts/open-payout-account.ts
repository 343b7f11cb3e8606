import type { PayoutAccountRequest, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { ProviderId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { may } from '#src/kernel/rights.ts'
import { callOperation, finishOperation, intendOperation } from '#src/modules/payments/index.ts'
import {
  attachPayoutAccount,
  syncPayoutAccount,
  type PayoutAccountState,
} from '#src/modules/providers/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse, Trouble } from '#src/platform/errors.ts'
import { stableId } from '#src/platform/stable-id.ts'
import { findPayee, hasPayoutInFlight, type Payee } from './queries.ts'

/**
 * A page of the gateway where the provider gives what it needs to be paid; their account is opened first if there is none.
 * The page works once and for minutes. Not inside a transaction.
 * One that has left us is not opened again: another takes its place.
 * @throws refusals provider.not_found, provider.payout_in_flight, payment.unavailable.
 */
export async function createPayoutOnboarding(
  ctx: Ctx,
  gateway: PaymentGateway,
  providerId: ProviderId,
): Promise<{ url: string }> {
  const payee = await getManagedPayee(ctx, providerId)
  const page = `${ctx.config.NEXT_PUBLIC_APP_URL}/provider/${payee.slug}/payouts`
  return orUnavailable(async () => {
    const there = payee.disconnected ? null : payee.accountId
    const accountId = there ?? (await openAccount(ctx, gateway, providerId, payee))
    return gateway.payoutOnboardingLink(accountId, `${page}?check=1`, `${page}?expired=1`)
  })
}

/** The provider is back from that page: what the gateway now says is read, and noted. */
export async function checkPayoutAccount(
  ctx: Ctx,
  gateway: PaymentGateway,
  providerId: ProviderId,
): Promise<PayoutAccountState> {
  const payee = await getManagedPayee(ctx, providerId)
  return orUnavailable(async () => {
    const accountId = payee.accountId ?? (await openAccount(ctx, gateway, providerId, payee))
    const state = await syncPayoutAccount(ctx, gateway, accountId)
    assert(state, 'an opened account belongs to its provider')
    return state
  })
}

async function getManagedPayee(ctx: Ctx, providerId: ProviderId): Promise<Payee> {
  if (!may(ctx.actor, 'payout_account.open', { providerId })) throw refuse('provider.not_found')
  const payee = await findPayee(ctx.db, providerId)
  if (!payee) throw refuse('provider.not_found')
  return payee
}

/** Opens a provider's account at the gateway, once: asked again, by two at once or after a crash, it is the same one. */
async function openAccount(
  ctx: Ctx,
  gateway: PaymentGateway,
  providerId: ProviderId,
  payee: Payee,
): Promise<string> {
  if (payee.accountId !== null && (await hasPayoutInFlight(ctx.db, providerId)))
    throw refuse('provider.payout_in_flight')
  const request: PayoutAccountRequest = { providerId, country: payee.country, email: payee.email }
  const operation = await intendOperation(ctx.db, ctx.now, {
    kind: 'payout_account',
    // What takes the place of another is an account of its own, and also opened once.
    subjectId:
      payee.accountId === null ? providerId : stableId('payout_account', providerId, payee.accountId),
    request: request as unknown as JsonObject,
  })
  const account = operation.resultId
    ? await gateway.readPayoutAccount(operation.resultId)
    : await callOperation(ctx, operation, {
        call: (key, stored) => gateway.createPayoutAccount(stored as unknown as PayoutAccountRequest, key),
        // Accounts cannot be searched by what we wrote on them. One too many is empty and harmless: nobody was ever sent to it.
        find: () => Promise.resolve(null),
      })
  await inTransaction(ctx, async (tx) => {
    await finishOperation(tx, ctx.now, operation, account.id)
    const { id: accountId, ready, requirements, bankFailure } = account
    await attachPayoutAccount(
      ctx,
      providerId,
      { accountId, ready, requirements, bankFailure },
      { replaces: async () => !(await hasPayoutInFlight(tx, providerId)) },
    )
  })
  // Somebody may have connected one meanwhile, which then is theirs.
  return (await findPayee(ctx.db, providerId))?.accountId ?? account.id
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Trouble && error.part === 'payments') throw refuse('payment.unavailable')
    throw error
  }
}
