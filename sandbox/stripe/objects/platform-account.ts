import type Stripe from 'stripe'
import { buildAccount } from './account.ts'

/** The account the secret key belongs to. */
export function buildPlatformAccount(id: string): Stripe.Account {
  const account = buildAccount({
    now: 0,
    type: 'standard',
    country: 'US',
    email: 'platform@example.com',
    defaultCurrency: 'usd',
    controller: { type: 'account' },
  })
  return {
    ...account,
    id,
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    details_submitted: true,
    payouts_enabled: true,
    ...(account.settings && {
      settings: { ...account.settings, dashboard: { display_name: 'Sandbox', timezone: 'Etc/UTC' } },
    }),
  }
}
