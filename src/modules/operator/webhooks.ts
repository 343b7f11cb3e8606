import { sql } from 'drizzle-orm'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'
import { requireOperator } from './access.ts'
import { iso, isoOrNull, limitOf, pageOf, positionOf, type Page, type PageInput } from './rows.ts'

export const WEBHOOK_STATUSES = ['received', 'processed', 'ignored', 'dead'] as const
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number]

export interface WebhookView {
  readonly id: string
  readonly type: string
  readonly endpoint: string
  readonly objectId: string | null
  readonly status: string
  readonly attempts: number
  readonly lastError: string | null
  readonly receivedAt: string
  readonly processedAt: string | null
}

export interface WebhookDetails extends WebhookView {
  readonly accountId: string | null
  readonly apiVersion: string | null
  readonly livemode: boolean
  /** When Stripe made it. */
  readonly createdAt: string
  /** The bytes that were signed. */
  readonly body: string
  readonly bookingId: string | null
}

interface Row extends Record<string, unknown> {
  id: string
  type: string
  endpoint: string
  object_id: string | null
  status: string
  attempts: number
  last_error: string | null
  received_at: string
  processed_at: string | null
}

interface DetailsRow extends Row {
  account_id: string | null
  api_version: string | null
  livemode: boolean
  created_at: string
  body: string
  booking_id: string | null
}

export interface ListWebhooks extends PageInput {
  readonly status?: WebhookStatus | undefined
  /** An event's or object's id, or the beginning of a type. */
  readonly text?: string | undefined
}

/** Received events, newest first. */
export async function listWebhooks(ctx: Ctx, input: ListWebhooks = {}): Promise<Page<WebhookView>> {
  requireOperator(ctx)
  const limit = limitOf(input)
  const after = positionOf(input)
  const { status, text } = input
  const { rows } = await ctx.db.execute<Row>(sql`
    select id, type, endpoint, object_id, status, attempts, last_error, received_at, processed_at from webhook_events
    where true ${status ? sql`and status = ${status}` : sql``}
      ${text ? sql`and (id = ${text} or object_id = ${text} or starts_with(type, ${text}))` : sql``}
      ${after ? sql`and (received_at, id) < (${after.at}::timestamptz, ${after.id})` : sql``}
    order by received_at desc, id desc limit ${limit + 1}`)
  return pageOf(rows, limit, viewOf, (item) => ({ at: item.receivedAt, id: item.id }))
}

/** @throws request.not_found. */
export async function getWebhook(ctx: Ctx, id: string): Promise<WebhookDetails> {
  requireOperator(ctx)
  const { rows } = await ctx.db.execute<DetailsRow>(sql`
    select w.*, coalesce(
      (select p.booking_id from payments p where w.object_id in (p.payment_intent_id, p.charge_id, p.checkout_session_id) limit 1),
      (select r.booking_id from refunds r where r.stripe_refund_id = w.object_id limit 1),
      (select o.booking_id from payouts o where o.stripe_transfer_id = w.object_id limit 1)) as booking_id
    from webhook_events w where w.id = ${id}`)
  const row = rows[0]
  if (!row) throw refuse('request.not_found')
  return {
    ...viewOf(row),
    accountId: row.account_id,
    apiVersion: row.api_version,
    livemode: row.livemode,
    createdAt: iso(row.created_at),
    body: row.body,
    bookingId: row.booking_id,
  }
}

function viewOf(row: Row): WebhookView {
  return {
    id: row.id,
    type: row.type,
    endpoint: row.endpoint,
    objectId: row.object_id,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    receivedAt: iso(row.received_at),
    processedAt: isoOrNull(row.processed_at),
  }
}
