import { eq } from 'drizzle-orm'
import type {
  DisputeEvidence,
  GatewayDispute,
  PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'
import { assert } from '#src/kernel/assert.ts'
import type { DisputeId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { may } from '#src/kernel/rights.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse, Trouble } from '#src/platform/errors.ts'
import { applyDispute } from './apply-dispute.ts'
import { isUndecided } from './domain/dispute-change.ts'
import {
  findOperation,
  finishOperation,
  intendOperation,
  mayBeOnItsWay,
  rejectOperation,
  supersede,
  tryOperation,
  type Operation,
} from './operations.ts'
import { findPayment, lockPayment } from './queries.ts'
import { disputes, type Dispute } from './tables.ts'

/**
 * Hands in what speaks for us in a dispute, for good: the bank takes it once. Asked again in the same words it is the same
 * hand-in. Words that were corrected take the place of those of which no answer came, unless these may still reach the bank.
 * Not inside a transaction.
 * @throws refusals auth.not_allowed, dispute.not_found, dispute.wrong_state when it was handed in or the bank has decided, or
 *   with what the gateway said when it takes none of it, request.in_progress, payment.unavailable.
 */
export async function submitEvidence(
  ctx: Ctx,
  gateway: PaymentGateway,
  input: { disputeId: DisputeId; evidence: DisputeEvidence },
): Promise<Dispute> {
  if (!may(ctx.actor, 'dispute.answer')) throw refuse('auth.not_allowed')
  const dispute = await findDispute(ctx, input.disputeId)
  if (!isUndecided(dispute.status) || dispute.evidenceSubmittedAt) throw refuse('dispute.wrong_state')
  const intended = await intendOperation(ctx.db, ctx.now, {
    // Of one dispute the bank takes evidence twice: for an inquiry, and again when it has grown into more.
    kind: dispute.status === 'inquiry' ? 'inquiry_evidence' : 'evidence',
    subjectId: dispute.id,
    request: input.evidence as unknown as JsonObject,
  })
  const { operation, firstTry } = await orUnavailable(() =>
    inTheseWords(ctx, gateway, dispute, intended, input.evidence),
  )
  const {
    operation: called,
    made: handed,
    rejected,
  } = await orUnavailable(() =>
    tryOperation<GatewayDispute>(ctx, operation, {
      firstTry,
      call: (key, request) =>
        gateway.submitEvidence(dispute.stripeDisputeId, request as unknown as DisputeEvidence, key),
      find: () => findHandedIn(ctx, gateway, dispute),
    }),
  )
  if (rejected !== null) {
    await rejectOperation(ctx.db, ctx.now, called, rejected.message)
    ctx.log.error({ disputeId: dispute.id, code: rejected.code }, 'evidence was refused')
    throw refuse('dispute.wrong_state', { gatewayCode: rejected.code, gatewaySaid: rejected.message })
  }
  await record(ctx, dispute, called, handed)
  return findDispute(ctx, dispute.id)
}

/**
 * The operation that hands in what the operator wrote. The rest of the evidence is gathered anew each time, and what was stored
 * of it before is as good.
 */
async function inTheseWords(
  ctx: Ctx,
  gateway: PaymentGateway,
  dispute: Dispute,
  operation: Operation,
  evidence: DisputeEvidence,
): Promise<{ operation: Operation; firstTry: boolean }> {
  const before = operation.request as unknown as DisputeEvidence
  if (operation.status !== 'intended' || before.refusal === evidence.refusal)
    return { operation, firstTry: false }
  if (mayBeOnItsWay(operation, ctx.now)) throw refuse('request.in_progress')
  const handed = await findHandedIn(ctx, gateway, dispute)
  if (handed) {
    await record(ctx, dispute, operation, handed)
    throw refuse('dispute.wrong_state')
  }
  return {
    operation: await supersede(ctx, operation, evidence as unknown as JsonObject),
    firstTry: true,
  }
}

/** The dispute, if an earlier try has reached the bank, as far as can be told. */
async function findHandedIn(
  ctx: Ctx,
  gateway: PaymentGateway,
  { id: disputeId, status, paymentId, stripeDisputeId }: Dispute,
): Promise<GatewayDispute | null> {
  // The gateway counts what was said to the inquiry too. It refuses what is handed in twice, so asking once more is harmless.
  if (status !== 'inquiry' && (await findOperation(ctx.db, 'inquiry_evidence', disputeId))) return null
  const payment = await findPayment(ctx.db, paymentId)
  assert(payment?.paymentIntentId, 'what is disputed was paid')
  const all = await gateway.listDisputes(payment.paymentIntentId)
  return all.find(({ id, evidenceSubmitted }) => id === stripeDisputeId && evidenceSubmitted) ?? null
}

async function record(
  ctx: Ctx,
  dispute: Dispute,
  operation: Operation,
  handed: GatewayDispute,
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await applyDispute(tx, ctx, await lockPayment(tx, dispute.paymentId), handed)
    await finishOperation(tx, ctx.now, operation, handed.id)
    await recordAudit(tx, ctx, {
      action: 'dispute.submit_evidence',
      subjectKind: 'booking',
      subjectId: dispute.bookingId,
      after: { disputeId: dispute.id, evidence: operation.request },
    })
  })
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Trouble) throw refuse('payment.unavailable')
    throw error
  }
}

async function findDispute(ctx: Ctx, id: DisputeId): Promise<Dispute> {
  const [dispute] = await ctx.db.select().from(disputes).where(eq(disputes.id, id))
  if (!dispute) throw refuse('dispute.not_found')
  return dispute
}
