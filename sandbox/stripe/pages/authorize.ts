import { issueCode, openStandardAccount } from '../actions/connection.ts'
import { decodeForm, type FormHash } from '../encoding.ts'
import type { OAuthCode, Row } from '../kinds.ts'
import { textAt } from '../objects/account.ts'
import type { Work } from '../work.ts'
import { COUNTRIES, messagePage } from './checkout.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { seeOther, type PageAnswer, type PageRequest } from './page.ts'

/** Accounts to choose from; whoever has more takes the newest. */
const SHOWN = 12
const NEW = 'new'

interface Asked {
  redirectUri: string
  scope: OAuthCode['scope']
  state: string | undefined
}

/**
 * GET /oauth/authorize, where somebody who has an account at Stripe connects it to the platform or says no, and POST,
 * their answer: https://docs.stripe.com/connect/oauth-reference.
 */
export function answerAuthorize(work: Work, request: PageRequest): PageAnswer {
  const form = decodeForm(request.method === 'POST' ? request.body : request.query)
  const at = (path: string) => textAt(form, path) ?? undefined
  const redirectUri = at('redirect_uri') ?? work.application.redirectUris[0]
  const complaint = complaintAbout(work, at('client_id'), redirectUri)
  // Whoever sent this may not be who they say: nobody is led to an address that the platform did not register.
  if (complaint !== undefined || redirectUri === undefined)
    return { status: 400, body: messagePage('This link is not right', complaint ?? '') }
  const back = (answer: Record<string, string>) => leadBack(redirectUri, at('state'), answer)
  if (at('response_type') !== 'code') {
    return back({
      error: 'unsupported_response_type',
      error_description: "The response_type must be 'code'.",
    })
  }
  const scope = at('scope') ?? 'read_only'
  if (scope !== 'read_only' && scope !== 'read_write')
    return back({ error: 'invalid_scope', error_description: `Invalid scope: ${scope}` })
  const asked: Asked = { redirectUri, scope, state: at('state') }
  if (request.method !== 'POST') return { status: 200, body: choicePage(work, form, asked) }
  if (at('answer') !== 'connect')
    return back({ error: 'access_denied', error_description: 'The user denied your request' })
  const code = work.store.transaction(() => {
    const account = chosenAccount(work, form)
    return account && issueCode(work, account, scope).object.id
  })
  return code === undefined ? { status: 422, body: choicePage(work, form, asked) } : back({ scope, code })
}

function complaintAbout(
  work: Work,
  clientId: string | undefined,
  redirectUri: string | undefined,
): string | undefined {
  const { application } = work
  if (clientId !== application.clientId) return `No application matches the client_id '${clientId ?? ''}'.`
  if (redirectUri === undefined) return 'The application has registered no address to lead back to.'
  if (application.redirectUris.includes(redirectUri)) return undefined
  return (
    `Invalid redirect URI '${redirectUri}'. Ensure this URI exactly matches one of the URIs specified in your ` +
    'application settings.'
  )
}

function leadBack(
  redirectUri: string,
  state: string | undefined,
  answer: Record<string, string>,
): PageAnswer {
  const target = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value)
  if (state !== undefined) target.searchParams.set('state', state)
  return seeOther(target.href)
}

/** Only accounts with a full dashboard belong to somebody who can give a platform access. */
function mayConnect({ object }: Row<'account'>): boolean {
  return object.controller?.stripe_dashboard?.type === 'full'
}

function chosenAccount(work: Work, form: FormHash): Row<'account'> | undefined {
  const chosen = textAt(form, 'account')
  if (chosen === NEW) {
    return openStandardAccount(work, countryIn(form), textAt(form, 'stripe_user.email'))
  }
  const row = chosen === null ? undefined : work.store.find('account', chosen)
  return row && mayConnect(row) ? row : undefined
}

/** What a link prefills and this page does not know is ignored, as Stripe says it does. */
function countryIn(form: FormHash): string {
  const country = textAt(form, 'stripe_user.country')?.toUpperCase() ?? 'US'
  return Object.hasOwn(COUNTRIES, country) ? country : 'US'
}

function choicePage(work: Work, form: FormHash, asked: Asked): string {
  const { rows } = work.store.list('account', work.platform, {}, { limit: 100 })
  const known = rows.filter(mayConnect).slice(0, SHOWN)
  const country = countryIn(form)
  const kept = {
    client_id: work.application.clientId,
    redirect_uri: asked.redirectUri,
    response_type: 'code',
    scope: asked.scope,
    ...(asked.state !== undefined && { state: asked.state }),
  }
  return page(
    'Connect your account',
    html`<section class="card" aria-labelledby="title">
      <p class="soft small">Ecosystem partners with a simulated payment company</p>
      <h1 id="title">Connect your account to Ecosystem</h1>
      <p>
        ${
          asked.scope === 'read_write'
            ? 'Ecosystem will be able to see your account and to move money in its name.'
            : 'Ecosystem will be able to see your account.'
        }
      </p>
      <form method="post" action="/oauth/authorize">
        ${Object.entries(kept).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <fieldset>
          <legend>Which account?</legend>
          ${known.map(({ object }) => choice(object.id, `${object.email ?? object.id}, ${object.country ?? ''} (${object.id})`, false))}
          ${choice(NEW, 'A new test account', true)}
        </fieldset>
        <div class="field">
          <label for="email">Email of the new account</label>
          <input
            id="email"
            name="stripe_user[email]"
            type="email"
            value="${textAt(form, 'stripe_user.email') ?? 'jenny.rosen@example.com'}"
          />
        </div>
        <div class="field">
          <label for="country">Country of the new account</label>
          <select id="country" name="stripe_user[country]">
            ${Object.entries(COUNTRIES).map(([code, label]) => html`<option value="${code}" ${code === country && { markup: 'selected' }}>${label}</option>`)}
          </select>
        </div>
        <p><button class="wide" name="answer" value="connect">Connect</button></p>
        <p><button class="wide plain" name="answer" value="deny">Deny</button></p>
      </form>
    </section>`,
    { narrow: true },
  )
}

function choice(value: string, label: string, chosen: boolean) {
  return html`<p>
    <label class="choice"
      ><input type="radio" name="account" value="${value}" ${chosen && { markup: 'checked' }} />
      ${label}</label
    >
  </p>`
}
