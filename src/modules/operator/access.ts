import { may, type Action } from '#src/kernel/rights.ts'
import type { Ctx } from '#src/platform/context.ts'
import { refuse } from '#src/platform/errors.ts'

/** Operators, and whoever runs commands on the machine itself. @throws request.not_found for everybody else: the console does not exist for them. */
export function requireOperator({ actor }: Pick<Ctx, 'actor'>): void {
  if (!may(actor, 'console.see')) throw refuse('request.not_found')
}

/** What not every operator may. @throws request.not_found for who is no operator, auth.not_allowed for the others. */
export function requireRight(ctx: Pick<Ctx, 'actor'>, action: Action): void {
  requireOperator(ctx)
  if (!may(ctx.actor, action)) throw refuse('auth.not_allowed')
}
