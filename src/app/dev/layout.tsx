import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { pageConfig } from '#src/boot/web.ts'
import { Shell } from '#src/ui/shell.tsx'
import { SectionNav } from '../section-nav.tsx'
import { shellUser } from '../shell-user.tsx'

const LINKS = [
  { href: '/dev/mail', label: 'Mailbox', exact: true },
  { href: '/dev/mail/preview', label: 'Every mail there is' },
]

/** Pages for demonstrations: they exist only where mail stays in the database and time can be moved. */
export default async function DevLayout({ children }: { children: ReactNode }) {
  const { DEMO_MODE, MAILER } = pageConfig()
  if (!DEMO_MODE || MAILER !== 'mailbox') notFound()
  return (
    <Shell user={await shellUser()} navigation={<SectionNav label="Mail" links={LINKS} />}>
      {children}
    </Shell>
  )
}
