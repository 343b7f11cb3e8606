'use client'

import { useMemo, useState, type FormEvent } from 'react'
import { postAccount, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { inAccountWords, PASSWORD_LENGTH_MIN } from './account-words.ts'
import { fieldErrors, missingOf, summaryErrors } from './field-problems.ts'

/** Signs in or up with mail address and password, and goes on to where one was going. */
export function AccountForm({ kind, next }: { kind: 'login' | 'signup'; next: string }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const errors = fieldErrors(problem)
  const summary = useMemo(() => summaryErrors(problem, ['name', 'email', 'password']), [problem])
  const signup = kind === 'signup'

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const data = new FormData(event.currentTarget)
    const text = (name: string) => String(data.get(name) ?? '')
    const body = {
      email: text('email').trim(),
      password: text('password'),
      ...(signup ? { name: text('name').trim() } : {}),
    }
    const missing = missingOf(body, signup ? PASSWORD_LENGTH_MIN : 1)
    setProblem(missing)
    if (missing) return
    setBusy(true)
    const answer = await postAccount(signup ? '/api/auth/sign-up/email' : '/api/auth/sign-in/email', body)
    // A full load: what the router has kept was drawn for nobody in particular.
    if (answer.ok) return location.assign(next)
    setBusy(false)
    setProblem(inAccountWords(answer.problem))
  }

  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      method="post"
      className="mt-8 flex flex-col gap-5"
    >
      <ErrorSummary errors={summary} />
      {signup && (
        <Field name="name" label="Name" autoComplete="name" error={errors['name']} maxLength={120} />
      )}
      <Field
        name="email"
        label="Email"
        type="email"
        inputMode="email"
        autoComplete={signup ? 'email' : 'username'}
        error={errors['email']}
        maxLength={254}
      />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete={signup ? 'new-password' : 'current-password'}
        hint={
          signup
            ? `At least ${PASSWORD_LENGTH_MIN} characters. A few words are easier to remember than signs.`
            : undefined
        }
        error={errors['password']}
        maxLength={128}
      />
      <Button type="submit" wide busy={busy && (signup ? 'Creating your account…' : 'Signing in…')}>
        {signup ? 'Create the account' : 'Sign in'}
      </Button>
    </form>
  )
}
