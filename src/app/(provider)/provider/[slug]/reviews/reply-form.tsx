'use client'

import { useRouter } from 'next/navigation'
import type { FormEvent } from 'react'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { TextArea } from '#src/ui/field.tsx'
import { textOf } from '../../../form-values.ts'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'

/** The one answer to a review. */
export function ReplyForm({ reviewId, to }: { reviewId: string; to: string }) {
  const router = useRouter()
  // Several stand on one page: each field has a name of its own.
  const field = `reply-${reviewId}`
  const save = useSave({ reply: 'Answer' })

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const reply = textOf(new FormData(event.currentTarget), field)
    if (!reply) return save.refuse([{ field, message: 'Write what you want to answer.' }])
    if (await save.save('POST', `/api/v1/reviews/${reviewId}/reply`, { reply })) router.refresh()
  }

  return (
    <form
      noValidate
      onSubmit={(event) => void submit(event)}
      className="mt-2 flex max-w-prose flex-col gap-3"
    >
      <ErrorSummary errors={save.errors} reference={save.reference} />
      <TextArea
        name={field}
        label={`Your answer to ${to}`}
        hint="Everybody reads it, and it cannot be changed afterwards."
        rows={3}
        maxLength={2000}
        error={save.errorOf(field)}
      />
      <SaveBar label="Publish the answer" busy={save.busy} saved={save.saved} />
    </form>
  )
}
