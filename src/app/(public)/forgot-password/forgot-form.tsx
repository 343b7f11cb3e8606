'use client'

import { useMemo, useState, type FormEvent } from 'react'
import { postAccount, type Problem } from '#src/http/client.ts'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { Notice } from '#src/ui/notice.tsx'
import { inAccountWords } from '../account-words.ts'
import { fieldErrors, missingOf, summaryErrors } from '../field-problems.ts'

/** Asks for the link. The answer is the same whether there is such an account or not. */
export function ForgotForm() {
  const [busy, setBusy] = useState(false)
  const [sentTo, setSentTo] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const errors = fieldErrors(problem)
  const summary = useMemo(() => summaryErrors(problem, ['email']), [problem])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const given = new FormData(event.currentTarget).get('email')
    const email = typeof given === 'string' ? given.trim() : ''
    const missing = missingOf({ email })
    setProblem(missing)
    if (missing) return
    setBusy(true)
    const answer = await postAccount('/api/auth/request-password-reset', { email })
    setBusy(false)
    if (answer.ok) setSentTo(email)
    else setProblem(inAccountWords(answer.problem))
  }

  return (
    <form
      onSubmit={(event) => void submit(event)}
      noValidate
      method="post"
      className="mt-8 flex flex-col gap-5"
    >
      <ErrorSummary errors={summary} />
      <div role="status" className="empty:hidden">
        {sentTo && (
          <Notice tone="success" title="Look into your mailbox">
            If there is an account with {sentTo}, a link is on its way to it. It works once, within an hour.
          </Notice>
        )}
      </div>
      <Field
        name="email"
        label="Email"
        type="email"
        inputMode="email"
        autoComplete="email"
        error={errors['email']}
        maxLength={254}
      />
      <Button type="submit" wide busy={busy && 'Asking…'}>
        Mail me a link
      </Button>
    </form>
  )
}
