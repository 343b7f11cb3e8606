import { closeDispute, createDispute } from '../actions/dispute.ts'
import { restrictAccount } from '../actions/onboarding.ts'
import { cancelIntent, capture } from '../actions/pay.ts'
import { refundCharge } from '../actions/refund.ts'
import { reverseTransfer } from '../actions/transfer.ts'
import { balancesOf } from '../balance.ts'
import { decodeForm } from '../encoding.ts'
import { invalidRequest } from '../errors.ts'
import type { Kind, Row } from '../kinds.ts'
import { decimalsOf, formatMoney } from '../money.ts'
import type { Work } from '../work.ts'
import { html, safeHref, type Markup } from './html.ts'
import { page } from './layout.ts'
import type { PageAnswer, PageContext } from './page.ts'

const SHOWN = 12

export function dashboard(work: Work, context: PageContext): string {
  const faults = context.faults.list()
  return page(
    'Stripe sandbox',
    html`<h1>Stripe sandbox</h1>
      <p class="soft">
        Sandbox time ${when(work.now)}.
        ${context.appUrl && html`<a href="${safeHref(context.appUrl)}">Open the marketplace</a>`}
      </p>
      <section class="card" aria-labelledby="balance">
        <h2 id="balance">Platform balance</h2>
        ${balances(work)}
      </section>
      ${faults.length > 0 && html`<p class="alert">${faults.length} faults are armed: ${faults.map((fault) => `${fault.match} ${fault.action}`).join(', ')}</p>`}
      ${section(work, 'charge', 'Payments', work.platform)}
      ${section(work, 'session', 'Checkout sessions', work.platform)}
      ${section(work, 'refund', 'Refunds', work.platform)}
      ${section(work, 'dispute', 'Disputes', work.platform)}
      ${section(work, 'transfer', 'Transfers', work.platform)} ${section(work, 'payout', 'Payouts', null)}
      ${section(work, 'account', 'Connected accounts', work.platform)}
      ${section(work, 'event', 'Events', null)} ${deliveries(work)}`,
  )
}

function balances(work: Work): Markup {
  const rows = balancesOf(work)
  if (rows.length === 0) return html`<p class="soft">Nothing yet.</p>`
  return html`<ul class="lines">
    ${rows.map(
      (row) =>
        html`<li>
          <span>${row.currency.toUpperCase()}</span>
          <span
            >${formatMoney(row.available, row.currency)} available, ${formatMoney(row.pending, row.currency)}
            pending</span
          >
        </li>`,
    )}
  </ul>`
}

function section(work: Work, kind: Kind, title: string, account: string | null): Markup {
  const { rows } = work.store.list(kind, account, {}, { limit: SHOWN })
  return table(
    title,
    ['When', 'Id', 'What', 'State'],
    rows.map((row) => {
      const facts = factsOf(row)
      return [
        when(facts.created),
        html`<a href="/objects/${facts.id}">${facts.id.slice(0, 24)}</a>`,
        facts.what,
        facts.state,
      ]
    }),
  )
}

interface Facts {
  id: string
  created: number
  what: string
  state: string
}

/** One line about any object, from the few properties they share. */
function factsOf(row: Row<Kind>): Facts {
  const object = row.object as unknown as Record<string, unknown>
  const amount = object['amount'] ?? object['amount_total']
  const currency = object['currency']
  const money =
    typeof amount === 'number' && typeof currency === 'string' ? formatMoney(amount, currency) : ''
  const what = money || String(object['type'] ?? object['email'] ?? '')
  const state =
    object['status'] ?? (row.kind === 'account' ? (object['payouts_enabled'] ? 'enabled' : 'restricted') : '')
  const extra = [
    object['disputed'] === true && 'disputed',
    object['refunded'] === true && 'refunded',
    object['reversed'] === true && 'reversed',
  ]
  return {
    id: String(object['id']),
    created: Number(object['created'] ?? 0),
    what,
    state: [state, ...extra].filter(Boolean).join(', '),
  }
}

function deliveries(work: Work): Markup {
  const rows = work.store
    .prepare('SELECT event, type, endpoint, state, attempts, answer FROM deliveries ORDER BY id DESC LIMIT ?')
    .all(SHOWN) as unknown as {
    event: string
    type: string
    endpoint: string
    state: string
    attempts: number
    answer: string | null
  }[]
  const list = table(
    'Webhook deliveries',
    ['Event', 'Endpoint', 'State', 'Attempts', 'Answer'],
    rows.map((row) => [
      html`<a href="/objects/${row.event}">${row.type}</a>`,
      row.endpoint,
      row.state,
      String(row.attempts),
      row.answer ?? '',
    ]),
  )
  return html`${list}
    <form method="post" action="/retry-webhooks">
      <button class="plain">Retry all undelivered now</button>
    </form>`
}

function table(title: string, heads: string[], rows: (Markup | string)[][]): Markup {
  const id = title.toLowerCase().replaceAll(' ', '-')
  return html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${
      rows.length === 0
        ? html`<p class="soft">None yet.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="${title}, table">
            <table>
              <thead>
                <tr>
                  ${heads.map((head) => html`<th scope="col">${head}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${rows.map(
                  (cells) =>
                    html`<tr>
                      ${cells.map((cell) => html`<td>${cell}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`
}

function when(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ') + ' UTC'
}

export function objectPage(work: Work, id: string): PageAnswer | undefined {
  const row = work.store.findAny(id)
  if (!row) return undefined
  const facts = factsOf(row)
  const body = page(
    `${row.kind} ${id}`,
    html`<p><a href="/">Dashboard</a></p>
      <h1>${row.kind.replaceAll('_', ' ')} ${facts.what}</h1>
      <p class="soft">${id} · ${facts.state} · ${when(facts.created)}</p>
      ${actions(row)}
      <section class="card" aria-labelledby="json">
        <h2 id="json">As the API shows it</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="JSON">
          <pre>${JSON.stringify(row.object, null, 2)}</pre>
        </div>
      </section>`,
  )
  return { status: 200, body }
}

function is<K extends Kind>(row: Row<Kind>, kind: K): row is Row<Kind> & Row<K> {
  return row.kind === kind
}

function actions(row: Row<Kind>): Markup | false {
  const { id } = row.object as { id: string }
  const button = (action: string, label: string, amount = false) =>
    html`<form method="post" action="/objects/${id}/${action}">
      ${amount && html`<div><label for="${action}-amount">Amount, empty for all</label><input id="${action}-amount" name="amount" inputmode="decimal" /></div>`}
      <button class="plain">${label}</button>
    </form>`
  const offered: Markup[] = []
  if (is(row, 'charge') && row.object.captured) {
    if (!row.object.refunded) offered.push(button('refund', 'Refund', true))
    if (!row.object.disputed) offered.push(button('dispute', 'Dispute as fraudulent'))
  }
  if (is(row, 'payment_intent') && row.object.status === 'requires_capture') {
    offered.push(button('capture', 'Capture'), button('cancel', 'Cancel'))
  }
  if (is(row, 'transfer') && !row.object.reversed) offered.push(button('reverse', 'Reverse', true))
  if (is(row, 'dispute') && !['lost', 'warning_closed', 'won'].includes(row.object.status)) {
    offered.push(button('win', 'Decide for us'), button('lose', 'Decide for the cardholder'))
  }
  if (is(row, 'account')) {
    offered.push(
      row.aside.restricted ? button('restore', 'Lift restriction') : button('restrict', 'Restrict'),
    )
  }
  return (
    offered.length > 0 &&
    html`<section class="card" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div class="actions">${offered}</div>
    </section>`
  )
}

/** What an operator does by hand in Stripe's dashboard: the app only hears of it by webhook. */
export function act(work: Work, id: string, action: string, body: string): void {
  const typed = decodeForm(body)['amount']
  work.store.transaction(() => {
    const row = work.store.findAny(id)
    if (!row) throw invalidRequest(`No such object: ${id}`)
    const amount = (currency: string): number | undefined => {
      if (typeof typed !== 'string' || typed.trim() === '') return undefined
      const minor = Math.round(Number(typed) * 10 ** decimalsOf(currency))
      if (!Number.isSafeInteger(minor) || minor < 1) throw invalidRequest(`"${typed}" is not an amount.`)
      return minor
    }
    if (is(row, 'charge') && action === 'refund') {
      refundCharge(work, row, { amount: amount(row.object.currency), reason: 'requested_by_customer' })
    } else if (is(row, 'charge') && action === 'dispute') createDispute(work, row, 'fraudulent', false)
    else if (is(row, 'payment_intent') && action === 'capture') capture(work, row, undefined)
    else if (is(row, 'payment_intent') && action === 'cancel')
      cancelIntent(work, row, 'requested_by_customer')
    else if (is(row, 'transfer') && action === 'reverse')
      reverseTransfer(work, row, { amount: amount(row.object.currency) })
    else if (is(row, 'dispute') && (action === 'win' || action === 'lose'))
      closeDispute(work, row, action === 'win' ? 'won' : 'lost')
    else if (is(row, 'account') && action === 'restrict') restrictAccount(work, row, true)
    else if (is(row, 'account') && action === 'restore') restrictAccount(work, row, false)
    else throw invalidRequest(`A ${row.kind} has no action ${action}.`)
  })
}
