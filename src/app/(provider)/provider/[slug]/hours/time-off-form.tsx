'use client'

import { useRouter } from 'next/navigation'
import { useRef, type FormEvent } from 'react'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { cityOf } from '#src/ui/format.ts'
import { textOf } from '../../../form-values.ts'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'

const LABELS = { from: 'From', until: 'Until', reason: 'Note' }

interface TimeOffFormProps {
  providerId: string
  timeZone: string
  /** The day that was pressed in the calendar. */
  date: string | undefined
}

export function TimeOffForm({ providerId, timeZone, date }: TimeOffFormProps) {
  const router = useRouter()
  const save = useSave(LABELS)
  const form = useRef<HTMLFormElement>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const from = textOf(data, 'from')
    const until = textOf(data, 'until')
    if (!from) return save.refuse([{ field: 'from', message: 'Say when it begins.' }])
    if (!until) return save.refuse([{ field: 'until', message: 'Say when it ends.' }])
    if (until <= from) return save.refuse([{ field: 'until', message: 'It must end after it begins.' }])
    const instantOf = await wallClockOf(timeZone)
    const body = { from: instantOf(from), until: instantOf(until), reason: textOf(data, 'reason') }
    if (!(await save.save('POST', `/api/v1/my/providers/${providerId}/time-off`, body))) return
    form.current?.reset()
    router.refresh()
  }

  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <ErrorSummary errors={save.errors} reference={save.reference} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="from"
          label="From"
          hint={`${cityOf(timeZone)} time`}
          type="datetime-local"
          defaultValue={date && `${date}T09:00`}
          error={save.errorOf('from')}
        />
        <Field
          name="until"
          label="Until"
          hint={`${cityOf(timeZone)} time`}
          type="datetime-local"
          defaultValue={date && `${date}T17:00`}
          error={save.errorOf('until')}
        />
      </div>
      <Field
        name="reason"
        label="Note"
        hint="Only you see it"
        optional
        maxLength={200}
        error={save.errorOf('reason')}
      />
      <SaveBar label="Block this time" busy={save.busy} saved={save.saved} />
    </form>
  )
}

/** The instant of a wall time there. Loaded when it is needed: the calendar of all zones is larger than the rest of the page. */
async function wallClockOf(timeZone: string): Promise<(wallTime: string) => string> {
  const { Temporal } = await import('#src/kernel/time.ts')
  return (wallTime) => Temporal.PlainDateTime.from(wallTime).toZonedDateTime(timeZone).toInstant().toString()
}
