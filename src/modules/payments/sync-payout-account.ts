import type { PayoutAccount, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { isId } from '#src/kernel/ids.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import { emit } from '#src/platform/outbox/emit.ts'

/** Reads a provider's account from the gateway and says what is so now: `payout_account.updated`. Not inside a transaction. */
export async function syncPayoutAccount(
  ctx: Ctx,
  gateway: PaymentGateway,
  accountId: string,
): Promise<PayoutAccount> {
  assertNoOpenTransaction('the payment gateway')
  const account = await gateway.readPayoutAccount(accountId)
  await tellOfAccount(ctx, account)
  return account
}

async function tellOfAccount(ctx: Ctx, account: PayoutAccount): Promise<void> {
  const { providerId } = account
  if (providerId === null || !isId(providerId)) {
    ctx.log.warn({ accountId: account.id }, 'a payout account names no provider of ours')
    return
  }
  const payload = {
    providerId,
    accountId: account.id,
    ready: account.ready,
    requirements: account.requirements,
  }
  await inTransaction(ctx, (tx) =>
    emit(tx, { type: 'payout_account.updated', subjectId: providerId, payload, occurredAt: ctx.now }),
  )
}
