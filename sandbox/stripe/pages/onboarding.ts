import { finishWithTestData, leaveUnfinished } from '../actions/onboarding.ts'
import { decodeForm } from '../encoding.ts'
import type { Row } from '../kinds.ts'
import type { Work } from '../work.ts'
import { messagePage } from './checkout.ts'
import { html, safeHref } from './html.ts'
import { page } from './layout.ts'
import { seeOther, type PageAnswer, type PageRequest } from './page.ts'

/** A visit, once begun, may take this long. */
const VISIT_SECONDS = 3600

export function answerOnboarding(work: Work, request: PageRequest, token: string): PageAnswer {
  const link = work.store.find('account_link', `alink_${token}`)
  const account = link && work.store.find('account', link.aside.account)
  if (!link || !account)
    return { status: 404, body: messagePage('No such link', 'This onboarding link does not exist.') }
  if (request.method === 'POST') return finish(work, link, account, request.body)
  // As at Stripe, a link opens once and for a few minutes; then the platform is asked for a fresh one.
  if (link.aside.usedAt !== null || link.object.expires_at <= work.now)
    return seeOther(safeHref(link.aside.refreshUrl))
  link.aside.usedAt = work.now
  work.store.save(link)
  return { status: 200, body: form(account, link.aside.token, token, safeHref(link.aside.returnUrl)) }
}

function finish(work: Work, link: Row<'account_link'>, account: Row<'account'>, body: string): PageAnswer {
  const given = decodeForm(body)
  const begun = link.aside.usedAt ?? -Infinity
  if (given['visit'] !== link.aside.token || work.now - begun > VISIT_SECONDS)
    return seeOther(safeHref(link.aside.refreshUrl))
  work.store.transaction(() => {
    if (link.aside.finished) return
    link.aside.finished = true
    work.store.save(link)
    if (given['answer'] === 'finish') finishWithTestData(work, account)
    else leaveUnfinished(work, account)
  })
  return seeOther(safeHref(link.aside.returnUrl))
}

function form(row: Row<'account'>, visit: string, token: string, returnUrl: string): string {
  const { object: account } = row
  const due = account.requirements?.currently_due ?? []
  return page(
    'Get paid: connect your account',
    html`<section class="card" aria-labelledby="title">
      <p class="soft small">Ecosystem partners with a simulated payment company</p>
      <h1 id="title">${account.details_submitted ? 'Review your account' : 'Tell us how you get paid'}</h1>
      <p>
        ${account.email ?? 'Your account'}, ${account.country}, paid in
        ${account.default_currency?.toUpperCase()}.
      </p>
      ${
        due.length > 0 &&
        html`<h2>Still needed</h2>
          <ul class="soft small">
            ${due.map((field) => html`<li>${sentence(field)}</li>`)}
          </ul>`
      }
      <form method="post" action="/connect/onboarding/${token}">
        <input type="hidden" name="visit" value="${visit}" />
        <p><button class="wide" name="answer" value="finish">Use test data and finish</button></p>
        <p><button class="wide plain" name="answer" value="later">Finish later</button></p>
      </form>
      <p class="small"><a href="${returnUrl}">Return without saving</a></p>
    </section>`,
    { narrow: true },
  )
}

const WORDS: Record<string, string> = {
  dob: 'date of birth,',
  external_account: 'bank account',
  individual: '',
  line1: 'street',
  tos_acceptance: 'terms of service,',
}

/** `individual.dob.day` reads "Date of birth, day". */
function sentence(field: string): string {
  const words = field.split('.').map((part) => WORDS[part] ?? part.replaceAll('_', ' '))
  const said = words.join(' ').trim()
  return said.charAt(0).toUpperCase() + said.slice(1)
}
