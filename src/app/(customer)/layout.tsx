import type { ReactNode } from 'react'
import { pageAccount } from '#src/boot/web.ts'
import { Shell } from '#src/ui/shell.tsx'

export const metadata = { robots: { index: false } }

export default async function CustomerLayout({ children }: { children: ReactNode }) {
  const account = await pageAccount()
  return <Shell user={account && { name: account.name }}>{children}</Shell>
}
