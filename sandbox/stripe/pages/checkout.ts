import type Stripe from 'stripe'
import { TEST_CARDS } from '../cards.ts'
import { formatMoney } from '../money.ts'
import { html, safeHref, type Markup } from './html.ts'
import { page } from './layout.ts'

export interface CheckoutForm {
  email: string
  number: string
  expiry: string
  cvc: string
  name: string
  country: string
  postalCode: string
}
export type CheckoutErrors = Partial<Record<keyof CheckoutForm, string>>

export const COUNTRIES: Readonly<Record<string, string>> = {
  AU: 'Australia',
  AT: 'Austria',
  BE: 'Belgium',
  BR: 'Brazil',
  CA: 'Canada',
  DK: 'Denmark',
  FR: 'France',
  DE: 'Germany',
  IN: 'India',
  IE: 'Ireland',
  IT: 'Italy',
  JP: 'Japan',
  MX: 'Mexico',
  NP: 'Nepal',
  NL: 'Netherlands',
  NZ: 'New Zealand',
  NO: 'Norway',
  ES: 'Spain',
  SE: 'Sweden',
  CH: 'Switzerland',
  GB: 'United Kingdom',
  US: 'United States',
}

export function emptyForm(session: Stripe.Checkout.Session, now: number): CheckoutForm {
  const year = new Date(now * 1000).getUTCFullYear() + 3
  return {
    email: session.customer_email ?? session.customer_details?.email ?? '',
    number: '4242 4242 4242 4242',
    expiry: `12 / ${String(year).slice(-2)}`,
    cvc: '123',
    name: session.customer_details?.name ?? '',
    country: 'US',
    postalCode: '10001',
  }
}

export function checkoutPage(facts: {
  session: Stripe.Checkout.Session
  lineItems: Stripe.LineItem[]
  merchant: string
  note: string | undefined
  form: CheckoutForm
  errors: CheckoutErrors
  manual: boolean
  /** Said above the form when something is wrong; the field says what. */
  notice: string
}): string {
  const { session, form, errors } = facts
  const currency = session.currency ?? 'usd'
  const total = formatMoney(session.amount_total ?? 0, currency)
  const summary = Object.keys(errors).length > 0
  return page(
    `${summary ? 'Error: ' : ''}Pay ${total} to ${facts.merchant}`,
    html`
      <div class="two">
        <section class="card" aria-labelledby="order">
          <p class="soft small">${facts.merchant}</p>
          <h1 id="order">Pay ${total}</h1>
          <ul class="lines">
            ${facts.lineItems.map(
              (item) =>
                html`<li>
                  <span>${item.description}${(item.quantity ?? 1) > 1 ? ` × ${item.quantity}` : ''}</span>
                  <span>${formatMoney(item.amount_total, currency)}</span>
                </li>`,
            )}
            <li class="total"><span>Total, ${currency.toUpperCase()}</span><span>${total}</span></li>
          </ul>
          ${facts.manual && html`<p class="soft small">Your card is authorized now and charged when the booking is accepted.</p>`}
          ${session.cancel_url && html`<p><a href="${safeHref(session.cancel_url)}">Cancel and go back</a></p>`}
        </section>
        <section class="card" aria-labelledby="pay">
          <h2 id="pay">Pay with card</h2>
          ${summary && html`<p class="alert" role="alert">${facts.notice}</p>`}
          <form method="post" action="/c/pay/${session.id}" novalidate>
            <button class="hidden" tabindex="-1" aria-hidden="true" name="pay" value="1">Pay ${total}</button>
            ${input('email', 'Email', form, errors, { type: 'email', autocomplete: 'email' })}
            ${testCards(form.number)}
            ${input('number', 'Card number', form, errors, { inputmode: 'numeric', autocomplete: 'off' })}
            <div class="row">
              ${input('expiry', 'Expiry (MM/YY)', form, errors, { inputmode: 'numeric', autocomplete: 'off' })}
              ${input('cvc', 'CVC', form, errors, { inputmode: 'numeric', autocomplete: 'off' })}
            </div>
            ${input('name', 'Name on card', form, errors, { autocomplete: 'cc-name' })}
            <div class="row">
              <div class="field">
                <label for="country">Country</label>
                <select id="country" name="country" autocomplete="country">
                  ${Object.entries(COUNTRIES).map(([code, label]) => html`<option value="${code}" ${code === form.country ? { markup: 'selected' } : ''}>${label}</option>`)}
                </select>
              </div>
              ${input('postalCode', 'Postal code', form, errors, { autocomplete: 'postal-code' })}
            </div>
            ${facts.note && html`<p class="soft small">${facts.note}</p>`}
            <button class="wide" name="pay" value="1">Pay ${total}</button>
          </form>
        </section>
      </div>
    `,
    { script: ENHANCE },
  )
}

function testCards(chosen: string): Markup {
  const digits = chosen.replaceAll(' ', '')
  return html`<fieldset class="chips">
    <legend>Test card</legend>
    ${TEST_CARDS.filter((card) => card.button).map(
      (card) =>
        html`<button
          class="chip"
          name="card"
          value="${card.number}"
          title="${card.label}"
          aria-pressed="${String(card.number === digits)}"
        >
          ${card.button}
        </button>`,
    )}
  </fieldset>`
}

function input(
  name: keyof CheckoutForm,
  label: string,
  form: CheckoutForm,
  errors: CheckoutErrors,
  attributes: Record<string, string>,
): Markup {
  const error = errors[name]
  const extra = Object.entries(attributes).map(([key, value]) => html` ${key}="${value}"`)
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${form[name]}"
      ${extra}${error ? html` aria-invalid="true" aria-describedby="${name}-error"` : ''}
    />
    ${error && html`<p class="error" id="${name}-error">${error}</p>`}
  </div>`
}

/** Choosing a test card fills the field in place; without script the same button asks the server to. */
const ENHANCE: Markup = {
  markup: `<script>
for (const chip of document.querySelectorAll('button.chip')) chip.addEventListener('click', (event) => {
  event.preventDefault()
  document.getElementById('number').value = chip.value.replace(/(.{4})(?=.)/g, '$1 ')
  for (const other of document.querySelectorAll('button.chip')) other.setAttribute('aria-pressed', String(other === chip))
})
let sent = false
document.querySelector('form').addEventListener('submit', (event) => { if (sent) event.preventDefault(); sent = true })
addEventListener('pageshow', () => { sent = false })
document.querySelector('[aria-invalid=true]')?.focus()
</script>`,
}

export function challengePage(action: string, amount: string, last4: string): string {
  return page(
    '3-D Secure test page',
    html`<section class="card" aria-labelledby="title">
      <p class="soft small">Your bank, simulated</p>
      <h1 id="title">Confirm this payment</h1>
      <p>
        The bank of the card ending in ${last4} asks you to approve a payment of <strong>${amount}</strong>.
      </p>
      <form method="post" action="${action}">
        <p><button class="wide" name="answer" value="complete">Complete authentication</button></p>
        <p><button class="wide plain" name="answer" value="fail">Fail authentication</button></p>
      </form>
    </section>`,
    { narrow: true },
  )
}

export function closedPage(session: Stripe.Checkout.Session, successUrl: string): string {
  const complete = session.status === 'complete'
  return page(
    complete ? 'Payment complete' : 'This checkout has expired',
    html`<section class="card" aria-labelledby="title">
      <h1 id="title">${complete ? 'This payment is complete' : 'This checkout has expired'}</h1>
      <p>
        ${
          complete
            ? 'There is nothing left to pay here.'
            : 'It was open for a limited time and can no longer be paid. Nothing was charged.'
        }
      </p>
      ${
        complete
          ? html`<p><a class="button" href="${safeHref(successUrl)}">Continue</a></p>`
          : session.cancel_url &&
            html`<p><a class="button" href="${safeHref(session.cancel_url)}">Go back and start again</a></p>`
      }
    </section>`,
    { narrow: true },
  )
}

export function messagePage(title: string, text: string): string {
  return page(
    title,
    html`<section class="card">
      <h1>${title}</h1>
      <p>${text}</p>
    </section>`,
    { narrow: true },
  )
}
