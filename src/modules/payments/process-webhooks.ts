import { and, eq, sql } from 'drizzle-orm'
import type { EventSubject, GatewayEvent, PaymentGateway } from '#src/integrations/payment-gateway/port.ts'
import { isId, type PaymentId, type RefundId } from '#src/kernel/ids.ts'
import { isoText } from '#src/kernel/time.ts'
import { inTransaction, type Ctx } from '#src/platform/context.ts'
import { prepared, preparedSelect } from '#src/platform/db/prepared.ts'
import { classifyTrouble } from '#src/platform/errors.ts'
import { emit } from '#src/platform/outbox/emit.ts'
import { stableId } from '#src/platform/stable-id.ts'
import { findPayment, findPaymentByIntent, findRefund } from './queries.ts'
import { WEBHOOK_TRIES_MAX } from './receive-webhook.ts'
import { setAsideSecond } from './set-aside-second.ts'
import { syncRefund } from './settle-refund.ts'
import { syncKnown } from './sync-payment.ts'
import type { CountIgnored } from './webhook-metrics.ts'
import { webhookEvents, type Payment, type WebhookEvent } from './tables.ts'

/** An event names something of ours that is not there: it may be of another installation, or ahead of our own commit. */
class NotThereYet extends Error {
  override readonly name = 'NotThereYet'
}

/** Read at once with their bodies. More than this wait about one object only after something has gone very wrong. */
const EVENTS_AT_ONCE = 100

/**
 * Acts on the stored events about one object: what they name is read again from the gateway, once for all of a batch. What
 * fails is tried again with the job; what fails {@link WEBHOOK_TRIES_MAX} times is a dead letter for an operator.
 */
export async function processWebhooks(
  ctx: Ctx,
  gateway: PaymentGateway,
  objectId: string,
  countIgnored?: CountIgnored,
): Promise<void> {
  // Ends: a batch in which something fails throws, and of any other nothing is found again.
  while ((await processBatch(ctx, gateway, objectId, countIgnored)) === EVENTS_AT_ONCE);
}

/** The oldest that wait. @returns how many there were. */
async function processBatch(
  ctx: Ctx,
  gateway: PaymentGateway,
  objectId: string,
  countIgnored?: CountIgnored,
): Promise<number> {
  const events = await selectWaiting(ctx.db, { objectId })
  const bySubject = Map.groupBy(
    events.map((event) => ({ event, parsed: gateway.parseEvent(event.body) })),
    ({ parsed }) => subjectName(parsed.subject),
  )
  const failures: unknown[] = []
  for (const group of bySubject.values()) {
    const ids = group.map(({ event }) => event.id)
    try {
      const acted = await act(
        ctx,
        gateway,
        group.map(({ parsed }) => parsed),
      )
      await finish(ctx, ids, acted ? 'processed' : 'ignored')
      if (!acted) for (const { event } of group) countIgnored?.(event.endpoint, 'stranger')
    } catch (error) {
      failures.push(error)
      await noteFailure(
        ctx,
        group.map(({ event }) => event),
        error,
      )
    }
  }
  if (failures.length > 0) throw failures[0]
  return events.length
}

const $ = sql.placeholder
const selectWaiting = preparedSelect<{ objectId: string }, WebhookEvent>((db) =>
  db
    .select()
    .from(webhookEvents)
    .where(and(eq(webhookEvents.objectId, $('objectId')), eq(webhookEvents.status, 'received')))
    .orderBy(webhookEvents.createdAt)
    .limit(EVENTS_AT_ONCE),
)

/** Events of one subject. @returns false when they are about nothing of ours. */
async function act(ctx: Ctx, gateway: PaymentGateway, events: readonly GatewayEvent[]): Promise<boolean> {
  const { subject } = events[0] as GatewayEvent
  switch (subject.kind) {
    case 'payment':
      return actOnPayment(
        ctx,
        gateway,
        events.map((event) => event.subject as PaymentSubject),
      )
    case 'refund':
      return actOnRefund(ctx, gateway, subject)
    case 'dispute':
      return actOnDispute(ctx, gateway, subject)
    case 'payout_account':
      await tellOfPayoutAccount(ctx, subject.accountId)
      return true
    case 'transfer':
      return tellOfTransfer(ctx, subject)
    case 'none':
      return false
  }
}

type PaymentSubject = Extract<EventSubject, { kind: 'payment' }>
type RefundSubject = Extract<EventSubject, { kind: 'refund' }>
type DisputeSubject = Extract<EventSubject, { kind: 'dispute' }>
type TransferSubject = Extract<EventSubject, { kind: 'transfer' }>

/**
 * The gateway says one thing twice within milliseconds, as news of the checkout and of its payment. While somebody reads for
 * the first, the second waits, and mostly finds that there is nothing left to read. By the gateway that is asked, and so of
 * one process.
 */
const syncsUnderWay = new WeakMap<PaymentGateway, Map<PaymentId, Promise<unknown>>>()

function syncsOf(gateway: PaymentGateway): Map<PaymentId, Promise<unknown>> {
  const known = syncsUnderWay.get(gateway) ?? new Map<PaymentId, Promise<unknown>>()
  syncsUnderWay.set(gateway, known)
  return known
}

async function actOnPayment(
  ctx: Ctx,
  gateway: PaymentGateway,
  subjects: readonly PaymentSubject[],
): Promise<boolean> {
  const payment = await findNamedPayment(ctx, subjects)
  if (!payment) return false
  const known = await upToDate(ctx, gateway, payment, subjects)
  const paid = subjects.flatMap(({ reached, intentId }) => (reached !== null && intentId ? [intentId] : []))
  for (const intentId of new Set(paid))
    if (intentId !== known.paymentIntentId) await setAsideSecond(ctx, gateway, known, intentId)
  return true
}

/** The payment with all that the events tell of it: as it is, as a sync that is under way leaves it, or read anew. */
async function upToDate(
  ctx: Ctx,
  gateway: PaymentGateway,
  payment: Payment,
  subjects: readonly PaymentSubject[],
): Promise<Payment> {
  const hasAll = (known: Payment) => subjects.every((subject) => isReached(known, subject))
  if (hasAll(payment)) return payment
  const underWay = syncsOf(gateway)
  const first = underWay.get(payment.id)
  if (first) {
    await first.catch(() => undefined) // what it could not do we try ourselves
    const known = await findPayment(ctx.db, payment.id)
    if (known && hasAll(known)) return known
  }
  const sync = syncKnown(ctx, gateway, payment)
  underWay.set(payment.id, sync)
  try {
    return await sync
  } finally {
    if (underWay.get(payment.id) === sync) underWay.delete(payment.id)
  }
}

/** Null when the event names no payment of ours, as for one made by hand in the dashboard. */
async function findNamedPayment(ctx: Ctx, subjects: readonly PaymentSubject[]): Promise<Payment | null> {
  const paymentId = subjects.find((subject) => subject.paymentId)?.paymentId
  if (paymentId && !isId(paymentId)) return null
  if (paymentId) {
    const payment = await findPayment(ctx.db, paymentId as PaymentId)
    if (!payment) throw new NotThereYet(`there is no payment ${paymentId}`)
    return payment
  }
  const intentId = subjects.find((subject) => subject.intentId)?.intentId
  return intentId ? findPaymentByIntent(ctx.db, intentId) : null
}

/** The twin of news we have had: nothing to read. Of another payment at the gateway it is no twin, whatever it names. */
function isReached(payment: Payment, { reached, intentId }: PaymentSubject): boolean {
  if (reached === null || (intentId !== null && intentId !== payment.paymentIntentId)) return false
  if (payment.capturedMinor > 0n) return payment.processingFeeMinor !== null
  return reached === 'authorized' && (payment.status === 'authorized' || payment.status === 'voided')
}

async function actOnRefund(ctx: Ctx, gateway: PaymentGateway, subject: RefundSubject): Promise<boolean> {
  if (subject.refundId && !isId(subject.refundId)) return false
  const refund = subject.refundId ? await findRefund(ctx.db, subject.refundId as RefundId) : null
  if (subject.refundId && !refund) throw new NotThereYet(`there is no refund ${subject.refundId}`)
  if (refund?.stripeRefundId) {
    await syncRefund(ctx, gateway, refund)
    return true
  }
  // Made by hand, or ours and ahead of our own answer: the payment takes in all there are.
  const payment = subject.intentId ? await findPaymentByIntent(ctx.db, subject.intentId) : null
  if (!payment) return false
  await syncKnown(ctx, gateway, payment)
  return true
}

async function actOnDispute(
  ctx: Ctx,
  gateway: PaymentGateway,
  { intentId }: DisputeSubject,
): Promise<boolean> {
  const payment = intentId ? await findPaymentByIntent(ctx.db, intentId) : null
  if (!payment) return false
  await syncKnown(ctx, gateway, payment, true)
  return true
}

/** Accounts belong to the providers, who read this one again. */
async function tellOfPayoutAccount(ctx: Ctx, accountId: string): Promise<void> {
  await inTransaction(ctx, (tx) =>
    emit(tx, {
      type: 'payout_account.changed',
      subjectId: stableId('payout_account', accountId),
      payload: { accountId },
      occurredAt: ctx.now,
    }),
  )
}

/** Transfers belong to the payouts, which read this one again. */
async function tellOfTransfer(ctx: Ctx, { transferId, movementId }: TransferSubject): Promise<boolean> {
  if (movementId === null || !isId(movementId)) return false
  await inTransaction(ctx, (tx) =>
    emit(tx, {
      type: 'transfer.reversed',
      subjectId: movementId,
      payload: { transferId, movementId },
      occurredAt: ctx.now,
    }),
  )
  return true
}

function subjectName(subject: EventSubject): string {
  switch (subject.kind) {
    case 'payment':
      return 'payment' // one root, one payment
    case 'refund':
      return `refund ${subject.gatewayRefundId}`
    case 'dispute':
      return 'dispute' // one root, one payment, all its disputes
    case 'payout_account':
      return `account ${subject.accountId}`
    case 'transfer':
      return `transfer ${subject.transferId}`
    case 'none':
      return 'none'
  }
}

async function finish(ctx: Ctx, ids: readonly string[], status: 'processed' | 'ignored'): Promise<void> {
  await updateFinished(ctx.db, { ids, status, now: isoText(ctx.now) })
}

const updateFinished = prepared<{ ids: readonly string[]; status: string; now: string }>(
  () => sql`
    update webhook_events set status = ${$('status')}, processed_at = ${$('now')}, attempts = attempts + 1, last_error = null
    where id = any(${$('ids')})`,
)

async function noteFailure(ctx: Ctx, events: readonly WebhookEvent[], error: unknown): Promise<void> {
  const lastError = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  // While the gateway or the database is away nothing is known of the event: only what fails by itself counts.
  const counted = classifyTrouble(error) ? 0 : 1
  for (const { id, attempts, type } of events) {
    const dead = attempts + counted >= WEBHOOK_TRIES_MAX
    await ctx.db
      .update(webhookEvents)
      .set({ attempts: attempts + counted, lastError, ...(dead && { status: 'dead' as const }) })
      .where(eq(webhookEvents.id, id))
    if (dead) ctx.log.error({ eventId: id, type, lastError }, 'a webhook event is a dead letter')
  }
}
