'use client'

import { useRouter } from 'next/navigation'
import { useState, type FormEvent } from 'react'
import { Button } from '#src/ui/button.tsx'
import { ErrorSummary } from '#src/ui/error-summary.tsx'
import { count, sayDuration } from '#src/ui/format.ts'
import { Notice } from '#src/ui/notice.tsx'
import { SaveBar } from '../../../save-bar.tsx'
import { useSave } from '../../../use-save.ts'
import { toMinutes, windowsProblem, type Window } from '../../../wall-time.ts'
import { effectOfHours, type EffectOfHours, type WeeklyBooking } from './effect-of-hours.ts'
import { nextWindow, WindowFields } from './window-fields.tsx'

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const
const LABELS = { rules: 'Hours' }

type Rule = Window & { weekday: number }

const OFFICE_HOURS: Window = { opens: '09:00', closes: '17:00' }
/** What most begin with. */
const SUGGESTED: Window[][] = DAYS.map((_, index) => (index < 5 ? [OFFICE_HOURS] : []))

export function WeekForm({
  providerId,
  rules,
  weekStart,
  bookings,
}: {
  providerId: string
  rules: readonly Rule[]
  weekStart: number
  /** Those of the next weeks, to say which of them would lie outside. */
  bookings: readonly WeeklyBooking[]
}) {
  const router = useRouter()
  const save = useSave(LABELS)
  const present = DAYS.map((_, index) =>
    rules.filter(({ weekday }) => weekday === index + 1).map(({ opens, closes }) => ({ opens, closes })),
  )
  const isNew = rules.length === 0
  const [week, setWeek] = useState<Window[][]>(() => (isNew ? SUGGESTED : present))
  const effect = effectOfHours(present, week, bookings)
  const order = DAYS.map((_, index) => (index + weekStart - 1) % 7)

  function set(index: number, windows: Window[]) {
    save.touch()
    setWeek((before) => before.map((day, at) => (at === index ? windows : day)))
  }

  function copy(index: number, days: number) {
    save.touch()
    setWeek((before) => before.map((day, at) => (at < days ? [...(before[index] ?? [])] : day)))
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
      {isNew && (
        <Notice tone="info" title="A suggestion: change what does not fit">
          Nothing can be booked before you save.
        </Notice>
      )}
      {order.map((index) => {
        const day = DAYS[index] ?? ''
        const windows = week[index] ?? []
        return (
          <div
            key={day}
            role="group"
            aria-label={day}
            className="grid gap-x-4 gap-y-1 border-b border-line pb-4 last:border-0 sm:grid-cols-[6.5rem_1fr] md:grid-cols-[6.5rem_22rem_1fr]"
          >
            <p className="flex min-h-11 items-center font-medium">{day}</p>
            <WindowFields day={day} windows={windows} onChange={(changed) => set(index, changed)} />
            <div className="flex flex-wrap items-start gap-x-1 sm:max-md:col-start-2">
              <Button look="quiet" size="small" onClick={() => set(index, [...windows, nextWindow(windows)])}>
                Add<span className="sr-only"> hours on {day}</span>
              </Button>
              {windows.length > 0 && (
                <>
                  <Button look="quiet" size="small" onClick={() => copy(index, 5)}>
                    Copy to Mon–Fri<span className="sr-only"> from {day}</span>
                  </Button>
                  <Button look="quiet" size="small" onClick={() => copy(index, 7)}>
                    to all days<span className="sr-only">, copied from {day}</span>
                  </Button>
                </>
              )}
            </div>
          </div>
        )
      })}
      <Effect effect={effect} />
      <SaveBar label={isNew ? 'Use these hours' : 'Save the week'} busy={save.busy} saved={save.saved} />
    </form>
  )
}

const NAMED_MAX = 3

/** What saving would change, before it is saved. */
function Effect({ effect: { minutesBefore, minutesAfter, outside } }: { effect: EffectOfHours }) {
  const difference = minutesAfter - minutesBefore
  const more = outside.length - NAMED_MAX
  return (
    <div role="status" className="empty:hidden">
      {(difference !== 0 || outside.length > 0) && (
        <p className="rounded-control bg-sunken px-4 py-3">
          {difference !== 0 && (
            <>
              {sayDuration(minutesAfter)} a week can be booked, {sayDuration(Math.abs(difference))}{' '}
              {difference > 0 ? 'more' : 'less'} than now.{' '}
            </>
          )}
          {outside.length > 0 && (
            <>
              {count(outside.length, 'booking lies', 'bookings lie')} outside these hours and{' '}
              {outside.length === 1 ? 'stays' : 'stay'}:{' '}
              {outside
                .slice(0, NAMED_MAX)
                .map(({ words }) => words)
                .join('; ')}
              {more > 0 && ` and ${more} more`}.
            </>
          )}
        </p>
      )}
    </div>
  )
}
