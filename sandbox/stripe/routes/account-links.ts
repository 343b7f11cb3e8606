import { invalidRequest } from '../errors.ts'
import { newId, randomLetters } from '../ids.ts'
import { choice, expand, ignored, required, text, url } from '../params.ts'
import { route } from '../router.ts'
import { needAccount } from '../work.ts'

/** https://docs.stripe.com/api/account_links: a link is visited once, within minutes. */
const LINK_LIFE_SECONDS = 5 * 60

const createLink = route(
  'POST',
  '/v1/account_links',
  {
    account: required(text()),
    collect: ignored(),
    collection_options: ignored(),
    expand,
    refresh_url: url(),
    return_url: url(),
    type: required(choice('account_onboarding', 'account_update')),
  },
  (work, params) => {
    const account = needAccount(work, params.account)
    if (
      params.type === 'account_update' &&
      account.object.controller?.requirement_collection !== 'application'
    ) {
      throw invalidRequest(
        'You may only create account_update links for accounts whose requirements you collect.',
        {
          param: 'type',
        },
      )
    }
    for (const name of ['refresh_url', 'return_url'] as const) {
      if (params[name] === undefined) {
        throw invalidRequest(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name })
      }
    }
    const token = randomLetters(32)
    const link = {
      object: 'account_link' as const,
      created: work.now,
      expires_at: work.now + LINK_LIFE_SECONDS,
      url: `${work.publicUrl}/connect/onboarding/${token}`,
    }
    work.store.insert(
      'account_link',
      { ...link, id: `alink_${token}` },
      {
        account: work.account,
        aside: {
          account: account.object.id,
          token: newId('visit'),
          type: params.type,
          refreshUrl: params.refresh_url ?? null,
          returnUrl: params.return_url ?? null,
          usedAt: null,
          finished: false,
        },
      },
    )
    return link
  },
)

const createLoginLink = route(
  'POST',
  '/v1/accounts/:id/login_links',
  { expand },
  (work, _params, [id = '']) => {
    const { object: account } = needAccount(work, id)
    if (account.controller?.stripe_dashboard?.type !== 'express') {
      throw invalidRequest('Cannot create a login link for an account that is not an Express account.')
    }
    if (!account.details_submitted) {
      throw invalidRequest('Cannot create a login link for an account that has not completed onboarding.')
    }
    return { object: 'login_link', created: work.now, url: `${work.publicUrl}/accounts/${id}` }
  },
)

export const accountLinkRoutes = [createLink, createLoginLink]
