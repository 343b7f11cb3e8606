import { decodeForm } from '../encoding.ts'
import { invalidRequest } from '../errors.ts'
import { DEFAULT_SECONDS, playScenario, SCENARIOS, type Told } from '../scenarios.ts'
import type { Work } from '../work.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { json, type PageAnswer, type PageContext, type PageRequest } from './page.ts'

const MOST_SECONDS = 3600

/** GET /scenarios lists what can go wrong; POST /scenarios/:name with `object` and `seconds` lets it. */
export function answerScenarios(
  work: Work,
  request: PageRequest,
  name: string,
  context: PageContext,
): PageAnswer {
  if (request.method !== 'POST') {
    return request.wantsJson ? json(200, { scenarios: listed() }) : { status: 200, body: listPage() }
  }
  const form = decodeForm(request.body)
  const text = (field: string) => {
    const value = form[field]
    return (typeof value === 'string' && value.trim()) || undefined
  }
  const seconds = Number(text('seconds') ?? DEFAULT_SECONDS)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MOST_SECONDS)
    throw invalidRequest(
      `A scenario lasts from 1 to ${MOST_SECONDS} seconds, not "${text('seconds') ?? ''}".`,
    )
  const told = playScenario(name, { work, faults: context.faults, objectId: text('object'), seconds })
  const look = whereToLook(work, told, context)
  return request.wantsJson ? json(200, { ...told, look }) : { status: 200, body: toldPage(told) }
}

function listed() {
  return Object.entries(SCENARIOS).map(([name, { summary, object }]) => ({
    name,
    summary,
    object: object ?? null,
  }))
}

/** Addresses of the objects here, and what the marketplace calls them: it keeps its own ids in their metadata. */
function whereToLook(work: Work, told: Told, context: PageContext): string[] {
  const places = told.objects.map((id) => `${work.publicUrl}/objects/${id}`)
  if (places.length === 0) return [`${work.publicUrl}/`]
  const marks = told.objects.flatMap((id) => {
    const object = work.store.findAny(id)?.object
    const metadata = object && 'metadata' in object ? (object.metadata ?? {}) : {}
    return Object.entries(metadata).map(([key, value]) => `${key} ${value}`)
  })
  const known = [...new Set(marks)]
  const marketplace = context.appUrl ?? 'the marketplace'
  return known.length > 0 ? [...places, `${marketplace}: ${known.join(', ')}`] : places
}

function listPage(): string {
  return page(
    'What can go wrong',
    html`<p><a href="/">Dashboard</a></p>
      <h1>What can go wrong</h1>
      <p class="soft">
        Each acts on the newest object it fits, unless you name one. Those of the wire last ${DEFAULT_SECONDS}
        seconds.
      </p>
      ${listed().map(
        ({ name, summary, object }) =>
          html`<section class="card" aria-labelledby="${name}">
            <h2 id="${name}">${name}</h2>
            <p>${summary}</p>
            <form class="actions" method="post" action="/scenarios/${name}">
              ${
                object &&
                html`<div>
                  <label for="${name}-object">Which ${object}, if not any</label>
                  <input id="${name}-object" name="object" />
                </div>`
              }
              <button class="plain" aria-describedby="${name}">Let it happen</button>
            </form>
          </section>`,
      )}`,
  )
}

function toldPage(told: Told): string {
  return page(
    'It happened',
    html`<section class="card" aria-labelledby="title">
      <h1 id="title">It happened</h1>
      <ul>
        ${told.did.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
      <p>Look at</p>
      <ul>
        ${told.objects.map((id) => html`<li><a href="/objects/${id}">${id}</a></li>`)}
      </ul>
      <p><a href="/scenarios">What else can go wrong</a></p>
    </section>`,
    { narrow: true },
  )
}
