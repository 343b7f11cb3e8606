import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { Shell } from '#src/ui/shell.tsx'

// What is free, and who is asking, is known only when somebody asks.
export const dynamic = 'force-dynamic'

export function generateMetadata(): Metadata {
  return { metadataBase: new URL(pageConfig().NEXT_PUBLIC_APP_URL) }
}

export default async function PublicLayout({ children }: { children: ReactNode }) {
  const { actor } = await pageContext()
  return <Shell user={actor.kind === 'user' ? { name: null } : null}>{children}</Shell>
}
