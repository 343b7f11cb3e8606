import { StripeApiError } from '../errors.ts'
import type { Work } from '../work.ts'
import { answerCheckout, answerIntentChallenge } from './checkout-flow.ts'
import { messagePage } from './checkout.ts'
import { act } from './by-hand.ts'
import { dashboard, objectPage } from './dashboard.ts'
import { answerAuthorize } from './authorize.ts'
import { answerOnboarding } from './onboarding.ts'
import { answerScenarios } from './scenarios.ts'
import { json, seeOther, type PageAnswer, type PageContext, type PageRequest } from './page.ts'

/** The pages people see: checkout, onboarding, and the operator's dashboard. */
export function answerPage(work: Work, request: PageRequest, context: PageContext): PageAnswer {
  const [, first = '', second = '', third = '', fourth] = request.path.split('/')
  try {
    if (request.method !== 'GET' && request.method !== 'POST' && request.method !== 'HEAD') return notFound()
    if (first === '') return { status: 200, body: dashboard(work, context) }
    if (first === 'c' && second === 'pay' && third) return answerCheckout(work, request, third, fourth)
    if (first === '3ds' && second) return answerIntentChallenge(work, request, second)
    if (first === 'scenarios') return answerScenarios(work, request, second, context)
    if (first === 'oauth' && second === 'authorize') return answerAuthorize(work, request)
    if (first === 'connect' && second === 'onboarding' && third) return answerOnboarding(work, request, third)
    if ((first === 'accounts' || first === 'receipts') && second) return seeOther(`/objects/${second}`)
    if (first === 'objects' && second && request.method === 'POST') {
      const id = act(work, second, third, request.body)
      return request.wantsJson ? json(200, { id }) : seeOther(`/objects/${second}`)
    }
    if (first === 'objects' && second) return objectPage(work, second) ?? notFound()
    if (first === 'retry-webhooks' && request.method === 'POST') {
      context.retryWebhooks()
      return seeOther('/')
    }
    return notFound()
  } catch (error) {
    if (!(error instanceof StripeApiError)) throw error
    if (request.wantsJson) return json(422, { error: error.message })
    return { status: 422, body: messagePage('That is not possible', error.message) }
  }
}

function notFound(): PageAnswer {
  return { status: 404, body: messagePage('Not found', 'There is nothing at this address.') }
}
