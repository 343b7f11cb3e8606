import type Stripe from 'stripe'
import type { EventSubject, GatewayEvent } from './port.ts'
import { idOf, instantOf } from './stripe-objects.ts'

// Stripe's events in our words.

export function eventOf(event: Stripe.Event): GatewayEvent {
  const { subject, rootId } = subjectOf(event)
  return {
    id: event.id,
    type: event.type,
    accountId: event.account ?? null,
    livemode: event.livemode,
    apiVersion: event.api_version,
    createdAt: instantOf(event.created),
    rootId,
    subject,
  }
}

/** What an event is about. Types that only repeat another event (charge.succeeded, transfer.created) are about nothing. */
function subjectOf(event: Stripe.Event): { subject: EventSubject; rootId: string } {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
    case 'checkout.session.async_payment_failed':
    case 'checkout.session.expired': {
      const session = event.data.object
      const complete = event.type === 'checkout.session.completed'
      const reached = session.payment_status === 'paid' ? 'captured' : complete ? 'authorized' : null
      return aboutPayment(idOf(session.payment_intent), session.id, session.metadata, reached)
    }
    case 'payment_intent.succeeded':
      return aboutPayment(event.data.object.id, event.data.object.id, event.data.object.metadata, 'captured')
    case 'payment_intent.amount_capturable_updated':
      return aboutPayment(
        event.data.object.id,
        event.data.object.id,
        event.data.object.metadata,
        'authorized',
      )
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return aboutPayment(event.data.object.id, event.data.object.id, event.data.object.metadata, null)
    case 'charge.refunded':
      return aboutPayment(
        idOf(event.data.object.payment_intent),
        event.data.object.id,
        event.data.object.metadata,
        null,
      )
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      return aboutDispute(event.data.object)
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed': {
      const refund = event.data.object
      const intentId = idOf(refund.payment_intent)
      const refundId = refund.metadata?.['refund_id'] ?? null
      return {
        rootId: intentId ?? refund.id,
        subject: { kind: 'refund', gatewayRefundId: refund.id, refundId, intentId },
      }
    }
    case 'transfer.reversed':
      return aboutTransfer(event.data.object.id, event.data.object.metadata)
    // What they are about is the account they come from: what went to its bank, and that it has left, are read with it.
    case 'account.updated':
    case 'account.application.deauthorized':
    case 'account.external_account.updated':
    case 'capability.updated':
    case 'payout.failed':
    case 'payout.paid':
      return event.account === undefined
        ? aboutNothing(event)
        : { rootId: event.account, subject: { kind: 'payout_account', accountId: event.account } }
    default:
      return aboutNothing(event)
  }
}

function aboutNothing(event: Stripe.Event): { subject: EventSubject; rootId: string } {
  const { object } = event.data
  return {
    rootId: 'id' in object && typeof object.id === 'string' ? object.id : event.id,
    subject: { kind: 'none' },
  }
}

function aboutPayment(
  intentId: string | null,
  objectId: string,
  metadata: Stripe.Metadata | null,
  reached: 'authorized' | 'captured' | null,
): { subject: EventSubject; rootId: string } {
  return {
    rootId: intentId ?? objectId,
    subject: { kind: 'payment', paymentId: metadata?.['payment_id'] ?? null, intentId, reached },
  }
}

/** @param metadata null in what a later version may send: an event that cannot be read would come again for days. */
function aboutTransfer(
  transferId: string,
  metadata: Stripe.Metadata | null,
): { subject: EventSubject; rootId: string } {
  const movementId = metadata?.['movement_id'] ?? metadata?.['payout_id'] ?? null
  return { rootId: transferId, subject: { kind: 'transfer', transferId, movementId } }
}

function aboutDispute({ id, payment_intent: intent }: Stripe.Dispute): {
  subject: EventSubject
  rootId: string
} {
  const intentId = idOf(intent)
  return { rootId: intentId ?? id, subject: { kind: 'dispute', disputeId: id, intentId } }
}
