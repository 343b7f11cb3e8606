import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { pageConfig, pageContext } from '#src/boot/web.ts'
import { Notice } from '#src/ui/notice.tsx'
import { Column } from '#src/ui/shell.tsx'
import { AccountForm } from '../account-form.tsx'
import { NeedsScript } from '../needs-script.tsx'
import { one, queryString, type Query } from '../query.ts'
import { sameSitePath } from '../same-site-path.ts'

export const metadata: Metadata = { title: 'Create an account' }

const AFTER_SIGNUP = '/start'
const PROVIDERS_START = '/provider'

export default async function SignupPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const asProvider = one(query, 'as') === 'provider'
  const given = one(query, 'redirect_url')
  const next = sameSitePath(given, asProvider ? PROVIDERS_START : AFTER_SIGNUP)
  const { actor } = await pageContext()
  if (actor.kind === 'user') redirect(next)
  return (
    <Column width="narrow" className="pt-10 sm:pt-16">
      <h1 className="text-3xl">{asProvider ? 'Offer your services' : 'Create an account'}</h1>
      <p className="mt-2 text-ink-soft">
        {asProvider
          ? 'An account first; then your profile, your services and your hours, in about ten minutes.'
          : 'With an account there is no guest booking fee, and all your bookings are in one place.'}{' '}
        Have one already?{' '}
        <Link
          className="link"
          href={`/login${queryString({ redirect_url: given || asProvider ? next : null })}`}
        >
          Sign in
        </Link>
        .
      </p>
      <NeedsScript>Creating an account does. You can look around without it.</NeedsScript>
      <AccountForm kind="signup" next={next} />
      {pageConfig().DEMO_MODE && (
        <div className="mt-8">
          <Notice tone="info" title="Demo">
            Any address works, for example you@example.com: mail stays on this machine, at{' '}
            <Link className="link" href="/dev/mail">
              /dev/mail
            </Link>
            .
          </Notice>
        </div>
      )}
    </Column>
  )
}
