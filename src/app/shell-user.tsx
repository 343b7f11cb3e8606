import { pageAccount, pageContext } from '#src/boot/web.ts'
import type { ShellUser } from '#src/ui/shell.tsx'
import { homeOf } from './home-of.ts'
import { SignOutButton } from './sign-out-button.tsx'

/** Who is signed in, as the header shows it: with the way to where they work. */
export async function shellUser(): Promise<ShellUser | null> {
  const [account, { actor }] = await Promise.all([pageAccount(), pageContext()])
  return account && { name: account.name, home: homeOf(actor), signOut: <SignOutButton /> }
}
