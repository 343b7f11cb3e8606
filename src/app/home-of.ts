import type { Actor } from '#src/kernel/actor.ts'
import { may } from '#src/kernel/rights.ts'

export interface Home {
  readonly href: string
  readonly label: string
}

/** Where somebody begins after signing in: operators watch, providers work, everybody else has booked something. */
export function homeOf(actor: Actor): Home {
  if (may(actor, 'console.see')) return { href: '/operator', label: 'Console' }
  if (actor.kind === 'user' && actor.providerIds.length > 0) return { href: '/provider', label: 'Workspace' }
  return { href: '/dashboard', label: 'Your bookings' }
}
