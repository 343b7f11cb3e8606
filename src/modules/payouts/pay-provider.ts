import {
  GatewayRejected,
  type GatewayTransfer,
  type PaymentGateway,
  type TransferRequest,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { PayoutId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import {
  callOperation,
  finishOperation,
  intendOperation,
  type Operation,
  type Settlement,
} from '#src/modules/payments/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { nextAttemptAt, PAYOUT_REASONS } from './domain/payout-rules.ts'
import { releasePostings, transferPosting, type Released } from './postings.ts'
import { findPayee, findPayout, lockPayoutOfBooking } from './queries.ts'
import { isDue, recomputePayout, write, type Owed } from './schedule-payout.ts'
import type { Payout } from './tables.ts'

/**
 * Passes on what a provider has earned with one booking, once escrow is over. Two workers at once, a crash anywhere or a
 * lost answer make one transfer: the intention is committed first, and its id is the key.
 */
export async function payProvider(ctx: Ctx, gateway: PaymentGateway, payoutId: PayoutId): Promise<void> {
  const payout = await findPayout(ctx.db, payoutId)
  if (!payout) return
  const operation = await inTransaction(ctx, (tx) => intendTransfer(tx, ctx, payout))
  if (!operation) return
  const made = await callOperation(ctx, operation, {
    call: (key, request) => gateway.transfer(requestOf(request), key),
    find: async () =>
      (await gateway.listTransfers(payout.bookingId)).find((found) => found.payoutId === payoutId) ?? null,
  }).catch((error: unknown) => {
    if (error instanceof GatewayRejected) return error
    throw error
  })
  await inTransaction(ctx, async (tx) => {
    const locked = await lockPayoutOfBooking(tx, payout.bookingId)
    assert(locked, 'a payout is never deleted')
    if (locked.status === 'paid') return
    if (made instanceof GatewayRejected) await failAttempt(tx, ctx, locked, made.message)
    else await markPaid(tx, ctx, locked, operation, made)
  })
}

/** Null when it is not to be paid now: not due, frozen, paid, or nowhere to pay it to. */
async function intendTransfer(
  tx: Tx,
  ctx: Ctx,
  { bookingId, providerId }: Payout,
): Promise<Operation | null> {
  const current = await recomputePayout(tx, ctx, bookingId)
  if (!current || !isDue(current.payout, ctx.now)) return null
  const { payout, owed } = current
  const payee = await findPayee(tx, providerId)
  if (!payee?.accountId || !payee.ready) {
    await failAttempt(tx, ctx, payout, PAYOUT_REASONS.account_not_ready)
    return null
  }
  assert(owed.payment.chargeId, 'what is paid out was captured')
  const request = {
    payoutId: payout.id,
    bookingId,
    accountId: payee.accountId,
    chargeId: owed.payment.chargeId,
    amountMinor: Number(payout.amountMinor),
    currency: payout.currency,
    ...platformShares(owed),
  }
  return intendOperation(tx, ctx.now, { kind: 'transfer', subjectId: payout.id, request })
}

// Kept with the request: the books are written with the figures the transfer was made with, however long it took.
function platformShares({ settlement }: Owed) {
  return {
    commissionMinor: Number(settlement.commissionMinor),
    surchargeMinor: Number(settlement.surchargeMinor),
  }
}

function requestOf(stored: JsonObject): TransferRequest {
  return stored as unknown as TransferRequest
}

function settlementOf(stored: JsonObject): Settlement {
  return {
    providerNetMinor: BigInt(Number(stored['amountMinor'])),
    commissionMinor: BigInt(Number(stored['commissionMinor'])),
    surchargeMinor: BigInt(Number(stored['surchargeMinor'])),
  }
}

async function markPaid(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  operation: Operation,
  made: GatewayTransfer,
): Promise<void> {
  const settlement = settlementOf(operation.request)
  assert(made.amountMinor === settlement.providerNetMinor, `payout ${payout.id} is of the amount asked for`)
  const released: Released = { ...payout, occurredAt: ctx.now }
  await postTransfers(tx, ctx.now, [
    ...releasePostings(released, settlement),
    transferPosting(released, made.amountMinor, made.id),
  ])
  await write(tx, ctx, payout, {
    status: 'paid',
    amountMinor: made.amountMinor,
    stripeTransferId: made.id,
    attemptDueAt: null,
    failureReason: null,
    paidAt: ctx.now,
  })
  await finishOperation(tx, ctx.now, operation, made.id)
  await tell(tx, ctx, payout, 'payout.paid', {})
}

async function failAttempt(tx: Tx, ctx: Ctx, payout: Payout, reason: string): Promise<void> {
  const attempts = payout.attempts + 1
  const attemptDueAt = nextAttemptAt(attempts, ctx.now)
  const failed = attemptDueAt === null
  ctx.log.warn({ payoutId: payout.id, attempts, reason }, 'a payout could not be made')
  await write(tx, ctx, payout, {
    attempts,
    attemptDueAt,
    failureReason: reason,
    status: failed ? 'failed' : 'scheduled',
  })
  if (failed) await tell(tx, ctx, payout, 'payout.failed', { reason })
}

async function tell(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  type: 'payout.paid' | 'payout.failed',
  facts: JsonObject,
): Promise<void> {
  const payload = {
    payoutId: payout.id,
    providerId: payout.providerId,
    bookingId: payout.bookingId,
    ...facts,
  }
  await emit(tx, { type, subjectId: payout.id, payload, occurredAt: ctx.now })
}
