import { redirect } from 'next/navigation'
import { homeOf } from '../../home-of.ts'
import { requireAccount } from '../../require-account.ts'

/** Where signing in leads when nobody was on the way to somewhere: it depends on who signed in. */
export default async function StartPage() {
  const { ctx } = await requireAccount('/start')
  redirect(homeOf(ctx.actor).href)
}
