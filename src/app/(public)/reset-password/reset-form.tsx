'use client'

import Link from 'next/link'
import { useMemo, useState, type FormEvent } from 'react'
import { postAccount, type Problem } from '#src/http/client.ts'
import { Button, ButtonLink } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { inAccountWords, PASSWORD_LENGTH_MIN } from '../account-words.ts'
import { fieldErrors, missingOf, summaryErrors } from '../field-problems.ts'

export function ResetForm({ token }: { token: string }) {
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const errors = fieldErrors(problem)
  const summary = useMemo(() => summaryErrors(problem, ['password']), [problem])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const given = new FormData(event.currentTarget).get('password')
    const password = typeof given === 'string' ? given : ''
    const missing = missingOf({ password }, PASSWORD_LENGTH_MIN)
    setProblem(missing)
    if (missing) return
    setBusy(true)
    const answer = await postAccount('/api/auth/reset-password', { newPassword: password, token })
    setBusy(false)
    if (answer.ok) setDone(true)
    else setProblem(inAccountWords(answer.problem))
  }

  if (done) {
    return (
      <div className="mt-8 flex flex-col items-start gap-5">
        <Notice tone="success" title="Your password is changed" live>
          Sign in with it from now on.
        </Notice>
        <ButtonLink href="/login">Sign in</ButtonLink>
      </div>
    )
  }
  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      method="post"
      className="mt-8 flex flex-col gap-5"
    >
      <ErrorSummary errors={summary} />
      {problem?.code === ('INVALID_TOKEN' as Problem['code']) && (
        <p>
          <Link className="link" href="/forgot-password">
            Ask for a new link
          </Link>
        </p>
      )}
      <Field
        name="password"
        label="New password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_LENGTH_MIN} characters.`}
        error={errors['password']}
        maxLength={128}
      />
      <Button type="submit" wide busy={busy && 'Changing it…'}>
        Change the password
      </Button>
    </form>
  )
}
