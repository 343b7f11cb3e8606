import type { Actor, Party } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, UserId } from '#src/kernel/ids.ts'
import { mayAs, rolesOf, type Role } from '#src/kernel/rights.ts'

export interface Involved {
  readonly id: BookingId
  readonly customerId: UserId | null
  readonly providerId: ProviderId
}

/**
 * What somebody is to a booking; null: not at all, and then the booking does not exist for them. Who is several things at
 * once acts as the nearest to the booking: its customer before its provider before an operator.
 */
export function roleIn({ id, customerId, providerId }: Involved, actor: Actor): Role | null {
  const [nearest] = rolesOf(actor, { bookingId: id, customerId, providerId })
  return nearest && mayAs(nearest, 'booking.see') ? nearest : null
}

/** The capacity in which a role moves a booking: operators are one party, whatever else each of them may do. */
export function partyAs(role: Role): Party {
  return role === 'support' || role === 'finance' || role === 'admin' ? 'operator' : role
}

export function partyOf(booking: Involved, actor: Actor): Party | null {
  const role = roleIn(booking, actor)
  return role && partyAs(role)
}
