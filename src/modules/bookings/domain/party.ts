import type { Actor, Party } from '#src/kernel/actor.ts'
import type { BookingId, ProviderId, UserId } from '#src/kernel/ids.ts'

export interface Involved {
  readonly id: BookingId
  readonly customerId: UserId | null
  readonly providerId: ProviderId
}

/**
 * In which capacity somebody stands to a booking; null: not at all, and then the booking does not exist for them. Who is
 * several at once acts as the nearest to the booking: its customer before its provider before an operator.
 */
export function partyOf(booking: Involved, actor: Actor): Party | null {
  switch (actor.kind) {
    case 'guest':
      return actor.bookingId === booking.id ? 'guest' : null
    case 'user':
      if (actor.userId === booking.customerId) return 'customer'
      if (actor.providerIds.includes(booking.providerId)) return 'provider'
      return actor.operatorRole ? 'operator' : null
    case 'system':
      return 'system'
    case 'anonymous':
      return null
  }
}
