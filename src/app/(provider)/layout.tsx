import type { ReactNode } from 'react'

export const metadata = {
  title: { default: 'Provider workspace', template: '%s · Workspace · Ecosystem' },
  robots: { index: false },
}

export default function ProviderLayout({ children }: { children: ReactNode }) {
  return children
}
