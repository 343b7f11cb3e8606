import { redirect } from 'next/navigation'
import { listMemberships } from '#src/modules/providers/reads.ts'
import { requireAccount } from '../../../require-account.ts'

/** Where the payment company sends a provider back to; the page asks it at once what has changed. */
export default async function BackFromOnboarding() {
  const { account, ctx } = await requireAccount('/provider/payouts')
  const memberships = await listMemberships(ctx.db, account.userId)
  const [first] = memberships
  redirect(first && memberships.length === 1 ? `/provider/${first.slug}/payouts?check=1` : '/provider')
}
