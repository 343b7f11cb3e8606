import { eq } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import {
  GatewayRejected,
  type PaymentGateway,
  type ReversalRequest,
  type TransferRequest,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { PayoutId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import {
  callOperation,
  findOperation,
  finishOperation,
  intendOperation,
  lockPaymentOfBooking,
  type Operation,
  type Settlement,
} from '#src/modules/payments/index.ts'
import { syncPayoutAccount } from '#src/modules/providers/index.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { Trouble } from '#src/platform/errors.ts'
import { hasMinorOf, planMovement, type Plan } from './domain/payout-plan.ts'
import { nextAttemptAt, WAIT_SENTENCES, type WaitCode } from './domain/payout-rules.ts'
import { reversalPosting, transferPosting } from './postings.ts'
import {
  findMovement,
  findOpenMovement,
  findPayee,
  findPayout,
  listReversibleTransfers,
  lockDebtOf,
  lockPayoutOfBooking,
  readDebt,
  readMoved,
} from './queries.ts'
import { recoverDebt } from './recover-debt.ts'
import { isDue, recomputePayout, shareOut, tell, write, type Owed } from './schedule-payout.ts'
import { LEASE_MINUTES } from './sweep-payouts.ts'
import { payoutMovements, type Payout, type PayoutMovement } from './tables.ts'

/** Steps of one run: a transfer is taken back in as many parts as there were transfers, and once more with what is there. */
const STEPS_MAX = 10

/** What is said of an account that has left us; of the first, the account itself tells whether it is meant, or the charge. */
const ACCOUNT_IS_GONE = new Set(['resource_missing', 'account_invalid'])

/**
 * Brings a provider to have what they have earned with one booking, once escrow is over: passes it on, or takes back what was
 * given to the customer since. Two workers at once, a crash anywhere or a lost answer make one movement: the intention is
 * committed first, and its id is the key.
 */
export async function payProvider(ctx: Ctx, gateway: PaymentGateway, payoutId: PayoutId): Promise<void> {
  const payout = await findPayout(ctx.db, payoutId)
  if (!payout) return
  // Where the whole could not be taken back: what of it is there.
  let partMinor: bigint | null = null
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const intended = await inTransaction(ctx, (tx) => intendMovement(tx, ctx, payout, partMinor))
    if (!intended) return
    const made = await move(ctx, gateway, payout, intended)
    const rejected = made instanceof GatewayRejected
    const part: bigint | null =
      rejected && partMinor === null ? await partThatIsThere(gateway, payout, intended, made) : null
    const waitsFor = rejected ? await reasonToWait(ctx, gateway, intended, made) : 'refused'
    await inTransaction(ctx, (tx) => settleMovement(tx, ctx, payout, intended, made, part === null, waitsFor))
    if (rejected && part === null) return
    partMinor = part
  }
}

interface Intended {
  readonly movement: PayoutMovement
  readonly operation: Operation
}

/** The movement that is under way, or the next one. Null when nothing is to be moved now: not due, frozen, done, or nowhere to. */
async function intendMovement(
  tx: Tx,
  ctx: Ctx,
  { id, bookingId, providerId }: Payout,
  partMinor: bigint | null,
): Promise<Intended | null> {
  const current = await recomputePayout(tx, ctx, bookingId)
  const open = await findOpenMovement(tx, id)
  if (open) {
    // Whatever is so by now, what was asked for is asked for to its end.
    assert(open.kind !== 'recovery', 'nothing is asked of the gateway for a recovery')
    const operation = await findOperation(tx, open.kind, open.id)
    assert(operation, 'a movement is intended together with its operation')
    return { movement: open, operation }
  }
  if (!current || (!isDue(current.payout, ctx.now) && partMinor === null)) return null
  const { payout, owed } = current
  if (payout.waitsFor === 'reversed_by_hand') return null
  await lockDebtOf(tx, providerId)
  const moved = await readMoved(tx, id)
  const unsentMinor = payout.releasedShareMinor - hasMinorOf(moved)
  const debtMinor = await readDebt(tx, providerId, payout.currency, unsentMinor > 0n ? unsentMinor : 0n)
  const plan = planMovement({
    earnedMinor: payout.amountMinor,
    ...moved,
    debtMinor,
    pullRefused: payout.waitsFor === 'owed' && partMinor === null,
  })
  if (!plan) {
    await settleWithout(tx, ctx, payout, owed)
    return null
  }
  return plan.kind === 'transfer'
    ? intendTransfer(tx, ctx, payout, owed, plan)
    : intendReversal(tx, ctx, payout, least(partMinor ?? plan.amountMinor, plan.amountMinor))
}

/** Nothing moves at Stripe: what escrow still holds is shared out. */
async function settleWithout(tx: Tx, ctx: Ctx, payout: Payout, { settlement }: Owed): Promise<void> {
  const released = payout.releases === 0 ? await shareOut(tx, ctx, payout, settlement) : payout
  await write(tx, ctx, released, { attemptDueAt: null })
}

async function intendTransfer(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  owed: Owed,
  { amountMinor, nettedMinor }: Extract<Plan, { kind: 'transfer' }>,
): Promise<Intended | null> {
  const payee = await findPayee(tx, payout.providerId)
  if (amountMinor > 0n && (!payee?.accountId || !payee.ready)) {
    await failAttempt(tx, ctx, payout, 'account_not_ready', null)
    return null
  }
  const movement = await insertMovement(tx, ctx, payout, { kind: 'transfer', amountMinor, nettedMinor })
  if (amountMinor === 0n) {
    // All of it is kept for what the provider owes: there is nothing to send.
    await finishTransfer(tx, ctx, payout, movement, owed.settlement, null)
    return null
  }
  await keepDue(tx, ctx, payout)
  assert(owed.payment.chargeId && payee?.accountId, 'what is paid out was captured, and has where to go')
  const request = {
    movementId: movement.id,
    bookingId: payout.bookingId,
    accountId: payee.accountId,
    chargeId: owed.payment.chargeId,
    amountMinor: Number(amountMinor),
    currency: payout.currency,
    ...sharesJson(owed.settlement),
  } satisfies TransferRequest & JsonObject
  return {
    movement,
    operation: await intendOperation(tx, ctx.now, { kind: 'transfer', subjectId: movement.id, request }),
  }
}

async function intendReversal(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  wantedMinor: bigint,
): Promise<Intended | null> {
  const [transfer] = await listReversibleTransfers(tx, payout.id)
  if (!transfer) return null
  const amountMinor = least(wantedMinor, transfer.leftMinor)
  const movement = await insertMovement(tx, ctx, payout, {
    kind: 'reversal',
    amountMinor,
    nettedMinor: 0n,
    transferId: transfer.stripeId,
  })
  await keepDue(tx, ctx, payout)
  const request = {
    movementId: movement.id,
    bookingId: payout.bookingId,
    transferId: transfer.stripeId,
    amountMinor: Number(amountMinor),
    currency: payout.currency,
  } satisfies ReversalRequest & JsonObject
  return {
    movement,
    operation: await intendOperation(tx, ctx.now, { kind: 'reversal', subjectId: movement.id, request }),
  }
}

/** While a movement is under way it stays due: should this job be lost, the sweep hands it to another. */
async function keepDue(tx: Tx, ctx: Ctx, payout: Payout): Promise<void> {
  const leasedUntil = ctx.now.add({ minutes: LEASE_MINUTES })
  await write(tx, ctx, payout, { attemptDueAt: payout.attemptDueAt ?? leasedUntil })
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

async function insertMovement(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  values: Pick<PayoutMovement, 'kind' | 'amountMinor' | 'nettedMinor'> & { transferId?: string },
): Promise<PayoutMovement> {
  const [movement] = await tx
    .insert(payoutMovements)
    .values({
      id: randomUUID(),
      payoutId: payout.id,
      providerId: payout.providerId,
      currency: payout.currency,
      status: 'intended',
      createdAt: ctx.now,
      ...values,
    })
    .returning()
  assert(movement, 'an inserted movement is returned')
  return movement
}

interface Made {
  readonly id: string
  readonly amountMinor: bigint
}

/** Makes the movement at the gateway, or finds what an earlier try made. */
async function move(
  ctx: Ctx,
  gateway: PaymentGateway,
  { bookingId }: Payout,
  { movement, operation }: Intended,
): Promise<Made | GatewayRejected> {
  const isOurs = (found: { movementId: string | null }) => found.movementId === movement.id
  const { transferId } = movement
  const call =
    transferId === null
      ? callOperation<Made>(ctx, operation, {
          call: (key, request) => gateway.transfer(request as unknown as TransferRequest, key),
          find: async () => (await gateway.listTransfers(bookingId)).find(isOurs) ?? null,
        })
      : callOperation<Made>(ctx, operation, {
          call: (key, request) => gateway.reverseTransfer(request as unknown as ReversalRequest, key),
          find: async () => (await gateway.listReversals(transferId)).find(isOurs) ?? null,
        })
  return call.catch((error: unknown) => {
    if (error instanceof GatewayRejected) return error
    throw error
  })
}

/** How much could be taken back where the whole could not; null when nothing could, or it was refused for another reason. */
async function partThatIsThere(
  gateway: PaymentGateway,
  payout: Payout,
  { movement }: Intended,
  rejected: GatewayRejected,
): Promise<bigint | null> {
  if (movement.kind !== 'reversal' || rejected.code !== 'balance_insufficient') return null
  const accountId = (await gateway.listTransfers(payout.bookingId)).find(
    ({ id }) => id === movement.transferId,
  )?.accountId
  if (!accountId) return null
  const thereMinor = await gateway.readAvailable(accountId, payout.currency)
  return thereMinor > 0n && thereMinor < movement.amountMinor ? thereMinor : null
}

/** What a transfer waits for that was refused. Where the account is gone, what we know of it is out of date. */
async function reasonToWait(
  ctx: Ctx,
  gateway: PaymentGateway,
  { movement, operation }: Intended,
  { code }: GatewayRejected,
): Promise<WaitCode> {
  if (code === 'balance_insufficient') return 'platform_balance'
  if (movement.kind !== 'transfer' || !ACCOUNT_IS_GONE.has(code)) return 'refused'
  try {
    const account = await syncPayoutAccount(ctx, gateway, String(operation.request['accountId']))
    return account?.ready ? 'refused' : 'account_not_ready'
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    return 'account_not_ready' // It is tried again within the hour, and the news of the account comes by itself.
  }
}

async function settleMovement(
  tx: Tx,
  ctx: Ctx,
  { bookingId }: Payout,
  { movement, operation }: Intended,
  made: Made | GatewayRejected,
  final: boolean,
  waitsFor: WaitCode,
): Promise<void> {
  await lockPaymentOfBooking(tx, bookingId)
  const payout = await lockPayoutOfBooking(tx, bookingId)
  assert(payout, 'a payout is never deleted')
  const current = await findMovement(tx, movement.id)
  if (current?.status !== 'intended') return
  if (made instanceof GatewayRejected) {
    await refuseMovement(tx, ctx, payout, movement, made, final, waitsFor)
    // As below; a transfer looks again when it is next tried, and a reversal that was refused is not.
    if (final && movement.kind === 'reversal') await recomputePayout(tx, ctx, bookingId)
    return
  }
  assert(made.amountMinor === movement.amountMinor, `movement ${movement.id} is of the amount asked for`)
  await finishOperation(tx, ctx.now, operation, made.id)
  if (movement.kind === 'transfer')
    await finishTransfer(tx, ctx, payout, movement, settlementFrom(operation.request), made.id)
  else await finishReversal(tx, ctx, payout, movement, made.id)
  // Something may have changed while it was under way.
  await recomputePayout(tx, ctx, bookingId)
}

async function finishTransfer(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  movement: PayoutMovement,
  settlement: Settlement,
  stripeId: string | null,
): Promise<void> {
  if (movement.nettedMinor > 0n) await lockDebtOf(tx, payout.providerId)
  const released = await shareOut(tx, ctx, payout, settlement)
  if (stripeId !== null) {
    const posting = transferPosting({ ...payout, occurredAt: ctx.now }, movement.amountMinor, stripeId)
    await postTransfers(tx, ctx.now, [posting])
  }
  const nettedMinor = await recoverDebt(tx, ctx, payout, movement.nettedMinor)
  assert(stripeId !== null || nettedMinor === movement.nettedMinor, 'what is kept at once is still owed')
  await markMovement(tx, ctx, movement, { status: 'done', stripeId, nettedMinor })
  await write(tx, ctx, released, {
    status: 'paid',
    stripeTransferId: stripeId ?? payout.stripeTransferId,
    attemptDueAt: null,
    waitsFor: null,
    failureReason: null,
    paidAt: ctx.now,
  })
  await tell(tx, ctx, payout, 'payout.paid', {
    amountMinor: Number(movement.amountMinor),
    nettedMinor: Number(nettedMinor),
  })
}

async function finishReversal(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  movement: PayoutMovement,
  stripeId: string,
): Promise<void> {
  const posting = reversalPosting({ ...payout, occurredAt: ctx.now }, movement.amountMinor, stripeId)
  await postTransfers(tx, ctx.now, [posting])
  await markMovement(tx, ctx, movement, { status: 'done', stripeId })
  await write(tx, ctx, payout, { attemptDueAt: null, waitsFor: null, failureReason: null })
  await tell(tx, ctx, payout, 'payout.reversed', { amountMinor: Number(movement.amountMinor) })
}

async function refuseMovement(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  movement: PayoutMovement,
  { code, message }: GatewayRejected,
  final: boolean,
  waitsFor: WaitCode,
): Promise<void> {
  await markMovement(tx, ctx, movement, { status: 'refused', failureReason: message })
  if (movement.kind === 'transfer') {
    await failAttempt(tx, ctx, payout, waitsFor, message)
    return
  }
  ctx.log.warn({ payoutId: payout.id, code }, 'a transfer could not be taken back')
  await write(tx, ctx, payout, { attemptDueAt: null, waitsFor: 'owed', failureReason: message })
  if (final) await tell(tx, ctx, payout, 'payout.owed', { amountMinor: Number(movement.amountMinor) })
}

async function markMovement(
  tx: Tx,
  ctx: Ctx,
  { id }: PayoutMovement,
  values: Pick<Partial<PayoutMovement>, 'status' | 'stripeId' | 'nettedMinor' | 'failureReason'>,
): Promise<void> {
  await tx
    .update(payoutMovements)
    .set({ ...values, settledAt: ctx.now })
    .where(eq(payoutMovements.id, id))
}

async function failAttempt(
  tx: Tx,
  ctx: Ctx,
  payout: Payout,
  waitsFor: WaitCode,
  said: string | null,
): Promise<void> {
  const attempts = payout.attempts + 1
  const attemptDueAt = nextAttemptAt(attempts, waitsFor, ctx.now)
  const failed = attemptDueAt === null
  const reason = said ?? WAIT_SENTENCES[waitsFor]
  ctx.log.warn({ payoutId: payout.id, attempts, waitsFor, reason }, 'a payout could not be made')
  await write(tx, ctx, payout, {
    attempts,
    attemptDueAt,
    waitsFor,
    failureReason: reason,
    status: failed ? 'failed' : 'scheduled',
  })
  if (failed) await tell(tx, ctx, payout, 'payout.failed', { reason })
}

// Kept with the request: the books are written with the figures the transfer was made with, however long it took.
function sharesJson({ providerNetMinor, commissionMinor, surchargeMinor }: Settlement) {
  return {
    providerNetMinor: Number(providerNetMinor),
    commissionMinor: Number(commissionMinor),
    surchargeMinor: Number(surchargeMinor),
  }
}

function settlementFrom(stored: JsonObject): Settlement {
  const part = (name: keyof Settlement) => BigInt(Number(stored[name]))
  return {
    providerNetMinor: part('providerNetMinor'),
    commissionMinor: part('commissionMinor'),
    surchargeMinor: part('surchargeMinor'),
  }
}
