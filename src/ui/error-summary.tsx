'use client'

import { useEffect, useRef, type MouseEvent } from 'react'
import { WarningIcon } from './icons.tsx'

export interface SummaryError {
  /** The name of the field, or null for an error of the whole form. */
  field: string | null
  message: string
}

/** All that is wrong with a form, at its top, each a link to its field. Takes focus when errors arrive. */
export function ErrorSummary({
  errors,
  reference,
}: {
  errors: readonly SummaryError[]
  reference?: string | null
}) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (errors.length > 0) box.current?.focus()
  }, [errors])
  if (errors.length === 0) return null
  return (
    <div
      ref={box}
      role="alert"
      tabIndex={-1}
      className="rounded-control border border-danger bg-danger-soft p-4 text-ink"
    >
      <p className="flex items-start gap-2 font-semibold text-danger">
        <WarningIcon className="mt-0.5" />
        {errors.length === 1
          ? 'One thing needs your attention'
          : `${errors.length} things need your attention`}
      </p>
      <ul className="mt-1 flex flex-col gap-1 pl-7">
        {errors.map(({ field, message }) => (
          <li key={`${field}${message}`}>
            {field ? (
              <a className="link" href={`#${field}`} onClick={(event) => focusField(event, field)}>
                {message}
              </a>
            ) : (
              message
            )}
          </li>
        ))}
      </ul>
      {reference && (
        <p className="mt-2 pl-7 text-sm text-ink-soft">If you write to support, mention {reference}.</p>
      )}
    </div>
  )
}

function focusField(event: MouseEvent, field: string) {
  event.preventDefault()
  document.getElementById(field)?.focus()
}
