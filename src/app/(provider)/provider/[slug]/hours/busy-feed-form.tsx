'use client'

import { useRouter } from 'next/navigation'
import { useRef, type FormEvent } from 'react'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { textOf } from '../../../form-values.ts'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'

const LABELS = { url: 'Address' }

/** Another calendar whose busy times block this one. */
export function BusyFeedForm({ providerId }: { providerId: string }) {
  const router = useRouter()
  const save = useSave(LABELS)
  const form = useRef<HTMLFormElement>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const url = textOf(new FormData(event.currentTarget), 'url')
    if (!/^(https?|webcal):\/\/./i.test(url))
      return save.refuse([
        { field: 'url', message: 'Give an address that begins with https:// or webcal://.' },
      ])
    if (!(await save.save('POST', `/api/v1/my/providers/${providerId}/busy-feeds`, { url }))) return
    form.current?.reset()
    router.refresh()
  }

  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <ErrorSummary errors={save.errors} reference={save.reference} />
      <Field
        name="url"
        label="Address of the calendar (iCal)"
        hint="In Google Calendar: Settings, your calendar, “Secret address in iCal format”"
        inputMode="url"
        autoComplete="off"
        maxLength={2000}
        error={save.errorOf('url')}
      />
      <SaveBar label="Add this calendar" busy={save.busy} saved={save.saved} />
    </form>
  )
}
