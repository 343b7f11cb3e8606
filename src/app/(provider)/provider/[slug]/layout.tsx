import type { ReactNode } from 'react'
import { pageAccount } from '#src/boot/web.ts'
import { Shell } from '#src/ui/shell.tsx'
import { SectionNav } from '../../../section-nav.tsx'
import { shellUser } from '../../../shell-user.tsx'
import { openRequests } from '../../workspace.ts'

interface LayoutProps {
  children: ReactNode
  params: Promise<{ slug: string }>
}

export default async function WorkspaceLayout({ children, params }: LayoutProps) {
  const { slug } = await params
  const home = `/provider/${slug}`
  const account = await pageAccount()
  // The page knows where to come back to after signing in, and sends people there.
  if (!account) return <Shell user={null}>{children}</Shell>
  const requests = await openRequests(slug, home)
  const links = [
    { href: home, label: 'Today', exact: true },
    { href: `${home}/requests`, label: 'Requests', count: requests.length },
    { href: `${home}/calendar`, label: 'Calendar' },
    { href: `${home}/bookings`, label: 'Bookings' },
    { href: `${home}/reviews`, label: 'Reviews' },
    { href: `${home}/hours`, label: 'Hours' },
    { href: `${home}/services`, label: 'Services' },
    { href: `${home}/profile`, label: 'Profile' },
    { href: `${home}/payouts`, label: 'Payouts' },
    { href: `${home}/setup`, label: 'Set-up' },
  ]
  return (
    <Shell user={await shellUser()} navigation={<SectionNav label="Workspace" links={links} />}>
      {children}
    </Shell>
  )
}
