import { redirect } from 'next/navigation'
import { listMemberships } from '#src/modules/providers/reads.ts'
import { one, queryString, type Query } from '../../../(public)/query.ts'
import { requireAccount } from '../../../require-account.ts'

interface PageProps {
  searchParams: Promise<Query>
}

/**
 * Where somebody comes back to from the payment company when it is not known whose page they set out from. Their own then asks
 * at once what has changed, or says what became of the connection.
 */
export default async function BackFromThePaymentCompany({ searchParams }: PageProps) {
  const connection = one(await searchParams, 'connection')
  const query = queryString(connection === undefined ? { check: '1' } : { connection })
  const { account, ctx } = await requireAccount(`/provider/payouts${query}`)
  const memberships = await listMemberships(ctx.db, account.userId)
  const [first] = memberships
  // Which of several they meant is known to them alone; what became of a connection can be said on any of them.
  const clear = memberships.length === 1 || connection !== undefined
  redirect(first && clear ? `/provider/${first.slug}/payouts${query}` : '/provider')
}
