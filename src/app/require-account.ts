import { redirect } from 'next/navigation'
import { pageAccount, pageContext } from '#src/boot/web.ts'

/** Who is signed in, with the context to read in; anybody else signs in first and comes back to `path`. */
export async function requireAccount(path: string) {
  const account = await pageAccount()
  if (!account) redirect(`/login?redirect_url=${encodeURIComponent(path)}`)
  return { account, ctx: await pageContext() }
}
