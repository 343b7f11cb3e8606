import { redirect } from 'next/navigation'
import { listMemberships } from '#src/modules/providers/reads.ts'
import { requireAccount } from '../../../require-account.ts'

/** The short address that mails carry. */
export default async function EarningsLink() {
  const { account, ctx } = await requireAccount('/provider/earnings')
  const memberships = await listMemberships(ctx.db, account.userId)
  const [first] = memberships
  redirect(first && memberships.length === 1 ? `/provider/${first.slug}/payouts` : '/provider')
}
