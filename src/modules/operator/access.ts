import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'

/** Operators, and whoever runs commands on the machine itself. @throws request.not_found for everybody else: the console does not exist for them. */
export function requireOperator({ actor }: Pick<Ctx, 'actor'>): void {
  const operates = actor.kind === 'system' || (actor.kind === 'user' && actor.operatorRole !== null)
  if (!operates) throw refuse('request.not_found')
}

/** Operators who decide about money. @throws request.not_found for who is no operator, auth.not_allowed for the others. */
export function requireFinance(ctx: Pick<Ctx, 'actor'>): void {
  requireOperator(ctx)
  if (ctx.actor.kind === 'user' && ctx.actor.operatorRole === 'support') throw refuse('auth.not_allowed')
}
