import { eq, sql } from 'drizzle-orm'
import { randomUUID } from 'node:crypto'
import type { GatewayDispute } from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { DisputeId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { earlierOf } from '#src/kernel/time.ts'
import { postTransfers } from '#src/modules/ledger/index.ts'
import type { Ctx } from '#src/platform/context.ts'
import type { Tx } from '#src/platform/db/database.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { disputeStateOf, isUndecided, laterDisputeStatus, shareLoss } from './domain/dispute-change.ts'
import { statusOfCaptured } from './domain/payment-change.ts'
import { disputeEntryPostings, lossEffectKeys, lossPostings } from './postings.ts'
import { listDisputes, lockPayment, readGivenBack } from './queries.ts'
import { askForRest, askForWaiting, dropWaiting, isRefundUnanswered } from './refunds-with-bank.ts'
import { figuresOfPayment } from './start-checkout.ts'
import { disputes, payments, type Dispute, type Payment } from './tables.ts'

/** So often an undecided dispute is looked at, in case no webhook comes. */
const SYNC_HOURS = 12
/**
 * A refund that may have been made, and of which no answer came, may be given twice now or not at all: who bears the loss is
 * known when that is. So soon it is looked at again.
 */
const LOSS_WAITS_MINUTES = 5

/**
 * Brings one dispute of a locked payment into line with what the gateway says: what moved on our balance is in the ledger,
 * once for each of its entries; a loss is shared out; and whoever must hear of it is told once.
 */
export async function applyDispute(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  seen: GatewayDispute,
): Promise<Payment> {
  const known = await listDisputes(tx, payment.id)
  const before = known.find(({ stripeDisputeId }) => stripeDisputeId === seen.id) ?? null
  const dispute = before ?? (await open(tx, ctx, payment, seen))
  const status = laterDisputeStatus(dispute.status, seen.status)
  const moved = await postEntries(tx, ctx, payment, seen)
  const isToShare = status === 'lost' && !(await isLossTaken(tx, dispute))
  let left = isToShare ? await dropWaiting(tx, ctx, payment, dispute) : payment
  const waits = isToShare && (await isRefundUnanswered(tx, payment.id))
  const shares = isToShare && !waits ? await takeLoss(tx, ctx, left, dispute, moved.withdrawnMinor) : null
  if (waits) left = { ...left, syncDueAt: ctx.now.add({ minutes: LOSS_WAITS_MINUTES }) }
  const values = {
    status,
    ...moved,
    ...shares,
    evidenceDueAt: seen.evidenceDueAt,
    evidenceSubmittedAt: submittedAt(ctx, dispute, status, seen),
    closedAt: isUndecided(status) ? null : (dispute.closedAt ?? ctx.now),
    updatedAt: ctx.now,
  }
  await tx.update(disputes).set(values).where(eq(disputes.id, dispute.id))
  if (shares && (await askForRest(tx, ctx, dispute, shares))) left = await lockPayment(tx, payment.id)
  // A verdict that was told without a loss is told again with it: who was paid meanwhile has that to give back.
  const lossIsLate = dispute.status === 'lost' && shares !== null
  await tell(tx, ctx, dispute, lossIsLate ? 'open' : (before?.status ?? null), status)
  if (status === 'won' && dispute.status !== 'won') await askForWaiting(tx, payment.id)
  const statuses = known.filter(({ id }) => id !== dispute.id).map((other) => other.status)
  return writeStatus(tx, ctx, left, [...statuses, status])
}

async function open(tx: Tx, ctx: Ctx, payment: Payment, seen: GatewayDispute): Promise<Dispute> {
  const [dispute] = await tx
    .insert(disputes)
    .values({
      id: randomUUID() as DisputeId,
      paymentId: payment.id,
      bookingId: payment.bookingId,
      stripeDisputeId: seen.id,
      status: isUndecided(seen.status) ? seen.status : 'open', // heard of when it was over: it was open all the same
      reason: seen.reason,
      amountMinor: seen.amountMinor,
      currency: seen.currency,
      openedAt: seen.openedAt,
      updatedAt: ctx.now,
    })
    .returning()
  assert(dispute, 'an inserted dispute is returned')
  return dispute
}

/** An inquiry that grew into a dispute is answered anew: what was said to the inquiry does not count. */
function submittedAt(
  ctx: Ctx,
  before: Dispute,
  status: Dispute['status'],
  { evidenceSubmitted }: GatewayDispute,
) {
  const grown = before.status.startsWith('inquiry') && status === 'open'
  const known = grown ? null : before.evidenceSubmittedAt
  return known ?? (evidenceSubmitted ? ctx.now : null)
}

async function postEntries(tx: Tx, ctx: Ctx, payment: Payment, seen: GatewayDispute) {
  await postTransfers(
    tx,
    ctx.now,
    seen.entries.flatMap((entry) => disputeEntryPostings(payment, seen.id, entry)),
  )
  const takenMinor = -seen.entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  return {
    withdrawnMinor: takenMinor > 0n ? takenMinor : 0n,
    feeMinor: seen.entries.reduce((sum, { feeMinor }) => sum + feeMinor, 0n),
  }
}

/** Once the verdict and what it took are both known: the verdict may be read before the withdrawal. Null when there is nothing to take yet. */
async function takeLoss(tx: Tx, ctx: Ctx, payment: Payment, dispute: Dispute, lostMinor: bigint) {
  if (lostMinor === 0n) return null
  const figures = await figuresOfPayment(tx, payment.id)
  const { basePartMinor, surchargePartMinor, platformMinor } = shareLoss(
    figures,
    await readGivenBack(tx, payment.id),
    lostMinor,
  )
  const borneMinor = basePartMinor + surchargePartMinor
  await postTransfers(
    tx,
    ctx.now,
    lossPostings(payment, dispute.stripeDisputeId, { borneMinor, platformMinor }, ctx.now),
  )
  return { basePartMinor, surchargePartMinor }
}

async function isLossTaken(tx: Tx, { stripeDisputeId }: Dispute): Promise<boolean> {
  const { rowCount } = await tx.execute(
    sql`select from ledger_transfers where effect_key in ${lossEffectKeys(stripeDisputeId)}`,
  )
  return rowCount !== 0
}

async function tell(
  tx: Tx,
  ctx: Ctx,
  { id, bookingId, paymentId, reason, amountMinor }: Dispute,
  before: Dispute['status'] | null,
  now: Dispute['status'],
): Promise<void> {
  const payload: JsonObject = {
    bookingId,
    paymentId,
    disputeId: id,
    reason,
    amountMinor: Number(amountMinor),
  }
  const say = (type: string, facts: JsonObject = {}) =>
    emit(tx, { type, subjectId: bookingId, payload: { ...payload, ...facts }, occurredAt: ctx.now })
  if (before === null || (before === 'inquiry_closed' && isUndecided(now)))
    await say('payment.disputed', { inquiry: now === 'inquiry' })
  if (!isUndecided(now) && (before === null || isUndecided(before)))
    await say('payment.dispute_closed', { won: now !== 'lost' })
}

async function writeStatus(
  tx: Tx,
  ctx: Ctx,
  payment: Payment,
  statuses: readonly Dispute['status'][],
): Promise<Payment> {
  const state = disputeStateOf(statuses)
  const later = ctx.now.add({ hours: SYNC_HOURS })
  const values = {
    status: statusOfCaptured(payment.capturedMinor, payment.refundedMinor, state),
    syncDueAt: state === 'open' ? earlierOf(payment.syncDueAt ?? later, later) : payment.syncDueAt,
    updatedAt: ctx.now,
  }
  await tx.update(payments).set(values).where(eq(payments.id, payment.id))
  return { ...payment, ...values }
}
