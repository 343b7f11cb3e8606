import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { Column } from '#src/ui/shell.tsx'
import { AccountForm } from '../account-form.tsx'
import { DemoLogins } from '../demo-logins.tsx'
import { NeedsScript } from '../needs-script.tsx'
import { one, queryString, type Query } from '../query.ts'
import { sameSitePath } from '../same-site-path.ts'

export const metadata: Metadata = { title: 'Sign in', robots: { index: false } }

const AFTER_LOGIN = '/start'

export default async function LoginPage({ searchParams }: { searchParams: Promise<Query> }) {
  const given = one(await searchParams, 'redirect_url')
  const next = sameSitePath(given, AFTER_LOGIN)
  const { actor } = await pageContext()
  if (actor.kind === 'user') redirect(next)
  return (
    <Column width="narrow" className="pt-10 sm:pt-16">
      <h1 className="text-3xl">Sign in</h1>
      <p className="mt-2 text-ink-soft">
        New here?{' '}
        <Link className="link" href={`/signup${queryString({ redirect_url: given && next })}`}>
          Create an account
        </Link>
        . You can also book as a guest, without one.
      </p>
      <NeedsScript>Signing in does. Searching and looking at providers work without it.</NeedsScript>
      <AccountForm kind="login" next={next} />
      <p className="mt-5">
        <Link className="link inline-flex min-h-11 items-center" href="/forgot-password">
          Forgotten your password?
        </Link>
      </p>
      {pageConfig().DEMO_MODE && <DemoLogins />}
    </Column>
  )
}
