import type { PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { assertNoOpenTransaction, inTransaction, type Ctx } from '#src/platform/context.ts'
import { classifyTrouble } from '#src/platform/errors.ts'
import { processWebhooks } from './process-webhooks.ts'
import { storeEvent } from './receive-webhook.ts'
import { replayWebhook } from './replay-webhook.ts'

/**
 * Has events that the gateway still lists acted on as if they had just come: one that never arrived is stored in the inbox,
 * one that did is acted on again, whatever came of it before. Those about nothing of ours are left alone.
 * @param bodies the bytes of the events, oldest first
 * @throws {Trouble} when the gateway does not answer; the stored events then wait for their job.
 */
export async function replayEvents(
  ctx: Ctx,
  gateway: PaymentGateway,
  bodies: readonly string[],
): Promise<void> {
  assertNoOpenTransaction('the payment gateway')
  const roots = new Set<string>()
  for (const body of bodies) {
    const event = gateway.parseEvent(body)
    if (event.subject.kind === 'none' || event.livemode !== gateway.livemode) continue
    await storeEvent(ctx.db, ctx.now, 'platform', body, event, true)
    await inTransaction(ctx, (tx) => replayWebhook(tx, event.id))
    roots.add(event.rootId)
  }
  for (const root of roots) {
    try {
      await processWebhooks(ctx, gateway, root)
    } catch (error) {
      if (classifyTrouble(error)) throw error
      // Noted with the event, which its job tries again: the others have their turn.
      ctx.log.warn({ error, objectId: root }, 'a replayed event could not be acted on')
    }
  }
}
