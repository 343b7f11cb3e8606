import { balancesOf, debitsRefused } from '../balance.ts'
import type { Kind, Row } from '../kinds.ts'
import { formatMoney } from '../money.ts'
import { buildPlatformAccount } from '../objects/platform-account.ts'
import type { Work } from '../work.ts'
import { actionsOffered } from './by-hand.ts'
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
        ${debitsRefused(work) && html`<p class="bad">The bank refuses debits: refunds that the balance does not cover wait.</p>`}
        <p><a href="/objects/platform">Top up, drain and more</a></p>
      </section>
      <p><a href="/scenarios">What can go wrong</a></p>
      ${faults.length > 0 && html`<p class="alert">${faults.length} faults are armed: ${faults.map((fault) => `${fault.match} ${fault.action}`).join(', ')}</p>`}
      ${section(work, 'charge', 'Payments', work.platform)}
      ${section(work, 'session', 'Checkout sessions', work.platform)}
      ${section(work, 'refund', 'Refunds', work.platform)}
      ${section(work, 'dispute', 'Disputes', work.platform)}
      ${section(work, 'early_fraud_warning', 'Early fraud warnings', work.platform)}
      ${section(work, 'transfer', 'Transfers', work.platform)} ${section(work, 'payout', 'Payouts', null)}
      ${section(work, 'topup', 'Top-ups', work.platform)}
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
    'disconnected' in row.aside && row.aside.disconnected && 'disconnected',
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
  if (id === 'platform' || id === work.platform) return platformPage(work)
  const row = work.store.findAny(id)
  if (!row) return undefined
  const facts = factsOf(row)
  const body = page(
    `${row.kind} ${id}`,
    html`<p><a href="/">Dashboard</a></p>
      <h1>${row.kind.replaceAll('_', ' ')} ${facts.what}</h1>
      <p class="soft">${id} · ${facts.state} · ${when(facts.created)}</p>
      ${row.kind === 'account' && balanceCard({ ...work, account: id }, 'Its balance')}
      ${actionForms(work, id, row)} ${asJson(row.object)}`,
  )
  return { status: 200, body }
}

function platformPage(work: Work): PageAnswer {
  const body = page(
    'The platform',
    html`<p><a href="/">Dashboard</a></p>
      <h1>The platform</h1>
      <p class="soft">${work.platform}</p>
      ${balanceCard(work, 'Its balance')} ${actionForms(work, 'platform', null)}
      ${asJson(buildPlatformAccount(work.platform))}`,
  )
  return { status: 200, body }
}

function balanceCard(work: Work, title: string): Markup {
  return html`<section class="card" aria-labelledby="balance">
    <h2 id="balance">${title}</h2>
    ${balances(work)}
  </section>`
}

function asJson(object: object): Markup {
  return html`<section class="card" aria-labelledby="json">
    <h2 id="json">As the API shows it</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="JSON">
      <pre>${JSON.stringify(object, null, 2)}</pre>
    </div>
  </section>`
}

function actionForms(work: Work, id: string, row: Row<Kind> | null): Markup | false {
  const offered = actionsOffered(work, row)
  return (
    offered.length > 0 &&
    html`<section class="card" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div class="actions">
        ${offered.map(
          ({ name, label, asks }) =>
            html`<form method="post" action="/objects/${id}/${name}">
              ${Object.entries(asks).map(
                ([field, said]) =>
                  html`<div>
                    <label for="${name}-${field}">${said}</label>
                    <input
                      id="${name}-${field}"
                      name="${field}"
                      ${field === 'amount' && { markup: 'inputmode="decimal"' }}
                    />
                  </div>`,
              )}
              <button class="plain">${label}</button>
            </form>`,
        )}
      </div>
    </section>`
  )
}
