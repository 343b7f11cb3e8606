import { eq } from 'drizzle-orm'
import type { Tx } from '#src/platform/db/database.ts'
import { enqueue, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import { PROCESS_WEBHOOKS } from './receive-webhook.ts'
import { webhookEvents, type WebhookEvent } from './tables.ts'

/**
 * Has the worker act on a stored event again, whatever came of it before. What it names is read anew from the gateway, so
 * that an effect it had already is not had twice. @returns the event as it was; null when there is none.
 */
export async function replayWebhook(tx: Tx, eventId: string): Promise<WebhookEvent | null> {
  const [event] = await tx
    .select()
    .from(webhookEvents)
    .where(eq(webhookEvents.id, eventId))
    .for('no key update')
  if (!event) return null
  await tx
    .update(webhookEvents)
    .set({ status: 'received', attempts: 0, processedAt: null })
    .where(eq(webhookEvents.id, eventId))
  await enqueue(
    tx,
    PROCESS_WEBHOOKS,
    { objectId: event.objectId },
    { jobKey: `webhooks:${event.objectId}`, priority: JOB_PRIORITY.money },
  )
  return event
}
