import type Stripe from 'stripe'
import { API_VERSION } from '../events.ts'
import { invalidRequest } from '../errors.ts'
import { newId } from '../ids.ts'
import { listObjects } from '../lists.ts'
import { buildCustomer } from '../objects/customer.ts'
import {
  expand,
  flag,
  ignored,
  list,
  listShape,
  mergeMetadata,
  metadata,
  notSimulated,
  range,
  required,
  text,
  url,
} from '../params.ts'
import { route } from '../router.ts'
import { DAY_SECONDS, need } from '../work.ts'

/** Stripe lists events of the last 30 days. */
const EVENT_LIFE_SECONDS = 30 * DAY_SECONDS

const listEvents = route(
  'GET',
  '/v1/events',
  { ...listShape, created: range, delivery_success: flag(), type: text(), types: list(text(), 20) },
  (work, params) => {
    const wildcard = params.type?.endsWith('*') ? params.type.slice(0, -1) : undefined
    const oldest = Math.max(params.created?.gte ?? 0, work.now - EVENT_LIFE_SECONDS)
    const answer = listObjects(work, 'event', '/v1/events', params, {
      created: { ...params.created, gte: oldest },
      subtype: wildcard === undefined ? params.type : undefined,
      subtypePrefix: wildcard,
      subtypes: params.types?.length ? params.types : undefined,
    })
    return { ...answer, data: answer.data.map((event) => withPending(work.store, event)) }
  },
)

/** How many endpoints still wait for the event is counted when somebody asks. */
function withPending<T extends { id: string; pending_webhooks: number }>(
  store: Parameters<Parameters<typeof route>[3]>[0]['store'],
  event: T,
): T {
  const row = store
    .prepare("SELECT count(*) AS pending FROM deliveries WHERE event = ? AND state <> 'delivered'")
    .get(event.id)
  return { ...event, pending_webhooks: Number(row?.['pending'] ?? 0) }
}

const retrieveEvent = route('GET', '/v1/events/:id', { expand }, (work, _params, [id = '']) =>
  withPending(work.store, need(work, 'event', id).object),
)

const endpointDetails = {
  description: text(),
  enabled_events: list(text(), 300),
  expand,
  metadata,
  url: url(),
}

const createEndpoint = route(
  'POST',
  '/v1/webhook_endpoints',
  {
    ...endpointDetails,
    api_version: text(),
    connect: flag(),
    enabled_events: required(list(text(), 300)),
    url: required(url()),
  },
  (work, params) => {
    if (params.enabled_events.length === 0) {
      throw invalidRequest('Invalid array: enabled_events needs at least one event.', {
        param: 'enabled_events',
      })
    }
    const endpoint: Stripe.WebhookEndpoint = {
      id: newId('we'),
      object: 'webhook_endpoint',
      api_version: params.api_version ?? API_VERSION,
      application: null,
      created: work.now,
      description: params.description ?? null,
      enabled_events: params.enabled_events,
      livemode: false,
      metadata: mergeMetadata(null, params.metadata),
      status: 'enabled',
      url: params.url,
    }
    const secret = newId('whsec', 32)
    work.store.insert('webhook_endpoint', endpoint, {
      account: work.platform,
      aside: { secret, connect: params.connect ?? false, fixed: false },
    })
    // The secret is shown once, here.
    return { ...endpoint, secret }
  },
)

const updateEndpoint = route(
  'POST',
  '/v1/webhook_endpoints/:id',
  { ...endpointDetails, disabled: flag() },
  (work, params, [id = '']) => {
    const row = need(work, 'webhook_endpoint', id)
    if (params.description !== undefined) row.object.description = params.description
    if (params.enabled_events !== undefined) row.object.enabled_events = params.enabled_events
    if (params.url !== undefined) row.object.url = params.url
    if (params.disabled !== undefined) row.object.status = params.disabled ? 'disabled' : 'enabled'
    row.object.metadata = mergeMetadata(row.object.metadata, params.metadata)
    work.store.save(row)
    return row.object
  },
)

const retrieveEndpoint = route(
  'GET',
  '/v1/webhook_endpoints/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'webhook_endpoint', id).object,
)

const listEndpoints = route('GET', '/v1/webhook_endpoints', listShape, (work, params) =>
  listObjects(work, 'webhook_endpoint', '/v1/webhook_endpoints', params, {}),
)

const removeEndpoint = route('DELETE', '/v1/webhook_endpoints/:id', {}, (work, _params, [id = '']) => {
  need(work, 'webhook_endpoint', id)
  work.store.remove(id)
  work.store
    .prepare(
      "UPDATE deliveries SET state = 'failed', answer = 'endpoint deleted' WHERE endpoint = ? AND state = 'pending'",
    )
    .run(id)
  return { id, object: 'webhook_endpoint', deleted: true }
})

const createCustomer = route(
  'POST',
  '/v1/customers',
  {
    address: ignored(),
    balance: notSimulated(),
    business_name: ignored(),
    cash_balance: notSimulated(),
    description: text(),
    email: text(800),
    expand,
    individual_name: ignored(),
    invoice_prefix: ignored(),
    invoice_settings: ignored(),
    metadata,
    name: text(),
    next_invoice_sequence: ignored(),
    payment_method: notSimulated(),
    phone: text(),
    preferred_locales: ignored(),
    shipping: ignored(),
    source: notSimulated(),
    tax: ignored(),
    tax_exempt: ignored(),
    tax_id_data: ignored(),
    test_clock: notSimulated(),
    validate: ignored(),
  },
  (work, params) => {
    const customer = buildCustomer(work.now, { ...params, metadata: mergeMetadata(null, params.metadata) })
    return work.store.insert('customer', customer, { account: work.account, aside: {} }).object
  },
)

const retrieveCustomer = route(
  'GET',
  '/v1/customers/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'customer', id).object,
)

const listCustomers = route(
  'GET',
  '/v1/customers',
  { ...listShape, created: range, email: text(), test_clock: ignored() },
  (work, params) =>
    listObjects(work, 'customer', '/v1/customers', params, { created: params.created, email: params.email }),
)

const retrievePaymentMethod = route(
  'GET',
  '/v1/payment_methods/:id',
  { expand },
  (work, _params, [id = '']) => need(work, 'payment_method', id).object,
)

export const otherRoutes = [
  listEvents,
  retrieveEvent,
  createEndpoint,
  updateEndpoint,
  retrieveEndpoint,
  listEndpoints,
  removeEndpoint,
  createCustomer,
  retrieveCustomer,
  listCustomers,
  retrievePaymentMethod,
]
