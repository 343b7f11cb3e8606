import { newId } from './ids.ts'
import type { StoredEvent } from './kinds.ts'
import type { Work } from './work.ts'

/** The version the SDK in this repository speaks: events are rendered in it. */
export const API_VERSION = '2026-10-28.endive'

type Emitted = StoredEvent['data']['object'] & { id?: string; payment_intent?: unknown }
type EventType = StoredEvent['type']

/** Records an event and one pending delivery per endpoint that asked for its type, in the caller's transaction. */
export function emit(work: Work, type: EventType, object: Emitted, previous?: Record<string, unknown>): void {
  const connected = work.account !== work.platform
  // What happens to an account without its platform is not the platform's to know.
  const hears = !connected || work.store.find('account', work.account)?.aside.disconnected !== true
  const endpoints = work.store
    .endpoints()
    .filter((row) => hears && row.aside.connect === connected && wants(row.object.enabled_events, type))
  const event: StoredEvent = {
    id: newId('evt'),
    object: 'event',
    ...(connected && { account: work.account }),
    api_version: API_VERSION,
    created: work.now,
    data: { object, ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: endpoints.length,
    request: { id: work.requestId, idempotency_key: work.idempotencyKey },
    type,
  }
  work.store.insert('event', event, { account: work.account, aside: {} })
  const insertDelivery = work.store.prepare(
    `INSERT INTO deliveries (event, type, endpoint, subject, state, next_attempt_ms) VALUES (?, ?, ?, ?, 'pending', 0)`,
  )
  for (const endpoint of endpoints) {
    insertDelivery.run(event.id, type, endpoint.object.id, `${endpoint.object.id} ${subjectOf(object)}`)
  }
}

export function wants(enabled: readonly string[], type: string): boolean {
  return enabled.some((entry) => entry === '*' || entry === type)
}

/** Events about one payment are delivered one after the other, so that they arrive in the order they happened. */
function subjectOf(object: Emitted): string {
  const { payment_intent: intent } = object
  return typeof intent === 'string' ? intent : (object.id ?? 'none')
}
