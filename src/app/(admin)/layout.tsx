import type { ReactNode } from 'react'
import { pageContext } from '#src/boot/web.ts'
import { may } from '#src/kernel/rights.ts'
import { Shell } from '#src/ui/shell.tsx'
import { SectionNav } from '../section-nav.tsx'
import { shellUser } from '../shell-user.tsx'

export const metadata = {
  title: { default: 'Operator console', template: '%s · Operator · Ecosystem' },
  robots: { index: false },
}

const LINKS = [
  { href: '/operator', label: 'Home', exact: true },
  { href: '/operator/bookings', label: 'Bookings' },
  { href: '/operator/providers', label: 'Providers' },
  { href: '/operator/disputes', label: 'Disputes' },
  { href: '/operator/reviews', label: 'Reviews' },
  { href: '/operator/ledger', label: 'Ledger' },
  { href: '/operator/reconciliation', label: 'Reconciliation' },
  { href: '/operator/webhooks', label: 'Webhooks' },
  { href: '/operator/jobs', label: 'Jobs' },
  { href: '/operator/mails', label: 'Mails' },
  { href: '/operator/audit', label: 'Audit log' },
]

export default async function OperatorLayout({ children }: { children: ReactNode }) {
  const { actor } = await pageContext()
  return (
    <Shell
      user={await shellUser()}
      navigation={may(actor, 'console.see') ? <SectionNav label="Operator console" links={LINKS} /> : null}
    >
      {children}
    </Shell>
  )
}
