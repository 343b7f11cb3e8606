'use client'

import { useRouter } from 'next/navigation'
import { useState, type FormEvent } from 'react'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'
import { toMinutes, windowsProblem, type Window } from '../../../wall-time.ts'
import { nextWindow, WindowFields } from './window-fields.tsx'

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
const LABELS = { rules: 'Hours' }

type Rule = Window & { weekday: number }

export function WeekForm({
  providerId,
  rules,
  weekStart,
}: {
  providerId: string
  rules: readonly Rule[]
  weekStart: number
}) {
  const router = useRouter()
  const save = useSave(LABELS)
  const [week, setWeek] = useState<Window[][]>(() =>
    DAYS.map((_, index) =>
      rules.filter(({ weekday }) => weekday === index + 1).map(({ opens, closes }) => ({ opens, closes })),
    ),
  )
  const order = DAYS.map((_, index) => (index + weekStart - 1) % 7)

  function set(index: number, windows: Window[]) {
    save.touch()
    setWeek((before) => before.map((day, at) => (at === index ? windows : day)))
  }

  function copyToWorkdays(index: number) {
    save.touch()
    setWeek((before) => before.map((day, at) => (at < 5 ? [...(before[index] ?? [])] : day)))
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const found = week.flatMap((windows, index) => {
      const problem = windowsProblem(windows)
      return problem ? [{ field: null, message: `${DAYS[index]}: ${problem}.` }] : []
    })
    if (found.length > 0) return save.refuse(found)
    const body = {
      rules: week.flatMap((windows, index) =>
        windows.map((window) => ({ weekday: index + 1, ...toMinutes(window) })),
      ),
    }
    if (await save.save('PUT', `/api/v1/my/providers/${providerId}/opening-hours`, body)) router.refresh()
  }

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <ErrorSummary errors={save.errors} reference={save.reference} />
      {order.map((index) => {
        const day = DAYS[index] ?? ''
        const windows = week[index] ?? []
        return (
          <div
            key={day}
            role="group"
            aria-label={day}
            className="grid gap-x-4 gap-y-1 border-b border-line pb-4 last:border-0 sm:grid-cols-[8rem_1fr_auto]"
          >
            <p className="flex min-h-11 items-center font-medium">{day}</p>
            <WindowFields day={day} windows={windows} onChange={(changed) => set(index, changed)} />
            <div className="flex flex-wrap gap-x-3">
              <Button look="quiet" size="small" onClick={() => set(index, [...windows, nextWindow(windows)])}>
                Add hours<span className="sr-only"> on {day}</span>
              </Button>
              {windows.length > 0 && (
                <Button look="quiet" size="small" onClick={() => copyToWorkdays(index)}>
                  Copy to Mon–Fri<span className="sr-only"> from {day}</span>
                </Button>
              )}
            </div>
          </div>
        )
      })}
      <SaveBar label="Save the week" busy={save.busy} saved={save.saved} />
    </form>
  )
}
