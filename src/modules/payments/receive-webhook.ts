import { sql } from 'drizzle-orm'
import {
  EventUnsigned,
  type EventEndpoint,
  type GatewayEvent,
  type PaymentGateway,
} from '#src/integrations/payment-gateway/port.ts'
import { isId } from '#src/kernel/ids.ts'
import type { Temporal } from '#src/kernel/time.ts'
import type { Database } from '#src/platform/db/database.ts'
import { prepared } from '#src/platform/db/prepared.ts'
import { refuse } from '#src/platform/errors.ts'
import { addJob, JOB_PRIORITY } from '#src/platform/jobs/enqueue.ts'
import type { CountIgnored, IgnoredBecause } from './webhook-metrics.ts'

export const PROCESS_WEBHOOKS = 'payments.process-webhooks'
/** An event that fails by itself so often is a dead letter. The backoff of the job makes that some hours. */
export const WEBHOOK_TRIES_MAX = 10

/**
 * Stores a webhook and the job that acts on it, in one statement, and does nothing else: what was answered with 200 is
 * there, and what could not be stored is sent again. An event that is there already changes nothing. Events about one
 * object that wait together are one job.
 * @throws refusal `payment.event_unsigned` when the bytes were not signed with the endpoint's secret.
 */
export async function receiveWebhook(
  { db, gateway, countIgnored }: { db: Database; gateway: PaymentGateway; countIgnored: CountIgnored },
  now: Temporal.Instant,
  endpoint: EventEndpoint,
  body: string,
  signature: string,
): Promise<void> {
  const event = verify(gateway, body, signature, endpoint)
  const because = ignoredBecause(gateway, endpoint, event)
  await storeEvent(db, now, endpoint, body, event, because === null)
  if (because !== null) countIgnored(endpoint, because)
}

/** Why an event is stored and nothing else; null: it is acted on. */
function ignoredBecause(
  gateway: PaymentGateway,
  endpoint: EventEndpoint,
  { accountId, livemode, subject }: GatewayEvent,
): IgnoredBecause | null {
  // An endpoint of one kind that is registered as the other would tell us of strangers' payments as if they were ours.
  if ((accountId !== null) !== (endpoint === 'connect')) return 'door'
  if (livemode !== gateway.livemode) return 'mode'
  return subject.kind === 'none' ? 'type' : null
}

/**
 * Stores an event and the job that acts on it. One that is there already stays as it is.
 * @param ours whether the event is of the mode (test or live) that this installation works in, and came to the endpoint
 *   that it belongs to; others are stored and ignored
 */
export async function storeEvent(
  db: Database,
  now: Temporal.Instant,
  endpoint: EventEndpoint,
  body: string,
  event: GatewayEvent,
  ours: boolean,
): Promise<void> {
  const { id, type, accountId, rootId, livemode, apiVersion, createdAt, subject } = event
  const captured = subject.kind === 'payment' && subject.reached === 'captured' ? subject.paymentId : null
  await store(db, {
    ...{ id, endpoint, type, accountId, rootId, livemode, apiVersion, body },
    createdAt: createdAt.toString(),
    now: now.toString(),
    acted: ours && subject.kind !== 'none',
    captured: captured !== null && isId(captured) ? captured : null,
    intentId: subject.kind === 'payment' ? subject.intentId : null,
  })
}

interface StoreValues extends Record<string, string | boolean | null> {
  acted: boolean
  /** The payment that the event says is captured, and the one at the gateway that it is about: another's is no old news. */
  captured: string | null
  intentId: string | null
}

const $ = sql.placeholder
const store = prepared<StoreValues>(
  () => sql`
    with seen as (
      select case when not ${$('acted')}::boolean then 'ignored'
                  -- The twin of news that we have: a capture is never undone, so there is nothing to read.
                  when exists (select from payments where id = ${$('captured')}::uuid and payment_intent_id = ${$('intentId')}
                               and captured_minor > 0 and processing_fee_minor is not null) then 'processed'
                  else 'received' end as status),
    stored as (
      insert into webhook_events (id, endpoint, type, account_id, object_id, livemode, api_version, body, status, created_at,
        received_at, processed_at)
      select ${$('id')}, ${$('endpoint')}, ${$('type')}, ${$('accountId')}, ${$('rootId')}, ${$('livemode')}::boolean, ${$('apiVersion')},
        ${$('body')}, seen.status, ${$('createdAt')}::timestamptz, ${$('now')}::timestamptz,
        case when seen.status <> 'received' then ${$('now')}::timestamptz end
      from seen
      on conflict (id) do nothing returning object_id, status)
    select ${addJob({
      task: PROCESS_WEBHOOKS,
      payload: sql`json_build_object('objectId', object_id)`,
      key: sql`'webhooks:' || object_id`,
      priority: JOB_PRIORITY.money,
      attemptsMax: WEBHOOK_TRIES_MAX,
    })} from stored where status = 'received'`,
)

function verify(
  gateway: PaymentGateway,
  body: string,
  signature: string,
  endpoint: EventEndpoint,
): GatewayEvent {
  try {
    return gateway.verifyEvent(body, signature, endpoint)
  } catch (error) {
    if (error instanceof EventUnsigned) throw refuse('payment.event_unsigned')
    throw error
  }
}
