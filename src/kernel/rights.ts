import { OPERATOR_ROLES, type Actor } from './actor.ts'
import type { BookingId, ProviderId, UserId } from './ids.ts'

/** What somebody can be to a thing, the nearest to it first. */
export const ROLES = ['customer', 'guest', 'provider', ...OPERATOR_ROLES, 'system'] as const
export type Role = (typeof ROLES)[number]

/** Those who decide about money that is not theirs. */
const MONEY = ['finance', 'admin', 'system'] as const

/**
 * Who may do what: the one table. Which way a booking's state can be moved, and by which party, is beside its states in
 * bookings/domain/lifecycle.ts; what is here comes on top of it.
 */
export const RIGHTS = {
  'booking.see': ROLES,
  'booking.list_everybodys': OPERATOR_ROLES,
  /** To give more back than the policy does, by cancelling; or to keep by moving what time would have reduced. */
  'booking.exceed_policy': ['provider', ...MONEY],
  /** Everything goes back to the customer then. */
  'booking.report_absent_provider': ['customer', 'guest', ...MONEY],

  'payment.refund': MONEY,
  'dispute.answer': MONEY,
  'payout.retry': MONEY,
  'payout_account.open': ['provider', ...MONEY],
  /** With the provider's own sign-in at the gateway. */
  'payout_account.connect': ['provider'],
  'earnings.see': ['provider', ...OPERATOR_ROLES],
  'ledger.see': OPERATOR_ROLES,
  'reconciliation.ask': MONEY,

  'provider.manage': ['provider', 'admin', 'system'],
  'provider.suspend': ['support', 'admin'],
  'review.see_hidden': ['provider', ...OPERATOR_ROLES],
  'review.moderate': ['support', 'admin'],

  'console.see': [...OPERATOR_ROLES, 'system'],
  /** Everybody's mail, and with it the links of guests. */
  'mailbox.see': ['admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>
export type Action = keyof typeof RIGHTS

/** What it is done to: a booking, a provider, or the marketplace where nothing is named. */
export interface Subject {
  readonly bookingId?: BookingId
  readonly customerId?: UserId | null
  readonly providerId?: ProviderId
}

/** Who is several things at once acts as the nearest to the subject. Empty: nothing to it. */
export function rolesOf(actor: Actor, { bookingId, customerId, providerId }: Subject = {}): Role[] {
  switch (actor.kind) {
    case 'anonymous':
      return []
    case 'guest':
      return actor.bookingId === bookingId ? ['guest'] : []
    case 'user': {
      const roles: Role[] = []
      if (actor.userId === customerId) roles.push('customer')
      if (providerId && actor.providerIds.includes(providerId)) roles.push('provider')
      if (actor.operatorRole) roles.push(actor.operatorRole)
      return roles
    }
    case 'system':
      return ['system']
  }
}

export function mayAs(role: Role, action: Action): boolean {
  const allowed: readonly Role[] = RIGHTS[action]
  return allowed.includes(role)
}

/** Whether anything the actor is to the subject allows the action. */
export function may(actor: Actor, action: Action, subject?: Subject): boolean {
  return rolesOf(actor, subject).some((role) => mayAs(role, action))
}
