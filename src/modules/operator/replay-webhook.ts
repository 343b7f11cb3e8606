import { replayWebhook as replay } from '#src/modules/payments/index.ts'
import { recordAudit } from '#src/platform/audit.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { requireOperator } from './access.ts'

/** An operator has an event acted on again. @throws webhook.not_found. */
export async function replayWebhook(ctx: Ctx, input: { eventId: string; reason: string }): Promise<void> {
  requireOperator(ctx)
  await inTransaction(ctx, async (tx) => {
    const event = await replay(tx, input.eventId)
    if (!event) throw refuse('webhook.not_found')
    await recordAudit(tx, ctx, {
      action: 'webhook.replay',
      subjectKind: 'webhook',
      subjectId: event.id,
      before: { status: event.status, attempts: event.attempts, lastError: event.lastError },
      after: { status: 'received' },
      reason: input.reason,
    })
  })
}
