import type { Metadata } from 'next'
import Link from 'next/link'
import { Column } from '#src/ui/shell.tsx'
import { NeedsScript } from '../needs-script.tsx'
import { ForgotForm } from './forgot-form.tsx'

export const metadata: Metadata = { title: 'Forgotten password', robots: { index: false } }

export default function ForgotPasswordPage() {
  return (
    <Column width="narrow" className="pt-10 sm:pt-16">
      <h1 className="text-3xl">Forgotten your password?</h1>
      <p className="mt-2 text-ink-soft">
        Give the address of your account. We mail a link to it with which you choose a new one.{' '}
        <Link className="link" href="/login">
          Back to signing in
        </Link>
      </p>
      <NeedsScript>Asking for a link does. Switch it on for this site and load the page again.</NeedsScript>
      <ForgotForm />
    </Column>
  )
}
