'use client'

import { useRouter } from 'next/navigation'
import { useState, type FormEvent } from 'react'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { Field } from '#src/ui/field.tsx'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'
import { toMinutes, windowsProblem, type Window } from '../../../wall-time.ts'
import { nextWindow, WindowFields } from './window-fields.tsx'

const LABELS = { date: 'Date', windows: 'Hours' }

export function OverrideForm({ providerId, today }: { providerId: string; today: string }) {
  const router = useRouter()
  const save = useSave(LABELS)
  const [date, setDate] = useState('')
  const [windows, setWindows] = useState<Window[]>([])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!date) return save.refuse([{ field: 'date', message: 'Choose the date.' }])
    const problem = windowsProblem(windows)
    if (problem) return save.refuse([{ field: null, message: `Hours: ${problem}.` }])
    if (
      !(await save.save('PUT', `/api/v1/my/providers/${providerId}/date-overrides/${date}`, {
        windows: windows.map(toMinutes),
      }))
    )
      return
    setDate('')
    setWindows([])
    router.refresh()
  }

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <ErrorSummary errors={save.errors} reference={save.reference} />
      <Field
        name="date"
        label="Date"
        type="date"
        min={today}
        value={date}
        onChange={(event) => setDate(event.target.value)}
        error={save.errorOf('date')}
        className="sm:max-w-60"
      />
      <div role="group" aria-label="Hours on that date">
        <p className="font-medium">Hours on that date</p>
        <WindowFields day="That date" windows={windows} onChange={setWindows} />
        <Button look="quiet" size="small" onClick={() => setWindows([...windows, nextWindow(windows)])}>
          Add hours
        </Button>
      </div>
      <SaveBar
        label={windows.length === 0 ? 'Close on that date' : 'Set these hours'}
        busy={save.busy}
        saved={save.saved}
      />
    </form>
  )
}
