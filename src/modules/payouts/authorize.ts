import type { Actor } from '#src/kernel/actor.ts'
import type { ProviderId } from '#src/kernel/ids.ts'

export function isMember(actor: Actor, providerId: ProviderId): boolean {
  return actor.kind === 'user' && actor.providerIds.includes(providerId)
}

/** Its members, and every operator. */
export function maySeeEarnings(actor: Actor, providerId: ProviderId): boolean {
  return isMember(actor, providerId) || (actor.kind === 'user' && actor.operatorRole !== null)
}
