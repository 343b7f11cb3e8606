import type { Metadata } from 'next'
import Link from 'next/link'
import { ButtonLink } from '#src/ui/button.tsx'
import { Column } from '#src/ui/shell.tsx'
import { NeedsScript } from '../needs-script.tsx'
import { one, type Query } from '../query.ts'
import { ResetForm } from './reset-form.tsx'

// The address carries a secret: it must not travel on in a Referer.
export const metadata: Metadata = {
  title: 'A new password',
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
}

export default async function ResetPasswordPage({ searchParams }: { searchParams: Promise<Query> }) {
  const token = one(await searchParams, 'token')
  return (
    <Column width="narrow" className="pt-10 sm:pt-16">
      <h1 className="text-3xl">Choose a new password</h1>
      {token ? (
        <>
          <p className="mt-2 text-ink-soft">
            Afterwards you are signed out everywhere, and sign in with the new one.
          </p>
          <NeedsScript>
            Choosing a password does. Switch it on for this site and load the page again.
          </NeedsScript>
          <ResetForm token={token} />
        </>
      ) : (
        <>
          <p className="mt-3 text-ink-soft">
            The link is incomplete. Open it from the mail again, or{' '}
            <Link className="link" href="/login">
              sign in
            </Link>{' '}
            if you remember your password after all.
          </p>
          <ButtonLink href="/forgot-password" className="mt-8">
            Ask for a new link
          </ButtonLink>
        </>
      )}
    </Column>
  )
}
