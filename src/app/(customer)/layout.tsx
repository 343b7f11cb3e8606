import type { ReactNode } from 'react'
import { Shell } from '#src/ui/shell.tsx'
import { shellUser } from '../shell-user.tsx'

export const metadata = { robots: { index: false } }

export default async function CustomerLayout({ children }: { children: ReactNode }) {
  return <Shell user={await shellUser()}>{children}</Shell>
}
