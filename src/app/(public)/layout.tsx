import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { pageConfig } from '#src/boot/web.ts'
import { Shell } from '#src/ui/shell.tsx'
import { shellUser } from '../shell-user.tsx'

// What is free, and who is asking, is known only when somebody asks.
export const dynamic = 'force-dynamic'

export function generateMetadata(): Metadata {
  return { metadataBase: new URL(pageConfig().NEXT_PUBLIC_APP_URL) }
}

export default async function PublicLayout({ children }: { children: ReactNode }) {
  return <Shell user={await shellUser()}>{children}</Shell>
}
