import type { BookingId, ProviderId, UserId } from './ids.ts'

export const OPERATOR_ROLES = ['support', 'finance', 'admin'] as const
export type OperatorRole = (typeof OPERATOR_ROLES)[number]

/** Who is asking. What they may do with a thing follows from this and from the thing: kernel/rights.ts. */
export type Actor =
  | { readonly kind: 'anonymous' }
  /** Holds the manage link of one booking. */
  | { readonly kind: 'guest'; readonly bookingId: BookingId }
  | {
      readonly kind: 'user'
      readonly userId: UserId
      readonly operatorRole: OperatorRole | null
      /** The providers this user is a member of. */
      readonly providerIds: readonly ProviderId[]
    }
  /** The worker or the command line; `name` says which part. */
  | { readonly kind: 'system'; readonly name: string }

/** In which capacity somebody moved a booking; written into its history. */
export const PARTIES = ['customer', 'guest', 'provider', 'operator', 'system'] as const
export type Party = (typeof PARTIES)[number]

export const ANONYMOUS: Actor = { kind: 'anonymous' }
