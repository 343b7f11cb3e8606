import { answerSessionChallenge, paySession, successUrl } from '../actions/checkout.ts'
import { answerChallenge } from '../actions/pay.ts'
import { cardByNumber } from '../cards.ts'
import { decodeForm, type FormHash } from '../encoding.ts'
import type { Row } from '../kinds.ts'
import { formatMoney } from '../money.ts'
import type { Work } from '../work.ts'
import {
  challengePage,
  checkoutPage,
  closedPage,
  emptyForm,
  messagePage,
  type CheckoutErrors,
  type CheckoutForm,
} from './checkout.ts'
import { seeOther, type PageAnswer, type PageRequest } from './page.ts'

const MERCHANT = 'Ecosystem'

export function answerCheckout(
  work: Work,
  request: PageRequest,
  id: string,
  step: string | undefined,
): PageAnswer {
  const session = work.store.find('session', id)
  if (!session)
    return {
      status: 404,
      body: messagePage('No such checkout', 'This address belongs to no checkout session.'),
    }
  if (session.object.status !== 'open') return closed(session, request)
  if (step === 'authenticate') return authenticate(work, request, session)
  if (request.method !== 'POST')
    return show(session, shownForm(work, session), lastError(work, session, request), work)
  const form = readForm(decodeForm(request.body), emptyForm(session.object, work.now))
  const chosen = decodeForm(request.body)['card']
  if (typeof chosen === 'string' && cardByNumber(chosen)) {
    return show(session, { ...form, number: grouped(chosen) }, {}, work)
  }
  return pay(work, session, form)
}

/** A second click on "Pay" finds the session complete and goes where the first one went. */
function closed(session: Row<'session'>, request: PageRequest): PageAnswer {
  const target = successUrl(session.object)
  if (request.method === 'POST' && session.object.status === 'complete') return seeOther(target)
  return {
    status: session.object.status === 'complete' ? 200 : 410,
    body: closedPage(session.object, target),
  }
}

function pay(work: Work, session: Row<'session'>, form: CheckoutForm): PageAnswer {
  const { errors, expiry } = check(form, work.now)
  const card = cardByNumber(form.number)
  if (!card || !expiry || Object.keys(errors).length > 0) return show(session, form, errors, work, 422)
  const attempt = work.store.transaction(() =>
    paySession(work, session, card, {
      email: form.email,
      name: form.name || null,
      country: form.country || null,
      postalCode: form.postalCode || null,
      expMonth: expiry.month,
      expYear: expiry.year,
    }),
  )
  if (attempt === null) return closed(session, { method: 'GET', path: '', query: '', body: '' })
  if (attempt === 'requires_action') return seeOther(`/c/pay/${session.object.id}/authenticate`)
  if (attempt === 'declined') return show(session, form, declineError(work, session), work, 402)
  return seeOther(successUrl(session.object))
}

function authenticate(work: Work, request: PageRequest, session: Row<'session'>): PageAnswer {
  const own = `/c/pay/${session.object.id}`
  const intent =
    typeof session.object.payment_intent === 'string' &&
    work.store.find('payment_intent', session.object.payment_intent)
  if (!intent || intent.object.status !== 'requires_action') return seeOther(own)
  if (request.method !== 'POST') return challenge(work, intent, `${own}/authenticate`)
  const completed = decodeForm(request.body)['answer'] === 'complete'
  const attempt = work.store.transaction(() => answerSessionChallenge(work, session, completed))
  if (attempt === 'declined') return seeOther(`${own}?failed=1`)
  return attempt === null ? seeOther(own) : seeOther(successUrl(session.object))
}

function challenge(work: Work, intent: Row<'payment_intent'>, action: string): PageAnswer {
  const method = work.store.find('payment_method', String(intent.object.payment_method))
  const amount = formatMoney(intent.object.amount, intent.object.currency)
  return { status: 200, body: challengePage(action, amount, method?.object.card?.last4 ?? '····') }
}

/** The challenge of a PaymentIntent that was confirmed through the API. */
export function answerIntentChallenge(work: Work, request: PageRequest, id: string): PageAnswer {
  const intent = work.store.find('payment_intent', id)
  if (!intent)
    return { status: 404, body: messagePage('No such payment', 'This address belongs to no payment.') }
  if (intent.object.status === 'requires_action') {
    if (request.method !== 'POST') return challenge(work, intent, `/3ds/${id}`)
    const completed = decodeForm(request.body)['answer'] === 'complete'
    work.store.transaction(() => answerChallenge(work, intent, completed))
  }
  const { returnUrl } = intent.aside
  if (!returnUrl) return { status: 200, body: messagePage('Thank you', 'You can close this page.') }
  const target = new URL(returnUrl)
  target.searchParams.set('payment_intent', id)
  target.searchParams.set('payment_intent_client_secret', intent.object.client_secret ?? '')
  target.searchParams.set(
    'redirect_status',
    intent.object.status === 'requires_payment_method' ? 'failed' : 'succeeded',
  )
  return seeOther(target.href)
}

function show(
  session: Row<'session'>,
  form: CheckoutForm,
  errors: CheckoutErrors,
  work: Work,
  status = 200,
): PageAnswer {
  const title = work.store.find('session', session.object.id) ?? session
  return {
    status,
    body: checkoutPage({
      session: title.object,
      lineItems: session.aside.lineItems,
      merchant: MERCHANT,
      note: session.aside.submitNote,
      form,
      errors,
      notice:
        status === 422
          ? 'Nothing was charged. Please check the marked fields.'
          : 'The payment did not go through and nothing was charged.',
      manual: session.aside.paymentIntentData.capture_method === 'manual',
    }),
  }
}

function readForm(form: FormHash, fallback: CheckoutForm): CheckoutForm {
  const at = (name: keyof CheckoutForm) => {
    const value = form[name]
    return typeof value === 'string' ? value.trim().slice(0, 200) : fallback[name]
  }
  return {
    email: at('email'),
    number: at('number'),
    expiry: at('expiry'),
    cvc: at('cvc'),
    name: at('name'),
    country: at('country'),
    postalCode: at('postalCode'),
  }
}

function check(
  form: CheckoutForm,
  now: number,
): { errors: CheckoutErrors; expiry: { month: number; year: number } | null } {
  const errors: CheckoutErrors = {}
  if (!/^[^\s@]+@[^\s@]+$/.test(form.email))
    errors.email = 'Enter an email address, such as name@example.com.'
  if (!cardByNumber(form.number)) {
    errors.number = 'This is not a test card. Choose one above; the sandbox takes no real cards.'
  }
  const [, month = '', year = ''] = /^(\d{1,2})\s*\/?\s*(\d{2}|\d{4})$/.exec(form.expiry) ?? []
  const expiry = { month: Number(month), year: Number(year) + (year.length === 2 ? 2000 : 0) }
  const valid = expiry.month >= 1 && expiry.month <= 12
  if (!valid) errors.expiry = "Your card's expiration date is incomplete: write it as 12 / 34."
  else if (Date.UTC(expiry.year, expiry.month) / 1000 <= now)
    errors.expiry = "Your card's expiration date is in the past."
  if (!/^\d{3,4}$/.test(form.cvc)) errors.cvc = "Your card's security code has three or four digits."
  return { errors, expiry: valid ? expiry : null }
}

function declineError(work: Work, session: Row<'session'>): CheckoutErrors {
  const intent = work.store.find('payment_intent', String(session.object.payment_intent))
  const error = intent?.object.last_payment_error
  const message = error?.message ?? 'Your card was declined.'
  if (error?.code === 'incorrect_cvc') return { cvc: message }
  return error?.code === 'expired_card' ? { expiry: message } : { number: message }
}

function lastError(work: Work, session: Row<'session'>, request: PageRequest): CheckoutErrors {
  return request.query === 'failed=1' ? declineError(work, session) : {}
}

/** After a failed challenge the card and the person are still known. */
function shownForm(work: Work, session: Row<'session'>): CheckoutForm {
  const form = emptyForm(session.object, work.now)
  const { payment_intent: intentId } = session.object
  const failed =
    typeof intentId === 'string' &&
    work.store.find('payment_intent', intentId)?.object.last_payment_error?.payment_method
  const method = failed ? work.store.find('payment_method', failed.id) : undefined
  return method ? { ...form, number: grouped(method.aside.card) } : form
}

function grouped(number: string): string {
  return number.replaceAll(/(.{4})(?=.)/g, '$1 ')
}
