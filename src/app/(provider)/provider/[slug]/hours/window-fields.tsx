'use client'

import { CloseIcon } from '#src/ui/icons.tsx'
import type { Window } from '../../../wall-time.ts'

// A narrow phone has room for the time, not for the little clock behind it; pressing the field opens the same.
const INPUT =
  'max-sm:[&::-webkit-calendar-picker-indicator]:hidden min-h-11 min-w-0 max-w-36 grow basis-0 rounded-control border border-line-strong bg-surface px-2 text-[max(1rem,16px)]'

/** The times of one day; split shifts are several. "00:00" as the end is midnight. */
export function WindowFields({
  day,
  windows,
  onChange,
}: {
  day: string
  windows: readonly Window[]
  onChange: (windows: Window[]) => void
}) {
  const set = (index: number, change: Partial<Window>) =>
    onChange(windows.map((window, at) => (at === index ? { ...window, ...change } : window)))
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {windows.length === 0 && <p className="flex min-h-11 items-center text-ink-soft">Closed</p>}
      {windows.map((window, index) => (
        <div key={index} className="flex items-center gap-1.5">
          <input
            type="time"
            aria-label={`${day}, from, ${index + 1}`}
            value={window.opens}
            onChange={(event) => set(index, { opens: event.target.value })}
            className={INPUT}
          />
          <span aria-hidden="true">–</span>
          <input
            type="time"
            aria-label={`${day}, to, ${index + 1}`}
            value={window.closes}
            onChange={(event) => set(index, { closes: event.target.value })}
            className={INPUT}
          />
          <button
            type="button"
            onClick={() => onChange(windows.filter((_, at) => at !== index))}
            className="inline-flex size-11 shrink-0 items-center justify-center rounded-control hover:bg-sunken"
          >
            <CloseIcon />
            <span className="sr-only">
              Remove {day}, {window.opens} to {window.closes}
            </span>
          </button>
        </div>
      ))}
    </div>
  )
}

const FIRST: Window = { opens: '09:00', closes: '17:00' }

/** The next window of a day: the usual hours, or an evening after what is there. */
export function nextWindow(windows: readonly Window[]): Window {
  const last = windows.at(-1)
  return last ? { opens: last.closes, closes: '' } : FIRST
}
