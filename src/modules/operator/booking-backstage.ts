import { sql } from 'drizzle-orm'
import type { BookingId } from '#src/kernel/ids.ts'
import type { MoneyJson } from '#src/kernel/money.ts'
import type { Ctx } from '#src/platform/context.ts'
import { givenBackSql, isOpenFailure } from '#src/modules/payments/index.ts'
import { requireOperator } from './access.ts'
import type { DisputeStatus } from './disputes.ts'
import { listAuditOf, type AuditView } from './audit-trail.ts'
import { amountOf, iso, isoOrNull } from './rows.ts'
import type { WebhookView } from './webhooks.ts'

/** What stands behind a booking and only operators see: the payment's ids, refunds, disputes, calls to Stripe, its events, who did what. */
export interface BookingBackstage {
  readonly figures: {
    readonly base: MoneyJson
    readonly commission: MoneyJson
    readonly surcharge: MoneyJson
    readonly providerNet: MoneyJson
    readonly total: MoneyJson
  }
  readonly payment: {
    readonly id: string
    readonly status: string
    readonly amount: MoneyJson
    readonly captured: MoneyJson
    readonly refunded: MoneyJson
    /** What an operator could still refund: neither given back nor on its way, nor lost to a dispute. */
    readonly left: MoneyJson
    readonly processingFee: MoneyJson | null
    readonly checkoutSessionId: string | null
    readonly paymentIntentId: string | null
    readonly chargeId: string | null
    readonly createdAt: string
    readonly capturedAt: string | null
    readonly lastError: string | null
    readonly syncDueAt: string | null
  } | null
  readonly refunds: readonly {
    readonly id: string
    readonly status: string
    readonly cause: string
    readonly amount: MoneyJson
    readonly stripeRefundId: string | null
    readonly failureReason: string | null
    /** It did not arrive, and somebody has to decide. */
    readonly open: boolean
    readonly requestedAt: string
    readonly settledAt: string | null
  }[]
  readonly disputes: readonly {
    readonly id: string
    readonly status: DisputeStatus
    readonly reason: string
    readonly amount: MoneyJson
    readonly openedAt: string
    readonly evidenceSubmittedAt: string | null
    readonly closedAt: string | null
  }[]
  readonly payout: {
    readonly id: string
    readonly status: string
    readonly amount: MoneyJson
    readonly dueAt: string
    readonly attempts: number
    readonly attemptDueAt: string | null
    readonly stripeTransferId: string | null
    readonly failureReason: string | null
    readonly paidAt: string | null
    readonly createdAt: string
  } | null
  readonly operations: readonly {
    readonly id: string
    readonly kind: string
    readonly status: string
    readonly resultId: string | null
    readonly error: string | null
    readonly attempts: number
    readonly createdAt: string
    readonly finishedAt: string | null
  }[]
  readonly webhooks: readonly WebhookView[]
  readonly audit: readonly AuditView[]
}

type Row = Record<string, string | null>

/** @throws request.not_found. */
export async function getBookingBackstage(ctx: Ctx, bookingId: BookingId): Promise<BookingBackstage> {
  requireOperator(ctx)
  const [{ rows }, audit] = await Promise.all([
    ctx.db.execute<{
      booking: Row
      payment: Row | null
      refunds: Row[]
      disputes: Row[]
      payout: Row | null
      operations: Row[]
      webhooks: Row[]
    }>(sql`
      with payment as (select * from payments where booking_id = ${bookingId}),
        refund as (select * from refunds where booking_id = ${bookingId}),
        payout as (select * from payouts where booking_id = ${bookingId}),
        movement as (select * from payout_movements where payout_id in (select id from payout)),
        dispute as (select * from disputes where booking_id = ${bookingId}),
        object as (
          select unnest(array[checkout_session_id, payment_intent_id, charge_id]) as id from payment
          union select stripe_refund_id from refund union select stripe_transfer_id from payout
          union select stripe_id from movement union select stripe_dispute_id from dispute)
      select
        (select json_build_object('currency', currency, 'base', base_minor::text, 'commission', commission_minor::text,
          'surcharge', surcharge_minor::text, 'net', provider_net_minor::text, 'total', total_minor::text)
         from bookings where id = ${bookingId}) as booking,
        (select json_build_object('id', id, 'status', status, 'currency', currency, 'amount', amount_minor::text, 'captured', captured_minor::text,
          'refunded', refunded_minor::text,
          'left', (select captured_minor - back.base::bigint - back.surcharge::bigint from (${givenBackSql(sql`payment.id`)}) back)::text, 'fee', processing_fee_minor::text, 'session', checkout_session_id, 'intent', payment_intent_id,
          'charge', charge_id, 'created', created_at, 'capturedAt', captured_at, 'error', last_error, 'syncDue', sync_due_at) from payment) as payment,
        (select coalesce(json_agg(json_build_object('id', id, 'status', status, 'cause', cause, 'amount', amount_minor::text, 'currency', currency,
          'stripe', stripe_refund_id, 'failure', failure_reason, 'requested', requested_at, 'settled', settled_at,
          'open', case when ${isOpenFailure(sql`refund`)} then 'yes' end) order by requested_at), '[]')
         from refund) as refunds,
        (select coalesce(json_agg(json_build_object('id', id, 'status', status, 'reason', reason, 'amount', amount_minor::text, 'currency', currency,
          'opened', opened_at, 'submitted', evidence_submitted_at, 'closed', closed_at) order by opened_at), '[]')
         from dispute) as disputes,
        (select json_build_object('id', id, 'status', status, 'amount', amount_minor::text, 'currency', currency, 'due', due_at,
          'attempts', attempts::text, 'attemptDue', attempt_due_at, 'transfer', stripe_transfer_id, 'failure', failure_reason,
          'paid', paid_at, 'created', created_at) from payout) as payout,
        (select coalesce(json_agg(json_build_object('id', o.id, 'kind', o.kind, 'status', o.status, 'result', o.result_id, 'error', o.error,
          'attempts', o.attempts::text, 'created', o.created_at, 'finished', o.finished_at) order by o.created_at), '[]')
         from stripe_operations o where o.subject_id in (select id from payment union select id from refund union select id from payout
           union select id from movement union select id from dispute)) as operations,
        (select coalesce(json_agg(json_build_object('id', w.id, 'type', w.type, 'endpoint', w.endpoint, 'object', w.object_id, 'status', w.status,
          'attempts', w.attempts::text, 'error', w.last_error, 'received', w.received_at, 'processed', w.processed_at) order by w.received_at), '[]')
         from webhook_events w where w.object_id in (select id from object where id is not null)) as webhooks`),
    listAuditOf(ctx, 'booking', bookingId),
  ])
  const row = rows[0]
  return {
    figures: figuresOf(row?.booking ?? {}),
    payment: row?.payment ? paymentOf(row.payment) : null,
    refunds: (row?.refunds ?? []).map(refundOf),
    disputes: (row?.disputes ?? []).map(disputeOf),
    payout: row?.payout ? payoutOf(row.payout) : null,
    operations: (row?.operations ?? []).map(operationOf),
    webhooks: (row?.webhooks ?? []).map(webhookOf),
    audit,
  }
}

const text = (row: Row, name: string) => row[name] ?? ''
const amount = (row: Row, name: string) => amountOf(text(row, name), text(row, 'currency'))

function figuresOf(row: Row): BookingBackstage['figures'] {
  return {
    base: amount(row, 'base'),
    commission: amount(row, 'commission'),
    surcharge: amount(row, 'surcharge'),
    providerNet: amount(row, 'net'),
    total: amount(row, 'total'),
  }
}

function paymentOf(row: Row): NonNullable<BookingBackstage['payment']> {
  return {
    id: text(row, 'id'),
    status: text(row, 'status'),
    amount: amount(row, 'amount'),
    captured: amount(row, 'captured'),
    refunded: amount(row, 'refunded'),
    left: amount(row, 'left'),
    processingFee: row['fee'] ? amount(row, 'fee') : null,
    checkoutSessionId: row['session'] ?? null,
    paymentIntentId: row['intent'] ?? null,
    chargeId: row['charge'] ?? null,
    createdAt: iso(text(row, 'created')),
    capturedAt: isoOrNull(row['capturedAt'] ?? null),
    lastError: row['error'] ?? null,
    syncDueAt: isoOrNull(row['syncDue'] ?? null),
  }
}

function refundOf(row: Row): BookingBackstage['refunds'][number] {
  return {
    id: text(row, 'id'),
    status: text(row, 'status'),
    cause: text(row, 'cause'),
    amount: amount(row, 'amount'),
    stripeRefundId: row['stripe'] ?? null,
    failureReason: row['failure'] ?? null,
    open: row['open'] === 'yes',
    requestedAt: iso(text(row, 'requested')),
    settledAt: isoOrNull(row['settled'] ?? null),
  }
}

function disputeOf(row: Row): BookingBackstage['disputes'][number] {
  return {
    id: text(row, 'id'),
    status: text(row, 'status') as DisputeStatus,
    reason: text(row, 'reason'),
    amount: amount(row, 'amount'),
    openedAt: iso(text(row, 'opened')),
    evidenceSubmittedAt: isoOrNull(row['submitted'] ?? null),
    closedAt: isoOrNull(row['closed'] ?? null),
  }
}

function payoutOf(row: Row): NonNullable<BookingBackstage['payout']> {
  return {
    id: text(row, 'id'),
    status: text(row, 'status'),
    amount: amount(row, 'amount'),
    dueAt: iso(text(row, 'due')),
    attempts: Number(text(row, 'attempts')),
    attemptDueAt: isoOrNull(row['attemptDue'] ?? null),
    stripeTransferId: row['transfer'] ?? null,
    failureReason: row['failure'] ?? null,
    paidAt: isoOrNull(row['paid'] ?? null),
    createdAt: iso(text(row, 'created')),
  }
}

function operationOf(row: Row): BookingBackstage['operations'][number] {
  return {
    id: text(row, 'id'),
    kind: text(row, 'kind'),
    status: text(row, 'status'),
    resultId: row['result'] ?? null,
    error: row['error'] ?? null,
    attempts: Number(text(row, 'attempts')),
    createdAt: iso(text(row, 'created')),
    finishedAt: isoOrNull(row['finished'] ?? null),
  }
}

function webhookOf(row: Row): WebhookView {
  return {
    id: text(row, 'id'),
    type: text(row, 'type'),
    endpoint: text(row, 'endpoint'),
    objectId: row['object'] ?? null,
    status: text(row, 'status'),
    attempts: Number(text(row, 'attempts')),
    lastError: row['error'] ?? null,
    receivedAt: iso(text(row, 'received')),
    processedAt: isoOrNull(row['processed'] ?? null),
  }
}
