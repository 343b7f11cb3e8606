import type Stripe from 'stripe'

type AccountType = 'custom' | 'express' | 'standard'
interface ControllerRequest {
  fees?: { payer?: 'account' | 'application' | undefined } | undefined
  losses?: { payments?: 'application' | 'stripe' | undefined } | undefined
  requirement_collection?: 'application' | 'stripe' | undefined
  stripe_dashboard?: { type?: 'express' | 'full' | 'none' | undefined } | undefined
}

/** The three old types are names for three settings of the controller. */
const CONTROLLER_OF_TYPE: Record<AccountType, Stripe.Account.Controller> = {
  standard: {
    fees: { payer: 'account' },
    is_controller: true,
    losses: { payments: 'stripe' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'full' },
    type: 'application',
  },
  express: {
    fees: { payer: 'application_express' },
    is_controller: true,
    losses: { payments: 'application' },
    requirement_collection: 'stripe',
    stripe_dashboard: { type: 'express' },
    type: 'application',
  },
  custom: {
    fees: { payer: 'application_custom' },
    is_controller: true,
    losses: { payments: 'application' },
    requirement_collection: 'application',
    stripe_dashboard: { type: 'none' },
    type: 'application',
  },
}

export function controllerOf(
  type: AccountType | undefined,
  request: ControllerRequest | undefined,
): { type: AccountType | 'none'; controller: Stripe.Account.Controller } {
  if (type !== undefined || request === undefined) {
    const named = type ?? 'standard'
    return { type: named, controller: { ...CONTROLLER_OF_TYPE[named] } }
  }
  return {
    type: 'none',
    controller: {
      fees: { payer: request.fees?.payer ?? 'account' },
      is_controller: true,
      losses: { payments: request.losses?.payments ?? 'stripe' },
      requirement_collection: request.requirement_collection ?? 'stripe',
      stripe_dashboard: { type: request.stripe_dashboard?.type ?? 'full' },
      type: 'application',
    },
  }
}
