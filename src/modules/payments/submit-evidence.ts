import { eq } from 'drizzle-orm'
import {
  GatewayRejected,
  type DisputeEvidence,
  type GatewayDispute,
  type PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'
import type { DisputeId } from '#src/kernel/ids.ts'
import type { JsonObject } from '#src/kernel/json.ts'
import { may } from '#src/kernel/rights.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse, Trouble } from '#src/platform/errors.ts'
import { applyDispute } from './apply-dispute.ts'
import { isUndecided } from './domain/dispute-change.ts'
import { callOperation, finishOperation, intendOperation } from './operations.ts'
import { lockPayment } from './queries.ts'
import { disputes, type Dispute } from './tables.ts'

/**
 * Hands in what speaks for us in a dispute, for good: the bank takes it once. Asked again it is the same hand-in.
 * Not inside a transaction.
 * @throws refusals auth.not_allowed, dispute.not_found, dispute.wrong_state when it was handed in or the bank has decided,
 *   payment.unavailable.
 */
export async function submitEvidence(
  ctx: Ctx,
  gateway: PaymentGateway,
  input: { disputeId: DisputeId; evidence: DisputeEvidence },
): Promise<Dispute> {
  if (!may(ctx.actor, 'dispute.answer')) throw refuse('auth.not_allowed')
  const dispute = await findDispute(ctx, input.disputeId)
  if (!isUndecided(dispute.status) || dispute.evidenceSubmittedAt) throw refuse('dispute.wrong_state')
  const operation = await intendOperation(ctx.db, ctx.now, {
    // Of one dispute the bank takes evidence twice: for an inquiry, and again when it has grown into more.
    kind: dispute.status === 'inquiry' ? 'inquiry_evidence' : 'evidence',
    subjectId: dispute.id,
    request: input.evidence as unknown as JsonObject,
  })
  const handed = await callOperation<GatewayDispute>(ctx, operation, {
    call: (key, request) =>
      gateway.submitEvidence(dispute.stripeDisputeId, request as unknown as DisputeEvidence, key),
    // Handing in twice is refused by the gateway itself; what it says now tells whether an earlier try arrived.
    find: () => Promise.resolve(null),
  }).catch((error: unknown) => {
    if (error instanceof Trouble) throw refuse('payment.unavailable')
    if (error instanceof GatewayRejected) throw refuse('dispute.wrong_state')
    throw error
  })
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
  return findDispute(ctx, dispute.id)
}

async function findDispute(ctx: Ctx, id: DisputeId): Promise<Dispute> {
  const [dispute] = await ctx.db.select().from(disputes).where(eq(disputes.id, id))
  if (!dispute) throw refuse('dispute.not_found')
  return dispute
}
