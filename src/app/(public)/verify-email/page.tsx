import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { Column } from '#src/ui/shell.tsx'
import { requireAccount } from '../../require-account.ts'
import { one, queryString, type Query } from '../query.ts'

export const metadata: Metadata = {
  title: 'Confirm your email address',
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
}

const OF_ANOTHER =
  'This link belongs to another account than the one that is signed in. Sign out and open it again.'
const WHY: Readonly<Record<string, string>> = {
  TOKEN_EXPIRED: 'This link is too old. Sign in, and have a new one mailed to you from your bookings.',
}

/** Opened from the mail it changes nothing, since mail scanners open everything; its button does, without JavaScript too. */
export default async function VerifyEmailPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams
  const [token, error] = [one(query, 'token'), one(query, 'error')]
  // Signed in, too: a mailbox's owner who never opened the account does not prove it for whoever did.
  const { account } = await requireAccount(`/verify-email${queryString({ token })}`)
  if (account.emailVerified) redirect('/dashboard?verified')
  const foreign = token !== undefined && emailIn(token) !== account.email.toLowerCase()
  return (
    <Column width="narrow" className="pt-10 sm:pt-16">
      <h1 className="text-3xl">Confirm your email address</h1>
      {token && !error && !foreign ? (
        <>
          <p className="mt-3 text-ink-soft">
            With it you show that you read this mailbox. Bookings made with its address as a guest can then
            join your account.
          </p>
          <form action="/api/auth/verify-email" method="get" className="mt-8">
            <input type="hidden" name="token" value={token} />
            <input type="hidden" name="callbackURL" value="/verify-email" />
            <Button type="submit">Confirm the address</Button>
          </form>
        </>
      ) : (
        <>
          <p className="mt-3 text-ink-soft">
            {foreign
              ? OF_ANOTHER
              : (WHY[error ?? ''] ??
                'This link is not complete, or not valid any more. Open it from the mail again.')}
          </p>
          <div className="mt-8">
            <ButtonLink href="/dashboard">Your bookings</ButtonLink>
          </div>
        </>
      )}
    </Column>
  )
}

/** Whose address the link is for. Only to say so: what it is worth is checked where it is used. */
function emailIn(token: string): string | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return typeof payload === 'object' && payload && 'email' in payload ? String(payload.email) : null
  } catch {
    return null // not one of our links
  }
}
