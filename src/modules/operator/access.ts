import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'

/** Operators, and whoever runs commands on the machine itself. @throws request.not_found for everybody else: the console does not exist for them. */
export function requireOperator({ actor }: Pick<Ctx, 'actor'>): void {
  const operates = actor.kind === 'system' || (actor.kind === 'user' && actor.operatorRole !== null)
  if (!operates) throw refuse('request.not_found')
}
