import type Stripe from 'stripe'
import { move } from '../balance.ts'
import { cardByNumber, type TestCard } from '../cards.ts'
import { documentationUrl, invalidRequest, StripeApiError } from '../errors.ts'
import { emit } from '../events.ts'
import type { Row } from '../kinds.ts'
import { processingFee } from '../money.ts'
import { AUTHORIZATION_SECONDS, buildCharge } from '../objects/charge.ts'
import { createPaymentMethod, type Billing } from '../objects/payment-method.ts'
import { DAY_SECONDS, need, type Work } from '../work.ts'

/** Card payments settle two days later, as on a US account. */
const SETTLEMENT_SECONDS = 2 * DAY_SECONDS
/** A disputed test card is disputed this long after its payment; the app hears of the payment first. */
const DISPUTE_AFTER_SECONDS = 2

export type Attempt = 'declined' | 'requires_action' | 'requires_capture' | 'succeeded'

/** The customer's card meets the PaymentIntent: a challenge, a decline, a hold or a payment. */
export function attemptPayment(
  work: Work,
  intent: Row<'payment_intent'>,
  card: TestCard,
  billing: Billing,
): Attempt {
  const method = createPaymentMethod(work, card, billing)
  return confirmWith(work, intent, method)
}

export function confirmWith(
  work: Work,
  intent: Row<'payment_intent'>,
  method: Row<'payment_method'>,
): Attempt {
  const card = cardByNumber(method.aside.card)
  if (!card) throw invalidRequest('The payment method has no test card behind it.')
  intent.object.payment_method = method.object.id
  intent.object.last_payment_error = null
  if (!card.authenticate) return charge(work, intent, method, card, false)
  intent.object.status = 'requires_action'
  intent.object.next_action = {
    type: 'redirect_to_url',
    redirect_to_url: {
      return_url: intent.aside.returnUrl ?? null,
      url: `${work.publicUrl}/3ds/${intent.object.id}`,
    },
  }
  intent.aside.challenge = 'open'
  work.store.save(intent)
  emit(work, 'payment_intent.requires_action', intent.object)
  return 'requires_action'
}

/** The customer completed or failed the 3-D Secure challenge. */
export function answerChallenge(work: Work, intent: Row<'payment_intent'>, completed: boolean): Attempt {
  const method = need(work, 'payment_method', String(intent.object.payment_method))
  const card = cardByNumber(method.aside.card)
  if (intent.object.status !== 'requires_action' || !card)
    throw unexpectedState(intent.object, 'authenticate')
  delete intent.aside.challenge
  intent.object.next_action = null
  if (completed) return charge(work, intent, method, card, true)
  return fail(work, intent, {
    type: 'card_error',
    code: 'payment_intent_authentication_failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    payment_method: method.object,
  })
}

function charge(
  work: Work,
  intent: Row<'payment_intent'>,
  method: Row<'payment_method'>,
  card: TestCard,
  authenticated: boolean,
): Attempt {
  const object = buildCharge({
    now: work.now,
    intent: intent.object,
    method: method.object,
    card,
    authenticated,
    publicUrl: work.publicUrl,
  })
  const row = work.store.insert('charge', object, { account: work.account, aside: { card: card.number } })
  intent.object.latest_charge = object.id
  if (card.decline) {
    emit(work, 'charge.failed', object)
    return fail(work, intent, {
      type: 'card_error',
      charge: object.id,
      code: card.decline.code,
      decline_code: card.decline.declineCode,
      message: card.decline.message,
      payment_method: method.object,
    })
  }
  if (intent.object.capture_method === 'manual') {
    intent.object.status = 'requires_capture'
    intent.object.amount_capturable = intent.object.amount
    work.store.save(intent, work.now + AUTHORIZATION_SECONDS)
    emit(work, 'charge.succeeded', object)
    emit(work, 'payment_intent.amount_capturable_updated', intent.object)
    return 'requires_capture'
  }
  settle(work, row, object.amount)
  intent.object.status = 'succeeded'
  intent.object.amount_received = intent.object.amount
  work.store.save(intent)
  emit(work, 'charge.succeeded', row.object)
  emit(work, 'payment_intent.succeeded', intent.object)
  return 'succeeded'
}

function fail(
  work: Work,
  intent: Row<'payment_intent'>,
  error: Stripe.PaymentIntent.LastPaymentError,
): Attempt {
  const { code } = error
  intent.object.last_payment_error = { ...error, ...(code && { doc_url: documentationUrl(code) }) }
  intent.object.status = 'requires_payment_method'
  intent.object.payment_method = null
  work.store.save(intent)
  emit(work, 'payment_intent.payment_failed', intent.object)
  return 'declined'
}

/** The money is taken: a balance transaction with its fee, and for some cards a dispute to come. */
function settle(work: Work, row: Row<'charge'>, amount: number): void {
  const card = cardByNumber(row.aside.card ?? '')
  const transaction = move(work, {
    amount,
    currency: row.object.currency,
    type: 'charge',
    reportingCategory: 'charge',
    description: row.object.description,
    source: row.object.id,
    availableOn: card?.bypassesPending ? work.now : work.now + SETTLEMENT_SECONDS,
    fee: processingFee(amount, row.object.currency),
  })
  row.object.balance_transaction = transaction.object.id
  if (card?.dispute) row.aside.due = 'dispute'
  work.store.save(row, card?.dispute ? work.now + DISPUTE_AFTER_SECONDS : null)
}

export function capture(work: Work, intent: Row<'payment_intent'>, requested: number | undefined): void {
  const { object } = intent
  if (object.status !== 'requires_capture') throw unexpectedState(object, 'capture')
  const amount = requested ?? object.amount_capturable
  if (amount > object.amount_capturable) {
    throw invalidRequest(
      `The requested amount_to_capture, ${amount}, is greater than the amount you can capture for this charge, ` +
        `${object.amount_capturable}.`,
      { code: 'amount_too_large', param: 'amount_to_capture' },
    )
  }
  const row = need(work, 'charge', String(object.latest_charge))
  row.object.captured = true
  row.object.amount_captured = amount
  // Stripe counts the part of the hold that is given back as refunded.
  row.object.amount_refunded = row.object.amount - amount
  settle(work, row, amount)
  object.status = 'succeeded'
  object.amount_capturable = 0
  object.amount_received = amount
  work.store.save(intent, null)
  markSessionPaid(work, intent)
  emit(work, 'charge.captured', row.object)
  emit(work, 'payment_intent.succeeded', object)
}

/** A session paid with manual capture is complete but unpaid until the capture. */
function markSessionPaid(work: Work, intent: Row<'payment_intent'>): void {
  const session = intent.aside.session && work.store.find('session', intent.aside.session)
  if (!session) return
  session.object.payment_status = 'paid'
  work.store.save(session)
}

const CANCELABLE = new Set([
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
  'processing',
])

export function cancelIntent(work: Work, intent: Row<'payment_intent'>, reason: string | null): void {
  const { object } = intent
  if (!CANCELABLE.has(object.status)) throw unexpectedState(object, 'cancel')
  const held = object.status === 'requires_capture'
  object.status = 'canceled'
  object.canceled_at = work.now
  object.cancellation_reason = reason
  object.amount_capturable = 0
  object.next_action = null
  delete intent.aside.challenge
  work.store.save(intent, null)
  if (held) releaseHold(work, String(object.latest_charge), reason === 'automatic')
  emit(work, 'payment_intent.canceled', object)
}

function releaseHold(work: Work, chargeId: string, expired: boolean): void {
  const row = need(work, 'charge', chargeId)
  row.object.amount_refunded = row.object.amount
  row.object.refunded = true
  work.store.save(row)
  emit(work, expired ? 'charge.expired' : 'charge.refunded', row.object)
}

export function unexpectedState(intent: Stripe.PaymentIntent, verb: string): StripeApiError {
  const past = {
    capture: 'captured',
    cancel: 'canceled',
    confirm: 'confirmed',
    authenticate: 'authenticated',
  }[verb]
  return new StripeApiError(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message:
      `This PaymentIntent could not be ${past ?? verb} because it has a status of ${intent.status}.` +
      (verb === 'cancel'
        ? ' Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, ' +
          'requires_capture, requires_confirmation, requires_action, processing.'
        : ''),
    payment_intent: intent,
  })
}
