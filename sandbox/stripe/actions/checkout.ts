import type Stripe from 'stripe'
import type { TestCard } from '../cards.ts'
import { invalidRequest } from '../errors.ts'
import { emit } from '../events.ts'
import type { Row } from '../kinds.ts'
import { buildPaymentIntent } from '../objects/payment-intent.ts'
import type { Billing } from '../objects/payment-method.ts'
import { billingAddress } from '../objects/payment-method.ts'
import { need, type Work } from '../work.ts'
import { answerChallenge, attemptPayment, cancelIntent, type Attempt } from './pay.ts'

/** Expiring and paying both start here, in one transaction: a session is only ever one of the two. */
export function expireSession(work: Work, session: Row<'session'>): void {
  const { object } = session
  if (object.status !== 'open') {
    throw invalidRequest(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ` +
        `\`${String(object.status)}\`.`,
    )
  }
  object.status = 'expired'
  object.url = null
  work.store.save(session, null)
  if (typeof object.payment_intent === 'string') {
    const intent = need(work, 'payment_intent', object.payment_intent)
    if (intent.object.status !== 'canceled') cancelIntent(work, intent, 'expired')
  }
  emit(work, 'checkout.session.expired', object)
}

/** Null when the session is no longer open: the page then says so instead of paying. */
export function paySession(
  work: Work,
  session: Row<'session'>,
  card: TestCard,
  billing: Billing,
): Attempt | null {
  const { object } = session
  if (object.status !== 'open' || object.expires_at <= work.now) return null
  const intent = intentOf(work, session)
  if (intent.object.status !== 'requires_payment_method' && intent.object.status !== 'requires_action')
    return null
  if (!intent.object.receipt_email) intent.object.receipt_email = billing.email
  object.customer_details = {
    address: billingAddress(billing),
    business_name: null,
    email: billing.email,
    individual_name: null,
    name: billing.name,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  }
  work.store.save(session)
  const attempt = attemptPayment(work, intent, card, billing)
  completeWhenPaid(work, session, attempt)
  return attempt
}

export function answerSessionChallenge(
  work: Work,
  session: Row<'session'>,
  completed: boolean,
): Attempt | null {
  const { object } = session
  if (object.status !== 'open' || object.expires_at <= work.now) return null
  if (typeof object.payment_intent !== 'string') return null
  const intent = need(work, 'payment_intent', object.payment_intent)
  if (intent.object.status !== 'requires_action') return null
  const attempt = answerChallenge(work, intent, completed)
  completeWhenPaid(work, session, attempt)
  return attempt
}

function completeWhenPaid(work: Work, session: Row<'session'>, attempt: Attempt): void {
  if (attempt !== 'succeeded' && attempt !== 'requires_capture') return
  session.object.status = 'complete'
  // With manual capture the session is complete and stays unpaid until the money is captured.
  session.object.payment_status = attempt === 'succeeded' ? 'paid' : 'unpaid'
  session.object.url = null
  work.store.save(session, null)
  emit(work, 'checkout.session.completed', session.object)
}

/** The PaymentIntent is born when the customer first tries to pay. */
function intentOf(work: Work, session: Row<'session'>): Row<'payment_intent'> {
  const { object, aside } = session
  if (typeof object.payment_intent === 'string') return need(work, 'payment_intent', object.payment_intent)
  const intent: Stripe.PaymentIntent = buildPaymentIntent({
    ...aside.paymentIntentData,
    now: work.now,
    amount: object.amount_total ?? 0,
    currency: object.currency ?? 'usd',
    customer: typeof object.customer === 'string' ? object.customer : null,
    automaticMethods: false,
  })
  object.payment_intent = intent.id
  work.store.save(session)
  const row = work.store.insert('payment_intent', intent, {
    account: work.account,
    aside: { session: object.id },
  })
  emit(work, 'payment_intent.created', intent)
  return row
}

export function successUrl(session: Stripe.Checkout.Session): string {
  return (session.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}
